// Numbers back into shapes: the packed text of the page becomes paths on a flat plane round the middle of the map.

const PLANE_ZOOM = 16;
const TILE = 256;
const STEP = 1e-6;
const NOWHERE = 999_000_000;

// The packed text: four bytes with the size of a head, the head in JSON, then the bytes of all numbers, plane by plane.
function unpack(text) {
  const bytes = inflate(bytesOf(atob(text)));
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const numbers = wholeNumbers(bytes.subarray(4 + size));
  const head = new TextDecoder().decode(bytes.subarray(4, 4 + size));
  return JSON.parse(head, (_, value) => (value?.numbers ? numbers.subarray(...value.numbers) : value));
}

function bytesOf(signs) {
  const bytes = new Uint8Array(signs.length);
  for (let i = 0; i < signs.length; i += 1) bytes[i] = signs.charCodeAt(i);
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
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const first = this.ringStart[this.featureStart[row]];
    const end = this.ringStart[this.featureStart[row + 1]];
    for (let i = first; i < end; i += 1) {
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

  // A ring goes back to its first vertex by a line: closing it would cost Chromium a walk over the whole path.
  trace(path, row, closed) {
    for (let ring = this.featureStart[row]; ring < this.featureStart[row + 1]; ring += 1) {
      const first = this.ringStart[ring];
      const end = this.ringStart[ring + 1];
      path.moveTo(this.xy[2 * first], this.xy[2 * first + 1]);
      for (let i = first + 1; i < end; i += 1) path.lineTo(this.xy[2 * i], this.xy[2 * i + 1]);
      if (closed && end - first > 1) path.lineTo(this.xy[2 * first], this.xy[2 * first + 1]);
    }
    return path;
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
    return this.rows().filter((row) => {
      const [west, south, east, north] = this.boxes[row];
      return x >= west - reach && x <= east + reach && y >= south - reach && y <= north + reach;
    });
  }
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
