// Numbers back into shapes: the packed text of the page becomes paths on a flat plane round the middle of the map.

const PLANE_ZOOM = 16;
const TILE = 256;
const STEP = 1e-6;
const NOWHERE = 999_000_000;
const GRID_SIDE = 64;
const TILE_SIDE = 512;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=/?@^_]:|[~';

// The packed text: four bytes with the size of a head, the head in JSON, then the bytes of all numbers, plane by plane.
function unpack(text) {
  const bytes = inflate(bytesOf(text));
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const numbers = wholeNumbers(bytes.subarray(4 + size));
  const { tables, ...layers } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  return { tables, ...withNumbers(layers, numbers) };
}

function withNumbers(part, numbers) {
  if (!part || typeof part !== 'object') return part;
  if (part.numbers) return numbers.subarray(...part.numbers);
  if (Array.isArray(part)) return part.map((one) => withNumbers(one, numbers));
  return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, withNumbers(one, numbers)]));
}

// Five signs of base 85 are four bytes, the first the highest.
function bytesOf(text) {
  const digit = new Uint8Array(128);
  for (let i = 0; i < DIGITS.length; i += 1) digit[DIGITS.charCodeAt(i)] = i;
  const bytes = new Uint8Array((text.length / 5) * 4);
  for (let i = 0, at = 0; i < text.length; i += 5, at += 4) {
    let value = 0;
    for (let k = i; k < i + 5; k += 1) value = value * 85 + digit[text.charCodeAt(k)];
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }
  return bytes;
}

function wholeNumbers(planes) {
  const count = planes.length / 4;
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    const signed = planes[i] | (planes[count + i] << 8) | (planes[2 * count + i] << 16) | (planes[3 * count + i] << 24);
    numbers[i] = (signed >>> 1) ^ -(signed & 1);
  }
  return numbers;
}

// Pixels of zoom 16, counted from a point near the data so that they stay exact in single precision.
class Plane {
  constructor([[south, west], [north, east]]) {
    this.world = TILE * 2 ** PLANE_ZOOM;
    this.x0 = 0;
    this.y0 = 0;
    const middle = this.place((west + east) / 2, (south + north) / 2);
    [this.x0, this.y0] = middle;
  }

  place(longitude, latitude) {
    const sine = Math.sin((latitude * Math.PI) / 180);
    return [
      this.world * (longitude / 360 + 0.5) - this.x0,
      this.world * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) - this.y0,
    ];
  }

  // From a pixel of the map's world at some zoom.
  ofPixel(point, zoom) {
    const scale = 2 ** (PLANE_ZOOM - zoom);
    return [point.x * scale - this.x0, point.y * scale - this.y0];
  }

  toPixel([x, y], zoom) {
    const scale = 2 ** (zoom - PLANE_ZOOM);
    return [(x + this.x0) * scale, (y + this.y0) * scale];
  }
}

function pointsOn(plane, numbers) {
  const points = [];
  for (let i = 0; i < numbers.length; i += 2) {
    points.push(numbers[i] === NOWHERE ? null : plane.place(numbers[i] * STEP, numbers[i + 1] * STEP));
  }
  return points;
}

class Shapes {
  constructor(plane, { xy, rings, features }) {
    this.count = features.length;
    this.ringStart = starts(rings);
    this.featureStart = starts(features);
    this.xy = new Float64Array(xy.length);
    let longitude = 0;
    let latitude = 0;
    for (let i = 0; i < xy.length; i += 2) {
      longitude += xy[i];
      latitude += xy[i + 1];
      const [x, y] = plane.place(longitude * STEP, latitude * STEP);
      this.xy[i] = x;
      this.xy[i + 1] = y;
    }
    this.boxes = Array.from({ length: this.count }, (_, row) => this.box(row));
  }

  box(row) {
    return this.ringBox(this.featureStart[row], this.featureStart[row + 1]);
  }

