// The tab of communities: coloured by shortfall, by the whole basket or by a service, worst first.

class CommunitiesPanel {
  constructor(review) {
    this.review = review;
    this.head = make('div', { className: 'filters' });
    this.list = make('ol', { className: 'rows' });
    this.element = make('section', {}, this.head, this.list);
  }

  // Communities with what they are coloured by, worst first; those of which nothing is known at the end.
  ranked({ measure, category }) {
    const { atlas, content } = this.review;
    const valued = atlas.communities.map((one) => ({ one, value: valueOfCommunity(one, measure, category, content) }));
    return valued.sort((a, b) => (b.value ?? -1) - (a.value ?? -1) || b.one.people - a.one.people);
  }

  show(choice) {
    const { atlas, words } = this.review;
    if (!atlas) return;
    if (!atlas.communities.length) {
      this.element.replaceChildren(make('p', { className: 'note', textContent: words.say('communities_absent') }));
      return;
    }
    const key = JSON.stringify([choice.measure, choice.category]);
    if (key !== this.key) this.fill(choice);
    this.key = key;
    for (const row of this.list.querySelectorAll('.row')) row.classList.toggle('chosen', isChosen(choice.chosen, row.dataset));
  }

  fill(choice) {
    const { words, content } = this.review;
    const measures = [['shortfall', words.say('by_shortfall')], ['basket', words.say('by_basket')]];
    const services = content.categories.map((_, number) => [String(number), words.category(number)]);
    const value = choice.category === null ? choice.measure : String(choice.category);
    this.head.replaceChildren(choiceOf('measure', words.say('coloured_by'), [...measures, ...services], value, (picked) => {
      if (picked === 'shortfall' || picked === 'basket') this.review.change({ measure: picked, category: null });
      else this.review.change({ category: Number(picked) });
    }));
    this.list.replaceChildren(...this.ranked(choice).map(({ one, value: figure }) => make('li', {}, this.row(one, figure))));
  }

  row(one, value) {
    const { atlas, words } = this.review;
    const step = stepOfValue(value);
    const row = button('', () => this.review.choose({ kind: 'areas', row: one.area }, { travel: true }), { className: 'row area-row', dataset: { kind: 'areas', row: String(one.area) } });
    row.append(inkKey(step < 0 ? null : RAMP[step]), make('span', { className: 'what' },
      outside(atlas.nameOf({ kind: 'areas', row: one.area }, words), 'strong'), make('span', { textContent: words.folk(one.people) })),
    make('span', { className: 'figure', textContent: value === null ? words.say('unknown') : words.fine.format(value) }));
    return row;
  }
}

// The score card: each service against the town, the groups, the gaps inside.
function communityCard(review, row) {
  const { atlas, words, content } = review;
  const one = atlas.communities.find(({ area }) => area === row);
  const name = atlas.nameOf({ kind: 'areas', row }, words);
  if (!one) return [cardTitle(name, words.say('no_homes')), ...standardParts(review, row), fields(review, 'areas', row, ['name'])];
  const town = content.categories.map((category, number) => (category.facilities ? sumStates(atlas.places, number) : null));
  const worst = content.categories.map((_, number) => number).filter((number) => town[number]).sort((a, b) => one.shares[a].share - one.shares[b].share);
  const facts = [
    [words.say('field_people'), words.folk(one.people)], [words.say('shortfall'), one.shortfall === null ? words.say('unknown') : words.fine.format(one.shortfall)],
    [words.say('basket'), one.basket.share === null ? words.say('unknown') : words.range(one.basket.share, one.basket.share_upper)],
    ...groupFacts(review, one.homes),
  ];
  const bars = worst.map((number) => make('li', {}, outside(words.category(number), 'bdi', { className: 'name' }),
    make('span', { className: 'figure', textContent: words.range(one.shares[number].share, one.shares[number].share_upper) }),
    withTown(shareBar(one.shares[number]), town[number].share, words)));
  return [
    cardTitle(name, words.say('community')), factList(facts), make('h3', { textContent: words.say('against_town') }), make('ul', { className: 'against' }, ...bars),
    ...gapsInside(review, row), ...standardParts(review, row), moreFields(review, 'areas', row, ['name']),
  ];
}

function withTown(element, share, words) {
  const tick = make('i', { className: 'town', style: { left: `${100 * share}%` }, title: words.say('town_mean', { share: words.percent(share) }) });
  return make('span', { className: 'barred' }, element, tick);
}

function groupFacts({ atlas, words }, homes) {
  return Object.entries(atlas.groups).map(([name, people]) => [words.field(name), words.folk(homes.reduce((sum, row) => sum + people[row], 0))]);
}

function gapsInside(review, area) {
  const { atlas, words } = review;
  if (!atlas.gaps) return [];
  const box = atlas.areas.shapes.boxes[area];
  const path = atlas.areas.shapes.path([area]);
  const rows = atlas.gaps.firm.filter((row) => {
    const point = atlas.gaps.points[row];
    return point && point[0] >= box[0] && point[0] <= box[2] && point[1] >= box[1] && point[1] <= box[3] && TESTER.isPointInPath(path, point[0], point[1]);
  });
  if (!rows.length) return [];
  const items = rows.slice(0, 8).map((row) => make('li', {}, button(words.say('gap_short', {
    rank: atlas.gaps.rank[row], people: words.folk(atlas.gaps.people[row] / 100), services: words.services(atlas.gaps.lacked[row], 2),
  }), () => review.choose({ kind: 'gaps', row }, { travel: true }), { className: 'link' })));
  return [make('h3', { textContent: words.say('gaps_inside', { number: rows.length }) }), make('ul', { className: 'links' }, ...items)];
}
