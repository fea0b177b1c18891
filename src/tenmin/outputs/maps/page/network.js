// The walking network: the packed numbers as arrays for searches. docs/map-format.md describes them.

const MILLI = 1000;
const CENTI = 100;
const PLAZA = 7;
const PRIVATE = 8;
const RAISED = 16;
const ISLAND = 32;

// The sums of differences, as the packed numbers hold positions.
function summed(steps) {
  const sums = new Int32Array(steps.length);
  let sum = 0;
  for (let i = 0; i < steps.length; i += 1) {
    sum += steps[i];
    sums[i] = sum;
  }
  return sums;
}

// Rows in the order of the small whole numbers that they have: of number n, those from first[n] to first[n + 1] in `row`.
function sortedBy(numbers, count) {
  const first = new Int32Array(count + 1);
  for (let i = 0; i < numbers.length; i += 1) first[numbers[i] + 1] += 1;
  for (let n = 0; n < count; n += 1) first[n + 1] += first[n];
  const next = first.slice();
  const row = new Int32Array(numbers.length);
  for (let i = 0; i < numbers.length; i += 1) {
    row[next[numbers[i]]] = i;
    next[numbers[i]] += 1;
  }
  return { first, row };
}

// Costs are what a search minimises: seconds, or metres where the limit is in metres; `other` is the other of the two.
// Every array follows the walk backwards, from the facility, where people walk to it.
class Network {
  constructor(packed) {
    const { length, slower, back, kind, speed } = packed;
    const edges = length.length;
    this.speed = speed;
    this.edges = edges;
    this.nodes = packed.nodes;
    this.u = summed(packed.u);
    this.v = Int32Array.from(this.u, (node, edge) => node + packed.v[edge]);
    this.kind = kind;
    this.length = Float64Array.from(length, (one) => one / MILLI);
    const ahead = new Float64Array(edges);
    const behind = new Float64Array(edges);
    for (let edge = 0; edge < edges; edge += 1) {
      const along = Math.floor(length[edge] / speed + 0.5) + slower[edge];
      ahead[edge] = along / MILLI;
      behind[edge] = (along + back[edge]) / MILLI;
    }
    const metresBack = this.length.slice();
    for (const edge of summed(packed.one_way)) {
      behind[edge] = Infinity;
      metresBack[edge] = Infinity;
    }
    const seconds = [ahead, behind];
    const metres = [this.length, metresBack];
    if (packed.direction === 'to') for (const pair of [seconds, metres]) pair.reverse();
    const inMinutes = packed.unit === 'minutes';
    const [costs, others] = inMinutes ? [seconds, metres] : [metres, seconds];
    this.along = costs[0];
    this.back = costs[1];
    this.otherAlong = others[0];
    this.otherBack = others[1];
    this.usual = edges ? this.along.slice().sort()[edges >> 1] : 1;
    this.leg = inMinutes ? 1 / speed : 1;
    this.otherLeg = inMinutes ? 1 : 1 / speed;
    this.inMinutes = inMinutes;
    this.homes = this.joints(packed.homes);
    this.sites = this.joints(packed.sites);
    this.ends = summed(packed.ends);
    this.rows = packed.rows;
  }

  isPrivate(edge) {
    return (this.kind[edge] & PRIVATE) > 0;
  }

  // Where homes or facilities join the streets: access point i of item n is one of those from first[n] to first[n + 1].
  joints({ count, edge, offset, leg }) {
    const rows = summed(edge);
    return {
      first: starts(count),
      edge: rows,
      share: Float64Array.from(rows, (one, i) => Math.min(1, offset[i] / CENTI / this.length[one])),
      leg: Float64Array.from(leg, (one) => one / CENTI),
    };
  }

  // Cost and other quantity of the walk along an edge, from one part of its length to another.
  between(edge, from, to) {
    return to >= from ? [part(this.along[edge], to - from), part(this.otherAlong[edge], to - from)]
      : [part(this.back[edge], from - to), part(this.otherBack[edge], from - to)];
  }

  minutes(cost, other) {
    return (this.inMinutes ? cost : other) / 60;
  }

  metres(cost, other) {
    return this.inMinutes ? other : cost;
  }
}

function part(cost, share) {
  return share > 0 ? cost * share : 0;
}

