// What a click tells: the card of a facility, a place, a gap or an area, and the lists of gaps and of homes that join no street.

const LISTED = 100;

function card(kind, title, facts, note = null) {
  const rows = facts.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return make('article', { className: `card ${kind}` },
    make('h2', {}, make('bdi', { textContent: title })),
    make('dl', {}, ...rows.flatMap(([name, value]) => [
      make('dt', {}, make('bdi', { textContent: name })),
      make('dd', {}, make('bdi', { textContent: String(value) })),
    ])),
    note === null ? null : make('p', { className: 'cure', textContent: note }));
}

function rest(atlas, table, row, without, words) {
  const { columns } = atlas.tables[table];
  const named = columns.map((name, number) => [words.texts[`field_${name}`] ?? name, atlas.text(table, number, row), name]);
  return named.filter(([, , name]) => !without.includes(name));
}

function joined({ leg, island }, row, words) {
  if (leg[row] < 0) return words.say('unjoined');
  const way = words.amount(leg[row], 'metres');
  return island[row] ? words.say('on_island', { way }) : way;
}

function facilityCard(atlas, row, words) {
  const table = atlas.tables.facilities;
  const category = atlas.categoryOf(row);
  return card('facility', atlas.facilityName(row), [
    [words.say('service'), category.name],
    [words.say('field_reached'), words.folk(atlas.facilities.people[row] / 100)],
    [words.say('field_street'), joined(atlas.facilities, row, words)],
    [words.say('field_id'), table.id[row]],
    ...rest(atlas, 'facilities', row, ['name', 'element'], words),
  ]);
}

// Minutes with one decimal, but never rounded to the limit's other side; metres are told as those beyond level ground.
function walked(walk, row, category, words) {
  if (walk.minutes[row] < 0) return words.say('no_walk');
  const way = words.amount(Math.floor((walk.minutes[row] * words.facts.speed) / 6 + 0.5) + walk.detour[row], 'metres');
  const minutes = words.fine.format(walk.minutes[row] / 100);
  const rounded = Math.round(walk.minutes[row] / 10) / 10;
  const over = words.facts.unit === 'minutes' && walk.state[row] !== 1 && rounded <= category.limit;
  const time = words.say('amount_minutes', { number: over ? `>${minutes}` : minutes });
  return words.say('time_and_way', { time, way });
}

function placeCard(atlas, row, choice, words) {
  const table = atlas.tables.places;
  const name = atlas.column('places', 'name')[row];
  const facts = [
    [words.say('field_people'), words.fine.format(atlas.places.people[row] / 100)],
    ...(choice.category === null ? [] : walkFacts(atlas, row, choice.category, words)),
    [words.say('field_street'), joined(atlas.places, row, words)],
    [words.say('field_id'), table.id[row]],
    ...rest(atlas, 'places', row, ['name'], words),
  ];
  return card('place', name ?? words.say('place'), facts);
}

function walkFacts(atlas, row, number, words) {
  const category = atlas.content.categories[number];
  const walk = atlas.places.walks[number];
  const nearest = walk.nearest[row];
  const state = words.say(STATES[walk.state[row]]);
  return [
    [category.name, words.say('state_of_limit', { state, limit: words.limit(category) })],
    [words.say('field_walk'), walked(walk, row, category, words)],
    [words.say('field_nearest'), nearest < 0 ? null : atlas.facilityName(nearest)],
    [words.say('field_nearest_id'), nearest < 0 ? null : atlas.tables.facilities.id[nearest]],
  ];
}

function gapCard(atlas, row, words) {
  const table = atlas.tables.gaps;
  const category = atlas.content.categories[atlas.gaps.category[row]];
  const excess = table.excess[row];
  return card('gap', words.say('gap_title', { rank: table.rank[row], service: category.name }), [
    [words.say(atlas.gaps.doubtful[row] ? 'field_unknown' : 'field_unserved'), words.folk(atlas.gaps.people[row] / 100)],
    [words.say('field_places'), words.whole.format(table.places[row])],
    [words.say('field_excess'), excess === null ? null : words.say(`amount_${table.unit}`, { number: words.fine.format(excess) })],
    [words.say('field_severity'), table.severity[row] === null ? null : words.fine.format(table.severity[row])],
    [words.say('field_reason'), table.reason[row]],
    [words.say('field_by'), table.by[row]],
    [words.say('field_gap'), table.id[row]],
  ], table.cure[row]);
}

