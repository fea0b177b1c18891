// The drawer at the right: all that is known of the facility, home, gap or community that was chosen.

const NO_WALK = 1e6;
const COMMUNITY_COLUMNS = ['area', 'parent'];

function cardOf(review) {
  const { kind, row } = review.choice.chosen;
  const parts = { facilities: facilityCard, places: homeCard, gaps: gapCard, areas: communityCard }[kind](review, row);
  const card = make('article', { className: `card ${kind}` }, cardHead(review, kind), ...parts, noteEditor(review, review.choice.chosen));
  return card;
}

function cardHead(review, kind) {
  const { words } = review;
  const steps = kind === 'gaps' || kind === 'areas' ? [
    button('‹', () => review.step(-1), { className: 'step back', title: words.say('previous'), aria: { label: words.say('previous') } }),
    button('›', () => review.step(1), { className: 'step forth', title: words.say('next'), aria: { label: words.say('next') } })] : [];
  return make('div', { className: 'cardhead' }, ...steps,
    button('×', () => review.choose(null), { className: 'close', title: words.say('close'), aria: { label: words.say('close') } }));
}

function cardTitle(name, kind) {
  return make('div', { className: 'cardtitle' }, make('p', { className: 'kind', textContent: kind }), make('h2', {}, outside(name)));
}

function factList(facts) {
  const rows = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return make('dl', {}, ...rows.flatMap(([name, value]) => [make('dt', {}, outside(name)), make('dd', {}, typeof value === 'string' ? outside(value) : value)]));
}

// The columns of a table that the card does not tell otherwise; whether a figure is approximate only where there is one.
function fields({ atlas, words }, table, row, without) {
  const { columns, id } = atlas.tables[table];
  const told = Object.fromEntries(columns.map((name, number) => [name, atlas.text(table, number, row)]));
  const idle = (name) => name.endsWith('_approximate') && (told[name.replace('_approximate', '')] ?? null) === null;
  const named = columns.filter((name) => !without.includes(name) && !idle(name));
  const value = (name) => (COMMUNITY_COLUMNS.includes(name) ? atlas.namesOfAreas(told[name], words) : words.value(name, told[name]));
  return factList([...named.map((name) => [words.field(name), value(name)]), [words.say('field_id'), id[row]]]);
}

function moreFields(review, table, row, without) {
  return make('details', { className: 'fields' }, make('summary', { textContent: review.words.say('more_fields') }), fields(review, table, row, without));
}

function joined({ leg, island }, row, words) {
  if (leg[row] < 0) return words.say('unjoined');
  const way = words.amount(leg[row], 'metres');
  return island[row] ? words.say('on_island', { way }) : way;
}

function facilityCard(review, row) {
  const { atlas, words } = review;
  const { facilities } = atlas;
  const name = atlas.nameOf({ kind: 'facilities', row }, words);
  return [
    cardTitle(name, words.category(facilities.category[row])),
    factList([
      [words.say('field_reached'), words.folk(facilities.people[row] / 100)],
      [words.say('field_alone'), words.folk(facilities.alone[row] / 100)],
      [words.field('state'), words.say(facilities.in_use[row] ? 'in_use' : 'idle')],
      [words.say('field_street'), atlas.content.facts.metric === 'walk' ? joined(facilities, row, words) : null],
    ]),
    fields(review, 'facilities', row, ['name', 'element', 'state']),
  ];
}

// Every service, the farthest beyond its limit first.
function homeCard(review, row) {
  const { atlas, words, content } = review;
  const { places } = atlas;
  const lacks = (number) => Number(places.walks[number].state[row] === UNSERVED);
  const order = content.categories.map((_, number) => number).sort((a, b) => lacks(b) - lacks(a) || ratioOf(atlas, b, row) - ratioOf(atlas, a, row));
  const lacked = order.filter(lacks).length;
  return [
    cardTitle(atlas.nameOf({ kind: 'places', row }, words), words.say('place')),
    factList([
      [words.say('field_people'), words.folk(places.people[row] / 100)],
      ...groupFacts(review, [row]),
      [words.say('community'), places.area[row] < 0 ? null : atlas.nameOf({ kind: 'areas', row: places.area[row] }, words)],
      [words.say('field_street'), content.facts.metric === 'walk' ? joined(places, row, words) : null],
    ]),
    make('h3', { textContent: words.say('home_lacks', { number: lacked, all: content.categories.length }) }),
    make('ul', { className: 'walks' }, ...order.map((number) => walkRow(review, number, row))),
    moreFields(review, 'places', row, ['name', 'area', ...Object.keys(atlas.groups)]),
  ];
}

// A walk as a part of its limit; a home without any walk comes before all others.
function ratioOf(atlas, number, row) {
  const { places, content } = atlas;
  const walk = places.walks[number];
  if (walk.minutes[row] < 0) return NO_WALK;
  const walked = content.facts.unit === 'minutes' ? walk.minutes[row] / 100 : metresOf(walk, row, content.facts.speed);
  return walked / atlas.limit(number);
}

