// The streets as lines on the plane: where a part of an edge runs, and which straight pieces lie near a spot.

const CELL = 64;

// Metres of one unit of the plane at a spot.
function metresAt(plane, y) {
  return 40_075_016.686 / plane.world / Math.cosh(Math.PI * (1 - (2 * (y + plane.y0)) / plane.world));
}

// The drawn line of every edge. Shapes of a weight stand in the order of the edges of that weight.
class Lines {
  constructor(network, plane, weights, plazas) {
    this.plane = plane;
    this.shapes = weights.map((packed) => new Shapes(plane, packed));
    this.shapes[PLAZA] = new Shapes(plane, plazas);
    this.weight = Uint8Array.from(network.kind, (kind) => kind & PLAZA);
    const next = new Int32Array(PLAZA + 1);
    this.row = Int32Array.from(this.weight, (weight) => {
      next[weight] += 1;
      return next[weight] - 1;
    });
  }

  // The corners of an edge: coordinates, and where its own begin and end among them.
  corners(edge) {
    const shapes = this.shapes[this.weight[edge]];
    const ring = shapes.featureStart[this.row[edge]];
    return { xy: shapes.xy, begin: shapes.ringStart[ring], stop: shapes.ringStart[ring + 1] };
  }

  // The part of an edge between two shares of its length, as points in that order.
  part(edge, from, to) {
    const { xy, begin, stop } = this.corners(edge);
    const corners = [];
    const along = [0];
    for (let i = begin; i < stop; i += 1) {
      corners.push([xy[2 * i], xy[2 * i + 1]]);
      if (i > begin) along.push(along[along.length - 1] + Math.hypot(xy[2 * i] - xy[2 * i - 2], xy[2 * i + 1] - xy[2 * i - 1]));
    }
    const whole = along[along.length - 1];
    const [low, high] = [Math.min(from, to) * whole, Math.max(from, to) * whole];
    const inner = corners.filter((_, i) => along[i] > low && along[i] < high);
    const points = [onLine(corners, along, low), ...inner, onLine(corners, along, high)];
    return from <= to ? points : points.reverse();
  }

  at(edge, share) {
    return this.part(edge, share, share)[0];
  }
}

function onLine(corners, along, far) {
  let i = 1;
  while (i < corners.length - 1 && along[i] < far) i += 1;
  const [[ax, ay], [bx, by]] = [corners[i - 1], corners[i]];
  const size = along[i] - along[i - 1];
  const t = size > 0 ? Math.min(1, Math.max(0, (far - along[i - 1]) / size)) : 0;
  return [ax + t * (bx - ax), ay + t * (by - ay)];
}

// Straight pieces in square cells: (x, y, x, y) of each, and a number that says what it belongs to.
class Pieces {
  constructor() {
    this.cells = new Map();
    this.ends = [];
    this.owner = [];
  }

  add(ax, ay, bx, by, owner) {
    const number = this.owner.length;
    this.owner.push(owner);
    this.ends.push(ax, ay, bx, by);
    this.visit([Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)], (key) => {
      const held = this.cells.get(key);
      if (held) held.push(number);
      else this.cells.set(key, [number]);
    });
  }

  addShapes(shapes, closed = false) {
    for (let ring = 0; ring + 1 < shapes.ringStart.length; ring += 1) {
      const [begin, stop] = [shapes.ringStart[ring], shapes.ringStart[ring + 1]];
      for (let i = begin; i + 1 < stop; i += 1) this.add(shapes.xy[2 * i], shapes.xy[2 * i + 1], shapes.xy[2 * i + 2], shapes.xy[2 * i + 3], ring);
      const last = stop - 1;
      if (closed && last > begin) this.add(shapes.xy[2 * last], shapes.xy[2 * last + 1], shapes.xy[2 * begin], shapes.xy[2 * begin + 1], ring);
    }
  }

  visit([west, north, east, south], see) {
    for (let x = Math.floor(west / CELL); x <= Math.floor(east / CELL); x += 1) {
      for (let y = Math.floor(north / CELL); y <= Math.floor(south / CELL); y += 1) see(x * 4_194_304 + y);
    }
  }

  // Numbers of the pieces in the cells that a box touches, each once.
  near(box) {
    const found = new Set();
    this.visit(box, (key) => (this.cells.get(key) || []).forEach((number) => found.add(number)));
    return [...found];
  }

  // Whether a straight leg crosses any piece.
  isCrossed([ax, ay], [bx, by]) {
    const box = [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
    return this.near(box).some((number) => {
      const [cx, cy, dx, dy] = this.ends.slice(4 * number, 4 * number + 4);
      const side = (px, py, qx, qy, rx, ry) => (qx - px) * (ry - py) - (qy - py) * (rx - px);
      return side(ax, ay, bx, by, cx, cy) * side(ax, ay, bx, by, dx, dy) < 0
        && side(cx, cy, dx, dy, ax, ay) * side(cx, cy, dx, dy, bx, by) < 0;
    });
  }
}
