// The picture above the ground, layer by layer, coarser the farther away: cells, then houses, names, and what a choice marks.

const [CITY_ZOOM, STREETS_ZOOM, PATH_ZOOM, HOUSE_ZOOM, WALL_ZOOM, NAMES_ZOOM] = [13, 12.5, 14.5, 15, 15, 15.5];
const FEW_HOMES = 1500;
const FEW_NAMES = 24;
const FEW_MARKS = 100;
const FEW_DOTS = 300;
const SYMBOLS_ZOOM = 16.5;
const [PILL, DOT] = [11, 2];
const WIDE = 900;
const SHORTEST_NAME = 8;
const HAN = /[\u2e80-\u9fff\uac00-\ud7af]/;

function homesApart(view, atlas) {
  return view.zoom >= HOUSE_ZOOM || atlas.places.people.length <= FEW_HOMES;
}

function drawHomes(view, scene, atlas, scenes) {
  if (!homesApart(view, atlas)) drawCells(view, scene, scenes);
  else drawHouses(view, scene, atlas);
}

function drawCells(view, scene, scenes) {
  const metres = view.zoom >= CITY_ZOOM ? 100 : 100 * 2 ** Math.ceil(CITY_ZOOM - view.zoom);
  const cells = scenes.cellsOf(scene.paint, metres);
  const { side } = scenes.cells.get(metres);
  view.inPixels();
  const size = side * view.scale;
  const gap = Math.min(1.2, 0.12 * size);
  const seen = cells.map((cell) => ({ of: cell.of, spot: view.at(cell.corner) })).filter(({ spot }) => view.sees(spot, size));
  scene.paint.inks.forEach((ink, number) => {
    view.pen.fillStyle = ink ?? hatching(view.pen, 1, INK.unknown);
    for (const { of, spot: [x, y] } of seen) if (of === number) view.pen.fillRect(x, y, size - gap, size - gap);
    if (seen.some(({ of }) => of === number)) scene.drawn.add(number);
  });
}

function drawHouses(view, scene, atlas) {
  const { pen } = view;
  const { shapes } = atlas.places;
  const { classes, inks, edges } = scene.paint;
  const seen = shapes.within(view.box);
  inks.forEach((ink, number) => {
    const rows = seen.filter((row) => classes[row] === number);
    view.inWorld();
    pen.beginPath();
    for (const row of rows) if (!shapes.isPoint(row)) shapes.trace(pen, row, true);
    pen.fillStyle = ink ?? hatching(pen, 1, INK.unknown);
    if (!ink) {
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.fill();
      view.inWorld();
    } else pen.fill();
    pen.lineWidth = (view.zoom >= HOUSE_ZOOM ? 0.7 : 1) / view.scale;
    pen.strokeStyle = edges[number];
    pen.stroke();
    view.inPixels();
    const dots = rows.filter((row) => shapes.isPoint(row)).map((row) => view.at(shapes.middle(row)));
    for (const spot of dots) dot(view, spot, ink, edges[number]);
    if (dots.length <= FEW_DOTS) for (const [x, y] of dots) view.claim(x - 7, y - 7, 14, 14);
    if (rows.length) scene.drawn.add(number);
  });
}

function dot(view, [x, y], ink, edge) {
  const { pen } = view;
  pen.beginPath();
  pen.arc(x, y, Math.max(4.5, Math.min(8, 6 + view.zoom - 14)), 0, 2 * Math.PI);
  for (const fill of ink ? [ink] : [INK.white, hatching(pen, 1, INK.unknown)]) {
    pen.fillStyle = fill;
    pen.fill();
  }
  pen.lineWidth = 1.4;
  pen.strokeStyle = edge;
  pen.stroke();
}

function drawAreas(view, scene, atlas) {
  const { shapes } = atlas.areas;
  for (const { row, step } of scene.areas ?? []) {
    const path = shapes.path([row]);
    if (step < 0) view.hatch(path, INK.unknown);
    else view.tint(path, RAMP[step]);
  }
  atlas.areaPath = atlas.areaPath ?? shapes.path(shapes.rows());
  view.stroke(atlas.areaPath, 'rgba(255, 255, 255, 0.8)', 3);
  view.stroke(atlas.areaPath, INK.area, scene.areas ? 1.2 : 0.9, scene.areas ? [] : [6, 4]);
}