function walkRow(review, number, row) {
  const { atlas, words, content } = review;
  const walk = atlas.places.walks[number];
  const category = { ...content.categories[number], limit: atlas.limit(number) };
  const state = STATES[walk.state[row]];
  const nearest = walk.nearest[row];
  const ratio = Math.min(2, ratioOf(atlas, number, row));
  const head = button('', () => review.change({ category: number }), { className: 'walk', title: words.say('show_service') });
  head.append(swatch(category), outside(words.category(number), 'bdi', { className: 'name' }), make('span', { className: 'figure', textContent: words.walked(walk, row, category) }));
  const length = make('span', { className: 'barred' }, make('span', { className: 'bar' }, make('i', { className: state, style: { width: `${50 * ratio}%` } })),
    make('i', { className: 'town', style: { left: '50%' }, title: words.say('limit_tick', { limit: words.limit(category) }) }));
  const told = [words.say(state), words.way(walk, row)].filter(Boolean).join(' · ');
  return make('li', {}, head, length, make('p', { className: 'where' }, make('span', { className: state, textContent: told }),
    nearest < 0 ? null : button(atlas.nameOf({ kind: 'facilities', row: nearest }, words), () => review.choose({ kind: 'facilities', row: nearest }, { travel: true }), { className: 'link' })));
}

function gapCard(review, row) {
  const { atlas, words } = review;
  const { gaps } = atlas;
  const table = atlas.tables.gaps;
  const by = words.barriers(table.by[row]);
  const services = make('ul', { className: 'lacked' }, ...gaps.lacked[row].map((number) => make('li', {}, swatch(review.content.categories[number]), outside(words.category(number)))));
  return [
    cardTitle(atlas.nameOf({ kind: 'gaps', row }, words), words.say(gaps.doubtful[row] ? 'gap_doubtful' : 'gap_title', { rank: gaps.rank[row] })),
    factList([
      [words.say(gaps.doubtful[row] ? 'field_unknown' : 'field_unserved'), words.folk(gaps.people[row] / 100)],
      [words.say('field_places'), words.whole.format(gaps.places[row])],
      [words.say('field_reason'), words.reason(table.reason[row])],
      [words.say('field_by'), by],
      [words.say('field_excess'), gaps.excess[row] < 0 ? null : words.say(`amount_${table.unit}`, { number: words.fine.format(gaps.excess[row] / 100) })],
    ]),
    cureList(table.cures[words.lang][gaps.cure[row]], words),
    make('h3', { textContent: words.say('lacking', { number: gaps.lacked[row].length }) }), services,
  ];
}

// What would cure a gap, one way a line.
function cureList(text, words) {
  const parts = text.split(/(; |\uff1b)/);
  const ways = parts.flatMap((part, at) => (at % 2 ? [] : [part + (parts[at + 1] ?? '')])).filter(Boolean);
  return make('div', { className: 'cure' }, make('h3', { textContent: words.say('cure') }), make('ul', {}, ...ways.map((way) => make('li', {}, ...cureWay(way, words)))));
}

// What to do is read first, for which services second; a sentence says them in the order of its language.
function cureWay(way, { lang }) {
  const [, first, second] = /^(.*?(?:: |\uff1a))?([^]*)$/.exec(way);
  const [services, act] = lang === 'zh' ? [second, first] : [first, second];
  return [first, second].filter(Boolean).map((text) => outside(text, 'bdi', { className: text === services && act ? 'of' : 'act' }));
}

// The table of all services, as a dialog that keeps the focus until it is closed.
function openTable(review) {
  const { content, words } = review;
  const sheet = byId('sheet');
  const before = focused();
  const close = button('×', () => shut(), { className: 'close', title: words.say('close'), aria: { label: words.say('close') } });
  const shut = () => {
    sheet.hidden = true;
    sheet.removeEventListener('keydown', keep);
    before.focus();
  };
  const keep = (event) => {
    if (event.key === 'Escape') shut();
    if (event.key === 'Tab') event.preventDefault();
    if (event.key === 'Escape' || event.key === 'Tab') event.stopPropagation();
  };
  sheet.replaceChildren(close, make('h2', { id: 'sheet-title', textContent: words.say('table') }), coverageTable(content, words),
    ...asGiven(review), make('p', { className: 'note', textContent: words.denominator() }));
  describe(sheet, { role: 'dialog', modal: true, labelledby: 'sheet-title' });
  sheet.addEventListener('keydown', keep);
  sheet.hidden = false;
  close.focus();
}

function coverageTable(content, words) {
  const columns = ['share', 'served', 'unserved', 'unknown', 'total', 'count', 'limit'];
  const cells = (category) => [
    words.share(category), ...['served', 'unserved', 'unknown', 'total'].map((name) => words.people(category[name])),
    words.whole.format(category.facilities), words.limit(category),
  ];
  const head = make('tr', {}, make('th', { scope: 'col', textContent: words.say('service') }),
    ...columns.map((name) => make('th', { scope: 'col', textContent: words.say(`table_${name}`) })));
  const rows = content.categories.map((category, number) => make('tr', {},
    make('th', { scope: 'row' }, swatch(category), outside(words.category(number))), ...cells(category).map((text) => make('td', { textContent: text }))));
  return make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows));
}