function areaCard(atlas, row, words) {
  const name = atlas.column('areas', 'name')[row];
  const id = atlas.tables.areas.id[row];
  return card('area', name ?? id, [[words.say('field_id'), id], ...rest(atlas, 'areas', row, ['name'], words)]);
}

function detailsOf(atlas, choice, words) {
  const { kind, row } = choice.chosen;
  if (kind === 'facilities') return facilityCard(atlas, row, words);
  if (kind === 'places') return placeCard(atlas, row, choice, words);
  if (kind === 'gaps') return gapCard(atlas, row, words);
  return areaCard(atlas, row, words);
}

function gapRow(atlas, row, choice, words, choose) {
  const table = atlas.tables.gaps;
  const category = atlas.content.categories[atlas.gaps.category[row]];
  const people = words.folk(atlas.gaps.people[row] / 100);
  const head = choice.category === null ? words.say('gap_head', { service: category.name, people }) : people;
  const button = make('button', { type: 'button', className: 'gap-row', dataset: { gap: String(row) } },
    make('b', { className: atlas.gaps.doubtful[row] ? 'doubtful' : '', textContent: String(table.rank[row]) }),
    make('span', {}, make('strong', { textContent: head }), make('bdi', { textContent: table.reason[row] ?? '' })));
  const { chosen } = choice;
  if (chosen && chosen.kind === 'gaps' && chosen.row === row) button.classList.add('chosen');
  button.addEventListener('click', () => choose({ kind: 'gaps', row }));
  return make('li', {}, button);
}

function gapHeading(atlas, rows, words) {
  const doubtful = rows.filter((row) => atlas.gaps.doubtful[row]).length;
  const [certain, unsure] = [rows.length - doubtful, doubtful].map((number) => words.whole.format(number));
  if (!rows.length) return words.say('gaps_none');
  return words.say(doubtful ? 'gaps_and_doubts' : 'gaps', { number: certain, doubtful: unsure });
}

function gapList(atlas, choice, words, choose) {
  const rows = atlas.rowsOf(atlas.gaps, choice.category);
  const listed = rows.slice(0, LISTED).map((row) => gapRow(atlas, row, choice, words, choose));
  return [
    make('h2', { textContent: gapHeading(atlas, rows, words) }),
    rows.length ? make('p', { className: 'hint', textContent: words.say('gaps_order') }) : null,
    make('ol', {}, ...listed), remainder(rows, words),
  ];
}

function remainder(rows, words) {
  if (rows.length <= LISTED) return null;
  return make('p', { className: 'hint', textContent: words.say('more', { number: words.whole.format(rows.length - LISTED) }) });
}

function unjoinedRow(atlas, row, choice, words, choose) {
  const name = atlas.column('places', 'name')[row] ?? atlas.tables.places.id[row];
  const button = make('button', { type: 'button', className: 'gap-row' },
    make('bdi', { textContent: name }), make('span', { textContent: words.folk(atlas.places.people[row] / 100) }));
  button.classList.toggle('chosen', choice.chosen?.kind === 'places' && choice.chosen.row === row);
  button.addEventListener('click', () => choose({ kind: 'places', row }));
  return make('li', {}, button);
}

// Homes that join no street are unknown for every service alike: a defect of the data, told once.
function unjoinedList(atlas, choice, words, choose) {
  const rows = atlas.unjoined;
  const people = rows.reduce((sum, row) => sum + atlas.places.people[row], 0) / 100;
  const number = words.whole.format(rows.length);
  return [
    make('h2', { textContent: words.say('defects', { number, people: words.folk(people) }) }),
    make('p', { className: 'hint', textContent: words.say('defects_cure') }),
    make('ol', {}, ...rows.slice(0, LISTED).map((row) => unjoinedRow(atlas, row, choice, words, choose))), remainder(rows, words),
  ];
}
