// The tab of gaps: places by rank, with filters, and what is only a defect or the end of the data in rows of its own.

const LISTED = 100;
const ENOUGH = 0.8;
const PEOPLE_STEPS = [0, 10, 50, 100, 500, 1000, 5000];

class GapsPanel {
  constructor(review) {
    this.review = review;
    this.head = make('div', { className: 'filters' });
    this.count = make('h2', {});
    this.list = make('ol', { className: 'rows' });
    this.rest = make('div', { className: 'rest' });
    this.element = make('section', {}, this.head, this.count, this.list, this.rest);
  }

  // Rows that pass the filters; unless people are asked for, the worst that hold enough of the severity.
  rows(category) {
    const { gaps, tables } = this.review.atlas;
    const { reason, least, all } = this.filter;
    const passed = gaps.firm.filter((row) => (!reason || tables.gaps.reason[row] === reason) && gaps.people[row] >= 100 * least
      && (category === null || gaps.lacked[row].includes(category)));
    return { passed, shown: all || least ? passed : holding(passed, gaps.severity) };
  }

  show(choice) {
    const { atlas, words } = this.review;
    if (!atlas) return;
    if (!atlas.gaps) {
      this.element.replaceChildren(make('p', { className: 'note', textContent: words.say('gaps_absent') }));
      return;
    }
    const key = JSON.stringify([choice.category, this.filter, asGiven(this.review).length]);
    if (key !== this.key) this.fill(choice.category);
    this.key = key;
    for (const row of this.element.querySelectorAll('.row')) {
      const on = isChosen(choice.chosen, row.dataset);
      row.classList.toggle('chosen', on);
      describe(row, { current: on });
    }
  }

  fill(category) {
    const { words } = this.review;
    const { passed, shown } = this.rows(category);
    this.head.replaceChildren(...this.filters(category));
    const [number, all] = [shown, passed].map((rows) => words.whole.format(rows.length));
    this.count.textContent = passed.length ? words.say('gaps', { number, all }) : words.say('gaps_none');
    this.list.replaceChildren(...shown.slice(0, LISTED).map((row) => make('li', {}, this.row(row))));
    const more = passed.length > shown.length ? button(words.say('gaps_all', { number: words.whole.format(passed.length) }), () => this.set({ all: true })) : null;
    const beyond = shown.length > LISTED ? make('p', { className: 'note', textContent: words.say('more', { number: words.whole.format(shown.length - LISTED) }) }) : null;
    this.rest.replaceChildren(...asGiven(this.review), ...[beyond, more, this.doubtful(), this.unjoined()].filter(Boolean));
  }

  get filter() {
    return this.review.choice.filter;
  }

  set(part) {
    this.review.change({ filter: { ...this.filter, ...part } });
  }

  filters(category) {
    const { atlas, words, content } = this.review;
    const reasons = [...new Set(atlas.gaps.firm.map((row) => atlas.tables.gaps.reason[row]))].sort();
    const services = content.categories.map((_, number) => [String(number), words.category(number)]);
    const least = PEOPLE_STEPS.map((step) => [String(step), step ? words.say('at_least', { number: words.whole.format(step) }) : words.say('enough')]);
    return [
      choiceOf('gap-service', words.say('filter_service'), [['', words.say('any')], ...services], category === null ? '' : String(category),
        (value) => this.review.change({ category: value === '' ? null : Number(value) })),
      choiceOf('gap-reason', words.say('filter_reason'), [['', words.say('any')], ...reasons.map((key) => [key, words.reason(key)])], this.filter.reason, (reason) => this.set({ reason })),
      choiceOf('gap-people', words.say('filter_people'), least, String(this.filter.least), (value) => this.set({ least: Number(value), all: false })),
    ];
  }

  row(row) {
    const { atlas, words } = this.review;
    const { gaps, tables } = atlas;
    const cause = [words.reason(tables.gaps.reason[row]), words.barriers(tables.gaps.by[row])].filter(Boolean).join(words.say('colon'));
    const element = button('', () => this.review.choose({ kind: 'gaps', row }, { travel: true }), { className: 'row gap-row', dataset: { kind: 'gaps', row: String(row) } });
    element.append(make('b', { className: gaps.doubtful[row] ? 'rank doubtful' : 'rank', textContent: String(gaps.rank[row]) }), make('span', { className: 'what' },
      outside(atlas.nameOf({ kind: 'gaps', row }, words), 'strong'),
      outside(words.say('gap_lacks', { people: words.folk(gaps.people[row] / 100), services: words.services(gaps.lacked[row], 1) }), 'span'),
      outside(cause, 'small')));
    return element;
  }

  doubtful() {
    const { atlas, words } = this.review;
    const rows = atlas.gaps.unsure;
    if (!rows.length) return null;
    const places = make('ol', { className: 'rows' }, ...rows.slice(0, LISTED).map((row) => make('li', {}, this.row(row))));
    return make('details', { className: 'doubtful' }, make('summary', { textContent: words.say('doubtful', { number: words.whole.format(rows.length) }) }),
      make('p', { className: 'note', textContent: words.say('doubtful_note') }), places);
  }

  // Homes that join no street are unknown for every service alike: a defect of the data, told once.
  unjoined() {
    const { atlas, words } = this.review;
    const rows = atlas.unjoined;
    if (!rows.length) return null;
    const people = words.folk(rows.reduce((sum, row) => sum + atlas.places.people[row], 0) / 100);
    const part = make('details', { className: 'defects' },
      make('summary', { textContent: words.say('defects', { number: words.whole.format(rows.length), people }) }), make('p', { className: 'note', textContent: words.say('defects_cure') }));
    part.addEventListener('toggle', () => {
      if (part.querySelector('ol')) return;
      part.append(make('ol', { className: 'rows' }, ...rows.slice(0, LISTED).map((row) => make('li', {}, placeRow(this.review, row)))));
    });
    return part;
  }
}

function placeRow(review, row) {
  const { atlas, words } = review;
  const element = button('', () => review.choose({ kind: 'places', row }, { travel: true }), { className: 'row place-row', dataset: { kind: 'places', row: String(row) } });
  element.append(outside(atlas.nameOf({ kind: 'places', row }, words)), outside(atlas.tables.places.id[row], 'small'),
    make('span', { className: 'count', textContent: words.folk(atlas.places.people[row] / 100) }));
  return element;
}

function isChosen(chosen, { kind, row }) {
  return Boolean(chosen) && chosen.kind === kind && String(chosen.row) === row;
}

// The first rows that hold enough of the sum.
function holding(rows, severity) {
  const total = rows.reduce((sum, row) => sum + Math.max(0, severity[row]), 0);
  let held = 0;
  const end = rows.findIndex((row) => {
    held += Math.max(0, severity[row]);
    return held >= ENOUGH * total;
  });
  return end < 0 ? rows : rows.slice(0, end + 1);
}
