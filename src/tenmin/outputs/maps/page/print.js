// The sheet that is printed: the map in two thirds of it, its legend, the ten worst, and what the figures are of.

// The printed map in pixels, at which its labels are as large as the text beside it, and how many dots of paper each is.
// It is higher than its place on any paper and covers that, so that its width, which the scale goes by, is the place's.
const [SHEET_WIDTH, SHEET_HEIGHT, DOTS] = [720, 690, 3];
const SHEET_EDGE = 0.08;
const TOP = 10;

function fillPrint(review) {
  const { words, content } = review;
  const canvas = make('canvas', { width: SHEET_WIDTH * DOTS, height: SHEET_HEIGHT * DOTS });
  const frame = printFrame(review.map, content.bounds);
  if (review.atlas) review.drawOn(canvas, frame);
  const keys = review.atlas ? legendKeys({ ...review, map: framedMap(frame) }) : [];
  if (review.atlas) review.drawing.refresh();
  byId('print').replaceChildren(
    make('header', {}, make('h1', { textContent: words.title() }), make('p', { textContent: [review.rule(), words.date()].join(' · ') }), ...changesMade(review)),
    make('div', { className: 'picture' }, canvas, make('span', { className: 'north', textContent: words.say('north') }), printScale(review, frame)),
    make('aside', {}, make('h2', { textContent: words.say('legend') }), make('ul', { className: 'keys' }, ...keys),
      make('p', { className: 'sentence', textContent: review.rail.panels.overview.sentence.textContent }),
      make('h2', { textContent: words.say('top_ten') }), ...asGiven(review), review.atlas && review.atlas.gaps ? topGaps(review) : topServices(content, words)),
    make('footer', {}, make('p', { textContent: words.denominator() }), make('p', { textContent: [CREDIT, words.sources()].filter(Boolean).join(' · ') })));
}

// What was changed on the page, whose figures are those of the town so changed.
function changesMade({ town, whatIf }) {
  return town && town.changes.length ? [make('p', { className: 'changed', textContent: town.changes.map((change) => whatIf.said(change)).join(' · ') })] : [];
}

// That what follows is of the town as it was given, where something was changed on the page.
function asGiven({ town, words }) {
  return town && town.changes.length ? [make('p', { className: 'note', textContent: words.say('as_given') })] : [];
}

function topTable(heads, rows) {
  return make('table', {}, make('thead', {}, make('tr', {}, ...heads.map((text) => make('th', { scope: 'col', textContent: text })))),
    make('tbody', {}, ...rows.map((cells) => make('tr', {}, ...cells.map((text) => make('td', {}, make('div', {}, outside(text))))))));
}

function topGaps({ atlas, words, choice }) {
  const { gaps, tables } = atlas;
  const rows = gaps.firm.filter((row) => choice.category === null || gaps.lacked[row].includes(choice.category)).slice(0, TOP);
  return topTable([words.say('rank'), words.say('gap_place'), words.say('field_people'), words.say('lacks'), words.say('field_reason')], rows.map((row) => [
    String(gaps.rank[row]), atlas.nameOf({ kind: 'gaps', row }, words), words.people(gaps.people[row] / 100), words.services(gaps.lacked[row], 1),
    [words.reason(tables.gaps.reason[row]), words.barriers(tables.gaps.by[row])].filter(Boolean).join(words.say('colon'))]));
}

function topServices(content, words) {
  return topTable([words.say('service'), words.say('share'), words.say('without')], content.categories.slice(0, TOP).map((category, number) => [
    words.category(number), words.share(category), words.people(category.unserved)]));
}

// A bar of a round length at the scale of the printed map.
function printScale({ map, words }, { zoom }) {
  const metres = (156543.034 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / 2 ** zoom;
  const wide = metres * SHEET_WIDTH * 0.2;
  const power = 10 ** Math.floor(Math.log10(wide));
  const length = [5, 2, 1].find((step) => step * power <= wide) * power;
  const text = length >= 1000 ? words.say('kilometres', { number: length / 1000 }) : words.amount(length, 'metres');
  return make('span', { className: 'scalebar', style: { width: `${(100 * length) / (metres * SHEET_WIDTH)}%` }, textContent: text });
}

// What the legend asks of a map, of a frame.
function framedMap({ zoom, corner, size }) {
  return { getZoom: () => zoom, getPixelBounds: () => L.bounds(corner, corner.add(size)) };
}

// What is on the screen fits on the sheet, without the paper round the town.
function printFrame(map, bounds) {
  const seen = map.getBounds();
  const town = L.latLngBounds(bounds).pad(SHEET_EDGE);
  const [south, west] = [Math.max(seen.getSouth(), town.getSouth()), Math.max(seen.getWest(), town.getWest())];
  const [north, east] = [Math.min(seen.getNorth(), town.getNorth()), Math.min(seen.getEast(), town.getEast())];
  const framed = south < north && west < east ? L.latLngBounds([south, west], [north, east]) : seen;
  const start = map.getZoom();
  const [one, two] = [map.project(framed.getSouthWest(), start), map.project(framed.getNorthEast(), start)];
  const zoom = start + Math.log2(Math.min(SHEET_WIDTH / Math.abs(two.x - one.x), SHEET_HEIGHT / Math.abs(two.y - one.y)));
  const size = L.point(SHEET_WIDTH, SHEET_HEIGHT);
  const middle = one.add(two).divideBy(2).multiplyBy(2 ** (zoom - start));
  return { zoom, corner: middle.subtract(size.divideBy(2)), size, ratio: DOTS };
}