function drawRange(view, scene, atlas) {
  for (let level = scene.circles.length - 1; level >= 0; level -= 1) {
    const limit = level === scene.limitLevel;
    if (atlas.circles.lines) view.stroke(scene.circles[level], INK.ground, limit ? 3 : 1.5);
    else view.rim(scene.circles[level], INK.ground, limit ? 1.5 : 0.7);
  }
}

// The gaps to draw: while one is chosen, that one alone.
function apart({ gapMarks, chosen }) {
  return chosen && chosen.kind === 'gaps' ? gapMarks.filter(({ row }) => row === chosen.row) : gapMarks;
}

function drawGaps(view, scene, atlas) {
  if (view.zoom < CITY_ZOOM) {
    drawCircles(view, scene);
    return;
  }
  const { shapes } = atlas.gaps;
  for (const { row, doubtful } of apart(scene)) {
    if (!meet(shapes.boxes[row], view.box)) continue;
    const path = shapes.path([row]);
    if (doubtful) view.stroke(path, INK.doubt, 1.6, [6, 4]);
    else {
      if (!scene.selected) view.fill(path, INK.gap, 0.1);
      view.stroke(path, INK.gap, 1.8);
    }
  }
}

// The pills of ranks that have room, the worst first; from afar each circle's pill stands where there is room beside it.
function placeRanks(view, scene) {
  const far = view.zoom < CITY_ZOOM;
  view.inPixels();
  return apart(scene).flatMap((mark) => {
    mark.radius = far && mark.circled ? mark.size * narrowness(view) : null;
    const centre = view.at(mark.point);
    if ((far && !mark.circled) || !view.sees(centre, 30)) return [];
    const half = Math.max(PILL, view.widthOf(String(mark.rank), 13) / 2 + 6);
    const spot = (far && mark.circled ? around(centre, mark.radius) : [centre]).find(([x, y]) => view.claim(x - half - 1, y - PILL - 1, 2 * half + 2, 2 * PILL + 2));
    if (!spot) return [];
    mark.aside = spot === centre ? null : [(spot[0] - centre[0]) / view.scale, (spot[1] - centre[1]) / view.scale];
    return [{ mark, centre, spot, half }];
  });
}

// Circles are smaller on a phone, where as many stand in less room.
function narrowness(view) {
  return Math.min(1, Math.max(0.5, view.size.x / WIDE));
}

// A point, and after it others round it, farther and farther off.
function around([x, y], size) {
  const rings = [size + PILL, size + 3 * PILL, size + 5 * PILL].flatMap((reach) => Array.from({ length: 12 }, (_, step) => {
    const turn = (step * 5 * Math.PI) / 6;
    return [x + reach * Math.cos(turn), y - reach * Math.sin(turn)];
  }));
  return [[x, y], ...rings];
}

// From afar a gap is a circle by its people, light enough for what lies below it, and for another circle.
function drawCircles(view, scene) {
  view.inPixels();
  const { pen } = view;
  for (const { point, radius, doubtful } of apart(scene).filter(({ circled }) => circled).reverse()) {
    const ink = doubtful ? INK.doubt : INK.gapEdge;
    pen.beginPath();
    pen.arc(...view.at(point), radius, 0, 2 * Math.PI);
    pen.fillStyle = 'rgba(255, 255, 255, 0.55)';
    pen.fill();
    for (const [width, stroke] of [[4, 'rgba(255, 255, 255, 0.9)'], [1.8, ink]]) {
      pen.lineWidth = width;
      pen.strokeStyle = stroke;
      pen.stroke();
    }
  }
}