  ringBox(from, to) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = this.ringStart[from]; i < this.ringStart[to]; i += 1) {
      box[0] = Math.min(box[0], this.xy[2 * i]);
      box[1] = Math.min(box[1], this.xy[2 * i + 1]);
      box[2] = Math.max(box[2], this.xy[2 * i]);
      box[3] = Math.max(box[3], this.xy[2 * i + 1]);
    }
    return box;
  }

  middle(row) {
    const [west, south, east, north] = this.boxes[row];
    return [(west + east) / 2, (south + north) / 2];
  }

  isPoint(row) {
    const ring = this.featureStart[row];
    return ring < this.featureStart[row + 1] && this.ringStart[ring + 1] - this.ringStart[ring] === 1;
  }

  isClosed(row) {
    return this.returns(this.featureStart[row], this.featureStart[row + 1]);
  }

  // Whether a path, or several on end, ends where it begins.
  returns(ring, end = ring + 1) {
    const [from, to] = [this.ringStart[ring], this.ringStart[end] - 1];
    return to - from > 2 && this.xy[2 * from] === this.xy[2 * to] && this.xy[2 * from + 1] === this.xy[2 * to + 1];
  }

  longestPiece(ring) {
    const best = { length: 0, point: [0, 0], turn: 0 };
    for (let i = this.ringStart[ring] + 1; i < this.ringStart[ring + 1]; i += 1) {
      const [x, y, u, v] = this.xy.subarray(2 * i - 2, 2 * i + 2);
      const length = Math.hypot(u - x, v - y);
      if (length > best.length) Object.assign(best, { length, point: [(x + u) / 2, (y + v) / 2], turn: Math.atan2(v - y, u - x) });
    }
    if (Math.abs(best.turn) > Math.PI / 2) best.turn -= Math.sign(best.turn) * Math.PI;
    return best;
  }

  // A ring goes back to its first vertex by a line: closing it would cost Chromium a walk over the whole path.
  traceRing(path, ring, closed) {
    const first = this.ringStart[ring];
    const end = this.ringStart[ring + 1];
    path.moveTo(this.xy[2 * first], this.xy[2 * first + 1]);
    for (let i = first + 1; i < end; i += 1) path.lineTo(this.xy[2 * i], this.xy[2 * i + 1]);
    if (closed && end - first > 1) path.lineTo(this.xy[2 * first], this.xy[2 * first + 1]);
  }

  trace(path, row, closed) {
    for (let ring = this.featureStart[row]; ring < this.featureStart[row + 1]; ring += 1) this.traceRing(path, ring, closed);
  }

  path(rows, closed = true) {
    const path = new Path2D();
    for (const row of rows) this.trace(path, row, closed);
    return path;
  }

  rows() {
    return Array.from({ length: this.count }, (_, row) => row);
  }

  near([x, y], reach) {
    return this.within([x - reach, y - reach, x + reach, y + reach]);
  }

  // Rows whose boxes meet a box, by a grid that is built when it is first asked.
  within(box) {
    this.grid = this.grid ?? new Grid(this.boxes);
    return this.grid.within(box);
  }
}

// Boxes by the squares of a grid that they touch; those that touch many squares are looked at each time.
class Grid {
  constructor(boxes) {
    this.boxes = boxes;
    this.cells = new Map();
    this.large = [];
    boxes.forEach((box, row) => {
      if (box[0] > box[2]) return;
      const [west, north, east, south] = box.map((edge) => Math.floor(edge / GRID_SIDE));
      if ((east - west + 1) * (south - north + 1) > 16) this.large.push(row);
      else this.eachCell([west, north, east, south], (key) => {
        if (!this.cells.has(key)) this.cells.set(key, []);
        this.cells.get(key).push(row);
      });
    });
  }

  eachCell([west, north, east, south], visit) {
    for (let y = north; y <= south; y += 1) for (let x = west; x <= east; x += 1) visit(y * 65536 + x);
  }

  within(box) {
    const found = new Set(this.large);
    const edges = box.map((edge) => Math.floor(edge / GRID_SIDE));
    if ((edges[2] - edges[0] + 1) * (edges[3] - edges[1] + 1) > this.cells.size) for (const rows of this.cells.values()) rows.forEach((row) => found.add(row));
    else this.eachCell(edges, (key) => this.cells.get(key)?.forEach((row) => found.add(row)));
    return [...found].filter((row) => meet(this.boxes[row], box)).sort((a, b) => a - b);
  }
}

function meet(one, other) {
  return one[0] <= other[2] && one[2] >= other[0] && one[1] <= other[3] && one[3] >= other[1];
}

// Lines of all rows in tiles of the plane, so that only those in sight are drawn; or only the lines whose box is wanted.
function tilesOf(shapes, wanted = null) {
  const tiles = new Map();
  for (let ring = 0; ring < shapes.ringStart.length - 1; ring += 1) {
    const box = shapes.ringBox(ring, ring + 1);
    if (!wanted || wanted(box, shapes.returns(ring))) shapes.traceRing(tileAt(tiles, box).path, ring, false);
  }
  return [...tiles.values()];
}

// Polygons in tiles, each whole in one of them.
function filledTiles(shapes, wanted = null) {
  const tiles = new Map();
  shapes.rows().forEach((row) => {
    if (!wanted || wanted(shapes.boxes[row])) shapes.trace(tileAt(tiles, shapes.boxes[row]).path, row, true);
  });
  return [...tiles.values()];
}

function tileAt(tiles, box) {
  const key = `${Math.floor((box[0] + box[2]) / 2 / TILE_SIDE)} ${Math.floor((box[1] + box[3]) / 2 / TILE_SIDE)}`;
  if (!tiles.has(key)) tiles.set(key, { box, path: new Path2D() });
  const tile = tiles.get(key);
  tile.box = [Math.min(tile.box[0], box[0]), Math.min(tile.box[1], box[1]), Math.max(tile.box[2], box[2]), Math.max(tile.box[3], box[3])];
  return tile;
}

function starts(counts) {
  const start = new Int32Array(counts.length + 1);
  counts.forEach((count, row) => {
    start[row + 1] = start[row] + count;
  });
  return start;
}

function where(values, wanted) {
  const rows = [];
  values.forEach((value, row) => {
    if (value === wanted) rows.push(row);
  });
  return rows;
}
