// The sheet that is printed: the map in two thirds of it, its legend, the ten worst, and what the figures are of.

const [SHEET_WIDTH, SHEET_HEIGHT] = [1400, 1180];
const TOP = 10;

function fillPrint(review) {
  const { words, content } = review;
  const canvas = make('canvas', { width: SHEET_WIDTH, height: SHEET_HEIGHT });
  if (review.atlas) review.drawOn(canvas);
  const keys = review.atlas ? legendKeys(review) : [];
  byId('print').replaceChildren(
    make('header', {}, make('h1', { textContent: words.title() }), make('p', { textContent: [words.rule(), words.date()].join(' · ') })),
    make('div', { className: 'picture' }, canvas, make('span', { className: 'north', textContent: words.say('north') }), printScale(review)),
    make('aside', {}, make('h2', { textContent: words.say('legend') }), make('ul', { className: 'keys' }, ...keys),
      make('p', { className: 'sentence', textContent: review.rail.panels.overview.sentence.textContent }),
      make('h2', { textContent: words.say('top_ten') }), review.atlas && review.atlas.gaps ? topGaps(review) : topServices(content, words)),
    make('footer', {}, make('p', { textContent: words.denominator() }), make('p', { textContent: [CREDIT, words.sources()].filter(Boolean).join(' · ') })));
}

function topTable(heads, rows) {
  return make('table', {}, make('thead', {}, make('tr', {}, ...heads.map((text) => make('th', { scope: 'col', textContent: text })))),
    make('tbody', {}, ...rows.map((cells) => make('tr', {}, ...cells.map((text) => make('td', {}, outside(text)))))));
}

function topGaps({ atlas, words, choice }) {
  const { gaps, tables } = atlas;
  const rows = gaps.firm.filter((row) => choice.category === null || gaps.lacked[row].includes(choice.category)).slice(0, TOP);
  return topTable([words.say('rank'), words.say('gap_place'), words.say('field_people'), words.say('lacks'), words.say('field_reason')], rows.map((row) => [
    String(gaps.rank[row]), atlas.nameOf({ kind: 'gaps', row }, words), words.people(gaps.people[row] / 100), words.services(gaps.lacked[row], 3),
    [words.reason(tables.gaps.reason[row]), words.barriers(tables.gaps.by[row])].filter(Boolean).join(words.say('colon'))]));
}

function topServices(content, words) {
  return topTable([words.say('service'), words.say('share'), words.say('without')], content.categories.slice(0, TOP).map((category, number) => [
    words.category(number), words.share(category), words.people(category.unserved)]));
}

// A bar of a round length at the scale of the printed map.
function printScale({ map, words }) {
  const centre = map.getCenter();
  const metres = (156543.034 * Math.cos((centre.lat * Math.PI) / 180)) / 2 ** printZoom(map);
  const wide = metres * SHEET_WIDTH * 0.2;
  const power = 10 ** Math.floor(Math.log10(wide));
  const length = [5, 2, 1].find((step) => step * power <= wide) * power;
  const text = length >= 1000 ? words.say('kilometres', { number: length / 1000 }) : words.amount(length, 'metres');
  return make('span', { className: 'scalebar', style: { width: `${(100 * length) / (metres * SHEET_WIDTH)}%` }, textContent: text });
}

// What is on the screen fits on the sheet.
function printZoom(map) {
  const { x, y } = map.getSize();
  return map.getZoom() + Math.log2(Math.min(SHEET_WIDTH / x, SHEET_HEIGHT / y));
}
