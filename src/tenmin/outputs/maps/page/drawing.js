// The picture: one canvas above the map, drawn afresh from the shapes whenever the view or the choice changes.

const LABEL_ZOOM = 15.5;
const FEW_LABELS = 24;
const WALL_ZOOM = 15;

// A pen that knows the view: world paths are drawn through the transform, symbols and labels in pixels.
class View {
  constructor(pen, { plane, zoom, corner, size, ratio }) {
    Object.assign(this, { pen, plane, zoom, size, ratio });
    this.scale = 2 ** (zoom - PLANE_ZOOM);
    this.dx = plane.x0 * this.scale - corner.x;
    this.dy = plane.y0 * this.scale - corner.y;
    this.taken = [];
  }

  inWorld(pen = this.pen) {
    const k = this.ratio;
    pen.setTransform(this.scale * k, 0, 0, this.scale * k, this.dx * k, this.dy * k);
  }

  inPixels(pen = this.pen) {
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  at([x, y]) {
    return [x * this.scale + this.dx, y * this.scale + this.dy];
  }

  sees([x, y], margin = 20) {
    return x > -margin && y > -margin && x < this.size.x + margin && y < this.size.y + margin;
  }

  fill(path, ink, alpha = 1) {
    this.inWorld();
    this.pen.globalAlpha = alpha;
    this.pen.fillStyle = ink;
    this.pen.fill(path, 'nonzero');
    this.pen.globalAlpha = 1;
  }

  stroke(path, ink, width, dash = []) {
    this.inWorld();
    this.pen.lineWidth = width / this.scale;
    this.pen.setLineDash(dash.map((length) => length / this.scale));
    this.pen.lineJoin = 'round';
    this.pen.lineCap = dash.length ? 'butt' : 'round';
    this.pen.strokeStyle = ink;
    this.pen.stroke(path);
    this.pen.setLineDash([]);
  }

  // The outer edge of everything in the path, without the lines where its parts overlap.
  rim(path, ink, width) {
    const sheet = this.spare();
    const pen = sheet.getContext('2d');
    this.inWorld(pen);
    pen.lineWidth = (2 * width) / this.scale;
    pen.lineJoin = 'round';
    pen.strokeStyle = ink;
    pen.stroke(path);
    pen.globalCompositeOperation = 'destination-out';
    pen.fill(path, 'nonzero');
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    this.pen.drawImage(sheet, 0, 0);
  }

  spare() {
    const sheet = document.createElement('canvas');
    sheet.width = this.pen.canvas.width;
    sheet.height = this.pen.canvas.height;
    return sheet;
  }

  hatch(path, ink) {
    const { pen } = this;
    pen.save();
    this.inWorld();
    pen.clip(path, 'nonzero');
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = hatching(pen, this.ratio, ink);
    pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
    pen.restore();
  }

  // Takes a rectangle for a label unless another label stands there.
  claim(x, y, width, height) {
    const box = [x, y, x + width, y + height];
    const free = this.taken.every((o) => box[2] < o[0] || box[0] > o[2] || box[3] < o[1] || box[1] > o[3]);
    if (free) this.taken.push(box);
    return free;
  }
}

function thickness(view) {
  return Math.max(0.6, Math.min(3.2, 0.9 * 1.35 ** (view.zoom - 14)));
}

function drawStreets(view, scene) {
  const thick = thickness(view);
  const [streets, paths, steps] = scene.streets;
  view.stroke(paths, INK.path, thick * 0.75);
  view.stroke(steps, INK.steps, thick * 0.75);
  view.stroke(streets, INK.street, thick);
}

function drawBarriers(view, scene) {
  const { water, rail, wall } = scene.barriers;
  view.stroke(water, INK.water, Math.min(2, 1.5 * thickness(view)));
  view.stroke(rail, INK.rail, Math.min(1.1, thickness(view)), [7, 3]);
  if (view.zoom > WALL_ZOOM) view.stroke(wall, INK.wall, 1);
}

function drawReachedStreets(view, scene) {
  const levels = scene.circles.length;
  for (let level = levels - 1; scene.circlesAreLines && level >= 0; level -= 1) {
    view.stroke(scene.circles[level], levelInk(level, levels, true), 2.2 * thickness(view));
  }
}

function drawCircles(view, scene) {
  const levels = scene.circles.length;
  for (let level = levels - 1; !scene.circlesAreLines && level >= 0; level -= 1) {
    view.fill(scene.circles[level], levelInk(level, levels), 0.8);
    view.rim(scene.circles[level], INK.rim, level === scene.limitLevel ? 1.6 : 0.7);
  }
}

function drawPlaces(view, scene) {
  for (const state of STATES) {
    const ink = scene.neutral ? INK.quiet : INK[state];
    const { path, points } = scene.places[state];
    view.fill(path, ink, 0.9);
    view.inPixels();
    view.pen.fillStyle = ink;
    for (const point of points) {
      const [x, y] = view.at(point);
      if (view.sees([x, y])) {
        view.pen.beginPath();
        view.pen.arc(x, y, 3.4, 0, 2 * Math.PI);
        view.pen.fill();
      }
    }
  }
}

function drawAreas(view, scene) {
  view.stroke(scene.areas, INK.area, 1.6, [7, 4]);
}

function drawGapGround(view, scene) {
  view.hatch(scene.doubtPath, INK.doubtHatch);
  view.hatch(scene.gapPath, INK.hatch);
}

function drawGapEdges(view, scene) {
  view.stroke(scene.doubtPath, INK.doubt, 1.6, [6, 4]);
  view.stroke(scene.gapPath, 'rgba(255, 255, 255, 0.85)', 4);
  view.stroke(scene.gapPath, INK.gap, 2.2);
}

function drawRanks(view, scene) {
  view.inPixels();
  view.pen.textAlign = 'center';
  view.pen.textBaseline = 'middle';
  view.pen.font = `700 12px ${scene.font}`;
  for (const { rank, point, doubtful } of scene.gapMarks) {
    const [x, y] = view.at(point);
    const half = Math.max(11, view.pen.measureText(String(rank)).width / 2 + 6);
    if (view.sees([x, y]) && view.claim(x - half, y - 11, 2 * half, 22)) {
      view.pen.beginPath();
      view.pen.arc(x - half + 10, y, 10, Math.PI / 2, 1.5 * Math.PI);
      view.pen.arc(x + half - 10, y, 10, -Math.PI / 2, Math.PI / 2);
      view.pen.closePath();
      view.pen.lineWidth = 2.5;
      view.pen.strokeStyle = '#ffffff';
      view.pen.stroke();
      view.pen.fillStyle = doubtful ? INK.doubt : INK.gap;
      view.pen.fill();
      view.pen.fillStyle = '#ffffff';
      view.pen.fillText(String(rank), x, y + 0.5);
    }
  }
}

function drawFacilities(view, scene) {
  view.stroke(scene.grounds, 'rgba(30, 30, 30, 0.45)', 1);
  view.inPixels();
  const size = Math.max(scene.neutral ? 2.2 : 4, Math.min(7.5, 4.5 + (view.zoom - 13.5) * 1.1));
  for (const mark of scene.marks) {
    const [x, y] = view.at(mark.point);
    if (view.sees([x, y])) drawSymbol(view.pen, mark.symbol, x, y, size, mark.inUse);
  }
}

function drawNames(view, scene) {
  view.inPixels();
  const seen = scene.marks.filter((mark) => mark.name !== null && view.sees(view.at(mark.point), 0));
  if (scene.neutral || (view.zoom < LABEL_ZOOM && seen.length > FEW_LABELS)) return;
  for (const mark of seen) {
    const [x, y] = view.at(mark.point);
    view.claim(x - 7, y - 7, 14, 14);
  }
  seen.forEach((mark) => writeName(view, mark.name, view.at(mark.point), scene.font));
}

function writeName(view, name, [x, y], font) {
  const { pen } = view;
  const text = name.length > 28 ? `${name.slice(0, 27)}…` : name;
  pen.font = `600 12.5px ${font}`;
  const width = pen.measureText(text).width;
  const spots = [[x + 11, y - 8], [x - 11 - width, y - 8], [x - width / 2, y + 10], [x - width / 2, y - 26]];
  const spot = spots.find(([left, top]) => view.claim(left, top, width, 16));
  if (!spot) return;
  pen.textAlign = 'left';
  pen.textBaseline = 'middle';
  pen.lineWidth = 3.5;
  pen.lineJoin = 'round';
  pen.strokeStyle = 'rgba(255, 255, 255, 0.92)';
  pen.strokeText(text, spot[0], spot[1] + 8);
  pen.fillStyle = '#1b1f24';
  pen.fillText(text, spot[0], spot[1] + 8);
}

function drawChosen(view, scene) {
  const { chosen } = scene;
  if (!chosen) return;
  if (chosen.circles) view.stroke(chosen.circles, INK.chosen, 1.4, [2, 3]);
  if (chosen.path) view.stroke(chosen.path, '#ffffff', 6);
  if (chosen.path) view.stroke(chosen.path, INK.chosen, 3);
  if (chosen.walk) {
    view.stroke(chosen.walk, '#ffffff', 6);
    view.stroke(chosen.walk, INK.chosen, 2.6);
  }
  if (chosen.line) view.stroke(chosen.line, INK.chosen, 1.8, [6, 4]);
  view.inPixels();
  for (const point of chosen.points) {
    const [x, y] = view.at(point);
    view.pen.beginPath();
    view.pen.arc(x, y, 13, 0, 2 * Math.PI);
    view.pen.lineWidth = 3;
    view.pen.strokeStyle = INK.chosen;
    view.pen.stroke();
  }
}

const DRAWN = [
  ['circles', drawCircles], ['barriers', drawBarriers], ['streets', drawStreets],
  ['circles', drawReachedStreets], ['gaps', drawGapGround], ['areas', drawAreas],
  ['places', drawPlaces], ['gaps', drawGapEdges], ['facilities', drawFacilities], ['gaps', drawRanks], ['facilities', drawNames],
];

function drawScene(view, scene, shown) {
  for (const [layer, draw] of DRAWN) if (shown[layer]) draw(view, scene);
  drawChosen(view, scene);
}