function drawRanks(view, ranks) {
  view.inPixels();
  const { pen } = view;
  for (const { centre, spot } of ranks) if (spot !== centre) drawLeader(pen, centre, spot);
  for (const { mark, spot: [x, y], half } of ranks) {
    pen.beginPath();
    pen.arc(x - half + PILL, y, PILL, Math.PI / 2, 1.5 * Math.PI);
    pen.arc(x + half - PILL, y, PILL, -Math.PI / 2, Math.PI / 2);
    pen.closePath();
    pen.fillStyle = mark.doubtful ? INK.doubt : INK.gap;
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = INK.white;
    pen.stroke();
    pen.fillStyle = INK.white;
    pen.font = `13px ${view.font}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText(String(mark.rank), x, y + 0.5);
  }
}

function drawLeader(pen, from, to) {
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  for (const [width, ink] of [[4, INK.white], [1.5, INK.gapEdge]]) {
    pen.lineWidth = width;
    pen.strokeStyle = ink;
    pen.stroke();
  }
}

// So many that symbols would hide each other and the town.
function drawDots(view, marks) {
  const { pen } = view;
  pen.fillStyle = INK.facility;
  pen.beginPath();
  for (const { point } of marks) {
    const [x, y] = view.at(point);
    pen.moveTo(x + DOT, y);
    pen.arc(x, y, DOT, 0, 2 * Math.PI);
  }
  pen.fill();
}

function drawFacilities(view, scene) {
  const many = scene.marks.length > 0 && scene.marks[0].quiet;
  const grown = Math.max(4.5, Math.min(11, 6 + (view.zoom - 13.5) * 2));
  const size = many ? Math.min(8, grown - 3) : grown;
  view.inPixels();
  const seen = scene.marks.filter((mark) => view.sees(view.at(mark.point)));
  scene.marked = !many || seen.length <= FEW_MARKS;
  if (!scene.marked) return;
  if (seen.length > FEW_DOTS && view.zoom < SYMBOLS_ZOOM) {
    drawDots(view, seen);
    return;
  }
  for (const mark of seen) {
    const [x, y] = view.at(mark.point);
    drawSymbol(view.pen, mark.category, x, y, size, mark.inUse);
    if (seen.length <= FEW_DOTS) view.claim(x - size, y - size, 2 * size, 2 * size);
  }
  if (many ? view.zoom < 17 : view.zoom < NAMES_ZOOM && seen.length > FEW_NAMES) return;
  const [chosen] = scene.chosen && scene.chosen.kind === 'facilities' ? [scene.chosen.row] : [];
  for (const mark of seen) if (mark.name !== null && mark.row !== chosen) labelBeside(view, mark.name, view.at(mark.point), size);
}

// Lines of at most 8 Han characters or about 22 letters, three at most.
function wrapped(text) {
  const most = HAN.test(text) ? 8 : 22;
  const lines = [];
  let rest = [...text.trim()];
  while (rest.length && lines.length < 3) {
    const space = rest.length > most ? rest.slice(0, most + 1).lastIndexOf(' ') : -1;
    const end = rest.length <= most ? rest.length : space > 0 ? space : most;
    lines.push(rest.slice(0, end).join('').trim());
    rest = rest.slice(end);
  }
  if (rest.length) lines[lines.length - 1] = `${lines[lines.length - 1].slice(0, -1)}…`;
  return lines;
}

function labelBeside(view, name, [x, y], size) {
  const lines = wrapped(name);
  const width = Math.max(...lines.map((line) => view.widthOf(line, 12)));
  const height = 15 * lines.length;
  const spots = [[x + size + 4, y - height / 2], [x - size - 4 - width, y - height / 2], [x - width / 2, y + size + 3], [x - width / 2, y - size - 3 - height]];
  const spot = spots.find(([left, top]) => view.claim(left, top, width, height));
  if (spot) lines.forEach((line, number) => view.write(line, spot[0], spot[1] + 15 * number + 8));
}

function drawAreaNames(view, scene, atlas, words) {
  view.inPixels();
  const rows = scene.areas ? scene.areas.map(({ row }) => row) : atlas.communities.map(({ area }) => area);
  for (const row of rows) {
    if (!atlas.areas.points[row]) continue;
    const [x, y] = view.at(atlas.areas.points[row]);
    const [west, north, east, south] = atlas.areas.shapes.boxes[row];
    const lines = wrapped(atlas.nameOf({ kind: 'areas', row }, words));
    const width = Math.max(...lines.map((line) => view.widthOf(line, 13)));
    const fits = (east - west) * view.scale > 0.8 * width && (south - north) * view.scale > 20;
    if (!fits || !view.sees([x, y]) || !view.claim(x - width / 2, y - 8 * lines.length, width, 16 * lines.length)) continue;
    lines.forEach((line, number) => view.write(line, x, y + 16 * (number - (lines.length - 1) / 2), { size: 13, align: 'center', ink: '#4c4070' }));
  }
}

function drawStreetNames(view, atlas) {
  if (view.zoom < 14) return;
  view.inPixels();
  const used = new Map();
  for (const { text, main, length, point, turn } of atlas.ground.names) {
    if (!main && view.zoom < 16) break;
    if (length * view.scale < SHORTEST_NAME || !view.holds(point)) continue;
    const [x, y] = view.at(point);
    const width = view.widthOf(text, 11);
    if (length * view.scale < 0.75 * width || (used.get(text) ?? []).some(([u, v]) => Math.hypot(u - x, v - y) < 300)) continue;
    const across = Math.abs(Math.cos(turn)) * width + 12;
    const down = Math.abs(Math.sin(turn)) * width + 12;
    if (!view.claim(x - across / 2, y - down / 2, across, down)) continue;
    used.set(text, [...(used.get(text) ?? []), [x, y]]);
    if (HAN.test(text)) view.writeUpright(text, x, y, { size: 11, ink: INK.streetName, turn });
    else view.write(text, x, y, { size: 11, align: 'center', ink: INK.streetName, turn });
  }
}

function drawSelected(view, scene, atlas, words) {
  const { selected } = scene;
  if (!selected) return;
  if (selected.kind === 'gaps') view.veil(selected.path ?? new Path2D());
  if (selected.barrier) {
    view.stroke(selected.barrier, INK.white, 8);
    view.stroke(selected.barrier, INK.barrier, 5);
  }
  if (selected.path) {
    view.stroke(selected.path, INK.white, 5);
    view.stroke(selected.path, selected.kind === 'gaps' ? INK.gap : INK.chosen, 2.5);
  }
  if (selected.line) {
    view.stroke(selected.line, INK.white, 6);
    view.stroke(selected.line, INK.chosen, 2.5, selected.straight ? [7, 5] : []);
  }
  view.inPixels();
  for (const point of selected.points) {
    const [x, y] = view.at(point);
    view.pen.beginPath();
    view.pen.arc(x, y, 15, 0, 2 * Math.PI);
    view.pen.lineWidth = 5;
    view.pen.strokeStyle = INK.white;
    view.pen.stroke();
    view.pen.lineWidth = 2.5;
    view.pen.strokeStyle = INK.chosen;
    view.pen.stroke();
  }
  if (selected.kind === 'facilities' && selected.points.length) labelBeside(view, atlas.nameOf(selected, words), view.at(selected.points[0]), 16);
}

// The layers from below; of each, the switch that shows it.
function drawPicture(view, scene, { atlas, scenes, words, shown }) {
  scene.homesApart = homesApart(view, atlas) && scene.paint.kind !== 'plain';
  scene.drawn = new Set();
  const ranks = shown.gaps ? placeRanks(view, scene) : [];
  if (shown.areas && atlas.areas) drawAreas(view, scene, atlas);
  if (shown.places && (scene.tab !== 'communities' || view.zoom >= HOUSE_ZOOM || scene.paint.kind === 'states')) drawHomes(view, scene, atlas, scenes);
  if (shown.circles && scene.circles.length) drawRange(view, scene, atlas);
  if (shown.gaps && scene.gapMarks.length) drawGaps(view, scene, atlas);
  if (scene.selected && scene.selected.kind === 'gaps') drawSelected(view, scene, atlas, words);
  if (shown.facilities) drawFacilities(view, scene);
  drawRanks(view, ranks);
  if (scene.selected && scene.selected.kind !== 'gaps') drawSelected(view, scene, atlas, words);
  if (shown.areas && atlas.areas) drawAreaNames(view, scene, atlas, words);
  if (shown.basemap && atlas.ground.base) drawPlaceNames(view, atlas.ground.base);
  if (shown.streets) drawStreetNames(view, atlas);
}
