// The pen: a canvas above the map that knows the view, and the ground below everything, kept until the view changes.

// Pixels from which the ends and bends of lines are rounded, which is slow and seen on broad lines only.
const ROUNDED = 5;

const Drawing = L.Renderer.extend({
  options: { padding: 0.15 },

  initialize(draw) {
    L.Renderer.prototype.initialize.call(this);
    this._draw = draw;
  },

  _initContainer() {
    this._container = document.createElement('canvas');
    this._pen = this._container.getContext('2d');
  },

  _destroyContainer() {
    L.DomUtil.remove(this._container);
    delete this._container;
  },

  _updatePaths() {},

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const canvas = this._container;
    const size = this._bounds.getSize();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) Object.assign(canvas, { width: size.x * ratio, height: size.y * ratio });
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    const corner = this._bounds.min.add(this._map.getPixelOrigin());
    this.frame = { zoom: this._map.getZoom(), corner, size, ratio };
    this.refresh();
  },

  refresh() {
    if (this.frame) this._draw(this._pen, this.frame);
  },
});

// A pen that knows the view: world paths are drawn through the transform, symbols and labels in pixels.
class View {
  constructor(pen, { plane, zoom, corner, size, ratio, font }) {
    this.pen = pen;
    this.plane = plane;
    this.zoom = zoom;
    this.size = size;
    this.ratio = ratio;
    this.font = font;
    this.scale = 2 ** (zoom - PLANE_ZOOM);
    this.hairline = 1 / ratio;  // lines that are no broader take a tenth of the time
    this.dx = plane.x0 * this.scale - corner.x;
    this.dy = plane.y0 * this.scale - corner.y;
    this.box = [-this.dx / this.scale, -this.dy / this.scale, (size.x - this.dx) / this.scale, (size.y - this.dy) / this.scale];
    this.taken = [];
  }

  inWorld(pen = this.pen) {
    const k = this.ratio;
    pen.setTransform(this.scale * k, 0, 0, this.scale * k, this.dx * k, this.dy * k);
  }

