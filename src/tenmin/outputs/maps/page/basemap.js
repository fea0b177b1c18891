// The base map, to find one's way: sea and water, woods, parks and buildings below the results, names among them.

const [POND_ZOOM, BUILDING_ZOOM, DOOR_ZOOM] = [14, 14.5, 17];
const POND_SIDE = 90;
const COARSE = 10;

class Basemap {
  constructor(plane, numbers, names) {
    const shapesOf = (packed) => new Shapes(plane, { ...packed, xy: packed.xy.map((part) => part * COARSE) });
    const [extent, sea] = [shapesOf(numbers.extent), shapesOf(numbers.sea)];
    this.extent = extent.count ? { box: extent.boxes[0], path: extent.path(extent.rows()) } : null;
    this.sea = sea.path(sea.rows());
    this.hasSea = sea.count > 0;
    const water = shapesOf(numbers.water);
    this.fills = {
      ...Object.fromEntries(['wood', 'green', 'building'].map((kind) => [kind, filledTiles(shapesOf(numbers[kind]))])),
      water: filledTiles(water, (box) => !isPond(box)),
      pond: filledTiles(water, isPond),
    };
    this.names = pointsOn(plane, numbers.names.points).map((point, row) => ({ point, text: names[row], zoom: numbers.names.zoom[row] }));
    this.doors = { entrance: pointsOn(plane, numbers.entrance), gate: pointsOn(plane, numbers.gate) };
  }

  // What of it is drawn in a box of the plane, for the legend.
  seen(box, zoom) {
    const has = (kind) => this.fills[kind].some((tile) => meet(tile.box, box));
    const [west, north, east, south] = this.extent ? this.extent.box : box;
    return {
      water: this.hasSea || has('water') || (zoom >= POND_ZOOM && has('pond')),
      green: has('wood') || has('green'),
      building: zoom >= BUILDING_ZOOM && has('building'),
      door: zoom >= DOOR_ZOOM && Object.values(this.doors).flat().some((point) => point && meet([...point, ...point], box)),
      beyond: west > box[0] || north > box[1] || east < box[2] || south < box[3],
    };
  }
}

// Water that is too small to be drawn from afar.
function isPond([west, north, east, south], closed = true) {
  return closed && east - west < POND_SIDE && south - north < POND_SIDE;
}

function drawBase(view, base) {
  const { pen } = view;
  if (base.extent) {
    view.inPixels();
    pen.fillStyle = INK.beyond;
    pen.fillRect(-view.size.x, -view.size.y, 3 * view.size.x, 3 * view.size.y);  // Chromium prints a rectangle of the exact size too small
    view.fill(base.extent.path, INK.paper);
  }
  if (base.hasSea) view.fill(base.sea, INK.water);
  for (const kind of ['wood', 'green', 'water']) fillTiles(view, base.fills[kind], INK[kind === 'green' ? 'park' : kind]);
  if (view.zoom >= POND_ZOOM) fillTiles(view, base.fills.pond, INK.water);
  if (view.zoom < BUILDING_ZOOM) return;
  fillTiles(view, base.fills.building, INK.building);
  view.strokeTiles(base.fills.building, INK.buildingEdge, 0.7);
}

function fillTiles(view, tiles, ink) {
  for (const tile of tiles) if (meet(tile.box, view.box)) view.fill(tile.path, ink);
}

// Entrances are dots, gates small squares.
function drawDoors(view, { entrance, gate }) {
  if (view.zoom < DOOR_ZOOM) return;
  const { pen } = view;
  view.inPixels();
  pen.lineWidth = 1.2;
  pen.strokeStyle = INK.white;
  pen.fillStyle = INK.door;
  for (const [points, square] of [[entrance, false], [gate, true]]) {
    for (const point of points) {
      if (!point) continue;
      const [x, y] = view.at(point);
      if (!view.sees([x, y])) continue;
      pen.beginPath();
      if (square) pen.rect(x - 3.5, y - 3.5, 7, 7);
      else pen.arc(x, y, 3, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
    }
  }
}

// Names of districts, villages, lakes and parks where there is room, large ones first.
function drawPlaceNames(view, { names }) {
  view.inPixels();
  for (const { point, text, zoom } of names) {
    if (!point || zoom > view.zoom + 0.5) continue;
    const [x, y] = view.at(point);
    if (!view.sees([x, y], 0)) continue;
    const lines = wrapped(text);
    const width = Math.max(...lines.map((line) => view.widthOf(line, 12)));
    if (!view.claim(x - width / 2 - 10, y - 8 * lines.length - 6, width + 20, 16 * lines.length + 12)) continue;
    lines.forEach((line, number) => view.write(line, x, y + 16 * (number - (lines.length - 1) / 2), { size: 12, align: 'center', ink: INK.placeName }));
  }
}
