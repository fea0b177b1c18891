// Where a facility that is moved or added joins the streets: at the local minima of the distance along the streets within
// 100 m that a straight leg reaches without crossing a barrier. The lines are those drawn, half a metre off at most, and
// plazas and mapped entrances are left to tenmin, which confirms what the page finds.

const ASIDE = 100;
const TOUCH = 1e-9;
const BACK = 0.5;

class Feet {
  constructor(network, lines, barriers) {
    this.network = network;
    this.lines = lines;
    this.walls = new Pieces();
    for (const packed of Object.values(barriers)) this.walls.addShapes(new Shapes(lines.plane, packed));
    this.pieces = new Pieces();
    this.ends = new Map();
    for (let edge = 0; edge < network.edges; edge += 1) {
      if (!(network.kind[edge] & RAISED) && lines.weight[edge] !== PLAZA) this.collect(edge);
    }
  }

  collect(edge) {
    const { xy, begin, stop } = this.lines.corners(edge);
    for (let i = begin; i + 1 < stop; i += 1) this.pieces.add(xy[2 * i], xy[2 * i + 1], xy[2 * i + 2], xy[2 * i + 3], [edge, i]);
    for (const [node, i, next] of [[this.network.u[edge], begin, begin + 1], [this.network.v[edge], stop - 1, stop - 2]]) {
      const away = [xy[2 * next] - xy[2 * i], xy[2 * next + 1] - xy[2 * i + 1]];
      const held = this.ends.get(node);
      if (held) held.push(away);
      else this.ends.set(node, [away]);
    }
  }

  // The access points of a spot: edge, share of its length and metres of the leg, the nearest first.
  of(spot) {
    const unit = metresAt(this.lines.plane, spot[1]);
    const reach = ASIDE / unit;
    const box = [spot[0] - reach, spot[1] - reach, spot[0] + reach, spot[1] + reach];
    const found = [];
    const seen = new Set();
    for (const number of this.pieces.near(box)) this.join(spot, number, found, seen);
    const clear = found.filter((foot) => foot.far <= reach && !this.walls.isCrossed(spot, foot.before ?? foot.at));
    const feet = clear.map(({ edge, at, far }) => ({ edge, at, share: this.shareAt(edge, at), leg: far * unit }));
    return this.allowed(feet.sort((a, b) => a.leg - b.leg));
  }

  join(spot, number, found, seen) {
    const [edge, i] = this.pieces.owner[number];
    const { xy, begin, stop } = this.lines.corners(edge);
    const [ax, ay, bx, by] = [xy[2 * i], xy[2 * i + 1], xy[2 * i + 2], xy[2 * i + 3]];
    const [dx, dy] = [bx - ax, by - ay];
    const t = ((spot[0] - ax) * dx + (spot[1] - ay) * dy) / (dx * dx + dy * dy || 1);
    if (t > 0 && t < 1) {
      const at = [ax + t * dx, ay + t * dy];
      found.push({ edge, at, far: Math.hypot(spot[0] - at[0], spot[1] - at[1]) });
    }
    for (const corner of [i, i + 1]) {
      const node = corner === begin ? this.network.u[edge] : this.network.v[edge];
      const isEnd = corner === begin || corner === stop - 1;
      const name = isEnd ? `n${node}` : `${edge}.${corner}`;
      if (seen.has(name)) continue;
      seen.add(name);
      const at = [xy[2 * corner], xy[2 * corner + 1]];
      const ways = isEnd ? this.ends.get(node) : [corner - 1, corner + 1].map((k) => [xy[2 * k] - at[0], xy[2 * k + 1] - at[1]]);
      const nearer = ([x, y]) => (spot[0] - at[0]) * x + (spot[1] - at[1]) * y > TOUCH * Math.hypot(x, y);
      if (!ways.some(nearer)) found.push({ edge, at, far: Math.hypot(spot[0] - at[0], spot[1] - at[1]), before: ways.length === 1 ? this.before(at, ways[0]) : at });
    }
  }

  // The point half a metre before the end of a street, on its own side of what stands there: a closed gate parts a street by
  // centimetres, which the drawn lines do not have.
  before(at, away) {
    const [[x, y], [dx, dy]] = [at, away];
    const part = Math.min(0.5, BACK / metresAt(this.lines.plane, y) / (Math.hypot(dx, dy) || 1));
    return [x + part * dx, y + part * dy];
  }

  // Which share of the length of an edge a point on its line is at.
  /** @param {number} edge @param {number[]} point */
  shareAt(edge, [x, y]) {
    const { xy, begin, stop } = this.lines.corners(edge);
    let [whole, best, least] = [0, 0, Infinity];
    for (let i = begin; i + 1 < stop; i += 1) {
      const [dx, dy] = [xy[2 * i + 2] - xy[2 * i], xy[2 * i + 3] - xy[2 * i + 1]];
      const size = Math.hypot(dx, dy);
      const t = Math.min(1, Math.max(0, ((x - xy[2 * i]) * dx + (y - xy[2 * i + 1]) * dy) / (size * size || 1)));
      const far = Math.hypot(xy[2 * i] + t * dx - x, xy[2 * i + 1] + t * dy - y);
      if (far < least) [least, best] = [far, whole + t * size];
      whole += size;
    }
    return whole > 0 ? best / whole : 0;
  }

  // Private streets are joined only from nearer than any other, islands only where there is nothing else.
  allowed(feet) {
    const onIsland = (foot) => (this.network.kind[foot.edge] & ISLAND) > 0;
    const main = feet.filter((foot) => !onIsland(foot));
    const kept = main.length ? main : feet;
    const open = kept.find((foot) => !this.network.isPrivate(foot.edge));
    return kept.filter((foot) => !this.network.isPrivate(foot.edge) || !open || foot.leg < open.leg);
  }

  // The nearest public street for the end of a link, within 100 m.
  nearest(spot) {
    const open = this.pieces.near([spot[0] - CELL, spot[1] - CELL, spot[0] + CELL, spot[1] + CELL]);
    let best = null;
    for (const number of open) {
      const [edge] = this.pieces.owner[number];
      if (this.network.isPrivate(edge)) continue;
      const [ax, ay, bx, by] = this.pieces.ends.slice(4 * number, 4 * number + 4);
      const [dx, dy] = [bx - ax, by - ay];
      const t = Math.min(1, Math.max(0, ((spot[0] - ax) * dx + (spot[1] - ay) * dy) / (dx * dx + dy * dy || 1)));
      const at = [ax + t * dx, ay + t * dy];
      const far = Math.hypot(at[0] - spot[0], at[1] - spot[1]);
      if (!best || far < best.far) best = { edge, at, far };
    }
    if (!best || best.far * metresAt(this.lines.plane, spot[1]) > ASIDE) return null;
    return { edge: best.edge, at: best.at, share: this.shareAt(best.edge, best.at) };
  }
}