  inPixels(pen = this.pen) {
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  clear() {
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    this.pen.clearRect(0, 0, this.pen.canvas.width, this.pen.canvas.height);
  }

  at([x, y]) {
    return [x * this.scale + this.dx, y * this.scale + this.dy];
  }

  sees([x, y], margin = 20) {
    return x > -margin && y > -margin && x < this.size.x + margin && y < this.size.y + margin;
  }

  // Whether a point of the plane is in view.
  holds([x, y]) {
    const [west, north, east, south] = this.box;
    return x > west && x < east && y > north && y < south;
  }

  fill(path, ink, alpha = 1, rule = 'nonzero') {
    this.inWorld();
    this.pen.globalAlpha = alpha;
    this.pen.fillStyle = ink;
    this.pen.fill(path, rule);
    this.pen.globalAlpha = 1;
  }

  // A fill under which the lines of the ground stay to be seen.
  tint(path, ink) {
    this.fill(path, INK.white, 0.5);
    this.pen.globalCompositeOperation = 'multiply';
    this.fill(path, ink);
    this.pen.globalCompositeOperation = 'source-over';
  }

  stroke(path, ink, width, dash = []) {
    this.inWorld();
    this.pen.lineWidth = width / this.scale;
    this.pen.setLineDash(dash.map((length) => length / this.scale));
    this.pen.lineJoin = width < ROUNDED ? 'miter' : 'round';
    this.pen.lineCap = dash.length ? 'butt' : width < ROUNDED ? 'square' : 'round';
    this.pen.miterLimit = 2;
    this.pen.strokeStyle = ink;
    this.pen.stroke(path);
    this.pen.setLineDash([]);
  }

  strokeTiles(tiles, ink, width, dash) {
    for (const tile of tiles) if (meet(tile.box, this.box)) this.stroke(tile.path, ink, width, dash);
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
    this.lay(sheet);
  }

  spare() {
    const { width, height } = this.pen.canvas;
    return make('canvas', { width, height });
  }

  lay(sheet) {
    this.pen.setTransform(1, 0, 0, 1, 0, 0);
    this.pen.drawImage(sheet, 0, 0);
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

  // Everything but the path, under a veil of paper.
  veil(path) {
    const sheet = this.spare();
    const pen = sheet.getContext('2d');
    pen.fillStyle = 'rgba(243, 242, 238, 0.68)';
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.globalCompositeOperation = 'destination-out';
    this.inWorld(pen);
    pen.fill(path, 'nonzero');
    this.lay(sheet);
  }

  // Takes a rectangle for a label unless another label stands there.
  claim(x, y, width, height) {
    const box = [x, y, x + width, y + height];
    const free = this.taken.every((other) => !meet(box, other));
    if (free) this.taken.push(box);
    return free;
  }

  // Han characters along a line, each of them upright, as maps of China have it.
  writeUpright(text, x, y, { size, ink, turn }) {
    const letters = [...text];
    const down = turn < -Math.PI / 4 ? turn + Math.PI : turn;
    letters.forEach((letter, place) => {
      const along = (place - (letters.length - 1) / 2) * (size + 1);
      this.write(letter, x + Math.cos(down) * along, y + Math.sin(down) * along, { size, ink, align: 'center' });
    });
  }

  write(text, x, y, { ink = INK.text, size = 12, align = 'left', weight = 400, turn = 0 } = {}) {
    const { pen } = this;
    pen.save();
    pen.translate(x, y);
    pen.rotate(turn);
    pen.font = `${weight} ${size}px ${this.font}`;
    pen.textAlign = align;
    pen.textBaseline = 'middle';
    pen.lineWidth = 3;
    pen.lineJoin = 'round';
    pen.strokeStyle = 'rgba(255, 255, 255, 0.9)';
    pen.strokeText(text, 0, 0);
    pen.fillStyle = ink;
    pen.fillText(text, 0, 0);
    pen.restore();
  }

  widthOf(text, size, weight = 400) {
    this.pen.font = `${weight} ${size}px ${this.font}`;
    return this.pen.measureText(text).width;
  }
}

// The ground: green, water, streets and barriers, finer the closer one looks.
function drawGround(view, ground, shown) {
  const width = Math.max(0.7, Math.min(9, 1.5 * 1.55 ** (view.zoom - 14)));
  const base = shown.basemap ? ground.base : null;
  if (base) drawBase(view, base);
  view.fill(ground.parks, INK.park);
  if (shown.barriers) {
    if (!ground.base) view.fill(ground.waterFill, INK.water, 1, 'evenodd');
    const shore = view.zoom < HOUSE_ZOOM ? view.hairline : Math.min(1.6, width);
    view.strokeTiles(ground.barriers.water, INK.shore, shore);
    if (view.zoom >= POND_ZOOM) view.strokeTiles(ground.ponds, INK.shore, shore);
  }
  if (shown.streets) drawStreets(view, ground.streets, width);
  if (shown.barriers) {
    view.strokeTiles(ground.barriers.rail, INK.rail, Math.max(0.5, Math.min(1.2, 0.2 * width)), view.zoom < WALL_ZOOM ? [] : [7, 3]);
    if (view.zoom > WALL_ZOOM) view.strokeTiles(ground.barriers.wall, INK.wall, 1.2);
  }
  if (base) drawDoors(view, base.doors);
}

function drawStreets(view, [minor, paths, steps, main], width) {
  const near = view.zoom >= STREETS_ZOOM || !main.length;
  if (view.zoom > PATH_ZOOM) {
    view.strokeTiles(paths, INK.path, Math.max(0.6, 0.35 * width), [4, 2.5]);
    view.strokeTiles(steps, INK.steps, 0.5 * width + 1, [1.5, 1.5]);
  }
  if (view.zoom < HOUSE_ZOOM) {
    if (near) view.strokeTiles(minor, INK.fine, Math.min(0.7 * width, view.hairline));
    view.strokeTiles(main, INK.main, Math.max(1.1, 1.2 * width));
    return;
  }
  view.strokeTiles(minor, INK.casing, 0.8 * width + 1.6);
  view.strokeTiles(main, INK.casing, 1.4 * width + 1.8);
  view.strokeTiles(minor, INK.street, 0.8 * width);
  view.strokeTiles(main, INK.street, 1.4 * width);
}