// The arcs that can be walked out of each node. Walks begin and end on private edges but never pass through, so a node
// where only private edges meet has a copy, numbered after the last node, from which they lead out.
class Graph {
  constructor(network, changed = null) {
    this.network = network;
    this.u = changed ? changed.u : network.u;
    this.v = changed ? changed.v : network.v;
    this.nodes = changed ? changed.nodes : network.nodes;
    this.copies();
    this.place(changed ? changed.links : []);
    this.link();
  }

  copies() {
    const { network, nodes, u, v } = this;
    const open = new Uint8Array(nodes);
    const touched = new Uint8Array(nodes);
    for (let edge = 0; edge < network.edges; edge += 1) {
      const mark = network.isPrivate(edge) ? touched : open;
      mark[u[edge]] = 1;
      mark[v[edge]] = 1;
    }
    this.copy = new Int32Array(nodes).fill(-1);
    this.size = nodes;
    for (let node = 0; node < nodes; node += 1) {
      if (!touched[node] || open[node]) continue;
      this.copy[node] = this.size;
      this.size += 1;
    }
  }

  // Added links begin and end at points on edges, each a node of its own: { edge, share, node }, listed by edge.
  place(links) {
    this.points = new Map();
    this.standing = new Map();
    this.added = links.map(({ ends, metres }) => {
      const nodes = ends.map(({ edge, share }) => {
        const node = this.size;
        this.size += 1;
        this.points.set(edge, [...(this.points.get(edge) || []), { edge, share, node }]);
        this.standing.set(node, { edge, share });
        return node;
      });
      return { nodes, metres };
    });
  }

  // An arc leads along an edge (-1: a link) from one share of its length to another.
  link() {
    const { network, u, v, copy } = this;
    const arcs = { from: [], to: [], cost: [], other: [], edge: [], begin: [], end: [] };
    /** @type {(from: number, to: number, costs: number[], edge: number, begin: number, end: number) => void} */
    const add = (from, to, [cost, other], edge, begin, end) => {
      if (cost === Infinity) return;
      arcs.from.push(from);
      arcs.to.push(to);
      arcs.cost.push(cost);
      arcs.other.push(other);
      arcs.edge.push(edge);
      arcs.begin.push(begin);
      arcs.end.push(end);
    };
    const lead = (from, to, costs, edge, begin, end) => {
      const inner = network.isPrivate(edge);
      if (!inner || copy[to] >= 0) add(from, to, costs, edge, begin, end);
      if (inner && copy[from] >= 0) add(copy[from], copy[to] >= 0 ? copy[to] : to, costs, edge, begin, end);
    };
    for (let edge = 0; edge < network.edges; edge += 1) {
      lead(u[edge], v[edge], [network.along[edge], network.otherAlong[edge]], edge, 0, 1);
      lead(v[edge], u[edge], [network.back[edge], network.otherBack[edge]], edge, 1, 0);
    }
    this.points.forEach((points, edge) => this.leadThrough(points, edge, add));
    for (const { nodes: [a, b], metres } of this.added) {
      const costs = [metres * network.leg, metres * network.otherLeg];
      add(a, b, costs, -1, 0, 1);
      add(b, a, costs, -1, 1, 0);
    }
    this.arrange(arcs);
  }

  leadThrough(points, edge, add) {
    const stops = [{ share: 0, node: this.u[edge] }, ...points, { share: 1, node: this.v[edge] }];
    for (const from of points) {
      for (const to of stops) {
        if (to === from) continue;
        add(from.node, to.node, this.network.between(edge, from.share, to.share), edge, from.share, to.share);
        if (!points.includes(to)) add(to.node, from.node, this.network.between(edge, to.share, from.share), edge, to.share, from.share);
      }
    }
  }

  arrange(arcs) {
    const { first, row } = sortedBy(arcs.from, this.size);
    const arranged = (column, values) => {
      for (let arc = 0; arc < row.length; arc += 1) column[arc] = values[row[arc]];
      return column;
    };
    this.first = first;
    this.from = arranged(new Int32Array(row.length), arcs.from);
    this.to = arranged(new Int32Array(row.length), arcs.to);
    this.cost = arranged(new Float64Array(row.length), arcs.cost);
    this.other = arranged(new Float64Array(row.length), arcs.other);
    this.edge = arranged(new Int32Array(row.length), arcs.edge);
    this.begin = arranged(new Float32Array(row.length), arcs.begin);
    this.end = arranged(new Float32Array(row.length), arcs.end);
    this.longest = this.cost.reduce((longest, one) => Math.max(longest, one), 0);
    this.width = Math.max(0.5 * this.network.usual, this.longest / 65536, 1e-3);
  }
}
