// The tab of a comparison: people won and lost since another study by service, and the homes where they live.

const [UNCHANGED, WON, LOST, BOTH] = [0, 1, 2, 3];

// For each category the homes where people are won and lost, and how many.
function readChanges({ changes }) {
  return changes.map(({ row, people }) => {
    let at = 0;
    return Array.from(row, (step, place) => {
      at += step;
      return { home: at, people: people[place] / 100 };
    });
  });
}

// Homes by whether people are won or lost there, in one service or in any.
function paintDifference({ changes, places }, category) {
  const classes = new Uint8Array(places.people.length);
  const told = category === null ? changes.flat() : changes[category];
  for (const { home, people } of told) {
    const of = people > 0 ? WON : LOST;
    classes[home] = classes[home] === UNCHANGED || classes[home] === of ? of : BOTH;
  }
  return { kind: 'difference', classes, inks: [INK.home, INK.won, INK.lost, INK.both], edges: [INK.homeEdge, INK.wonEdge, INK.unservedEdge, INK.bothEdge], quiet: UNCHANGED };
}

class ChangesPanel {
  constructor(review) {
    this.review = review;
    const { content, words } = review;
    const figures = content.comparison ?? [];
    this.most = Math.max(1, ...figures.flatMap(({ won, lost }) => [won, lost]));
    this.rows = figures.map((one, number) => this.row(one, number));
    this.all = make('label', { className: 'service all' }, radio('changes', 'all', () => review.change({ category: null })),
      make('span', { className: 'name', textContent: words.say('changes_all') }));
    this.sentence = make('p', { className: 'sentence' });
    const heads = make('div', { className: 'heads', aria: { hidden: true } }, ...['service', 'won', 'lost'].map((key) => make('span', { textContent: words.say(key) })));
    this.element = make('section', {}, this.sentence, heads,
      make('div', { className: 'services', aria: { role: 'radiogroup', label: words.say('service') } }, this.all, ...this.rows),
      make('p', { className: 'note', textContent: words.say('changes_note') }));
  }

  row({ won, lost }, number) {
    const { words, content, change } = this.review;
    const signed = (sign, people) => (people ? `${sign}${words.people(people)}` : '0');
    const half = (name, people) => make('span', { className: 'half' }, make('i', { className: name, style: { width: `${(100 * people) / this.most}%` } }));
    return make('label', { className: 'service', dataset: { category: String(number) } },
      radio('changes', String(number), () => change.call(this.review, { category: number })), swatch(content.categories[number]), outside(words.category(number), 'bdi', { className: 'name' }),
      make('span', { className: 'figure', textContent: signed('+', won) }), make('span', { className: 'figure', textContent: signed('−', lost) }),
      make('span', { className: 'bar diverging', aria: { hidden: true } }, half('lost', lost), half('won', won)));
  }

  show({ category }) {
    const { content, words } = this.review;
    const figures = category === null ? content.comparison : [content.comparison[category]];
    const [won, lost] = ['won', 'lost'].map((part) => words.people(figures.reduce((sum, one) => sum + one[part], 0)));
    const told = words.say('changes_sentence', { won, lost });
    this.sentence.textContent = category === null ? [told, words.say('changes_times')].join(words.say('sentence_gap')) : told;
    this.rows.forEach((row, number) => mark(row, number === category));
    mark(this.all, category === null);
  }
}
