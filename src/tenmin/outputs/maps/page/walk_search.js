// The search: least cost from many seeds to every node with a bucket queue, and from the nodes to the homes.
// Walks are compared by cost, then by the other quantity, then by the row of the facility, as tenmin compares them.

const NONE = -1;

class Seeds {
  constructor() {
    this.node = [];
    this.cost = [];
    this.other = [];
    this.owner = [];
    this.point = [];
    this.share = [];
  }

  add(node, cost, other, owner, point, share) {
    if (cost === Infinity) return;
    this.node.push(node);
    this.cost.push(cost);
    this.other.push(other);
    this.owner.push(owner);
    this.point.push(point);
    this.share.push(share);
  }
}

// Both ends of the edge of every access point of some facilities, and the points of added links on it.
function seedsOf(graph, joints, rows) {
  const { network } = graph;
  const seeds = new Seeds();
  for (const row of rows) {
    for (let i = joints.first[row]; i < joints.first[row + 1]; i += 1) {
      const edge = joints.edge[i];
      const stops = [{ node: graph.u[edge], share: 0 }, { node: graph.v[edge], share: 1 }, ...(graph.points.get(edge) || [])];
      for (const { node, share } of stops) {
        const [along, other] = network.between(edge, joints.share[i], share);
        const [cost, metres] = [joints.leg[i] * network.leg + along, joints.leg[i] * network.otherLeg + other];
        seeds.add(node, cost, metres, row, i, share);
        if (network.isPrivate(edge) && graph.copy[node] >= 0) seeds.add(graph.copy[node], cost, metres, row, i, share);
      }
    }
  }
  return seeds;
}

// The best walk to each node, in arrays that every search of a graph uses again: cost, other, owner, and where from:
// the arc by which a walk came, or -2 - the number of the seed where it began.
class Search {
  constructor(graph) {
    const { size } = graph;
    this.graph = graph;
    this.cost = new Float64Array(size);
    this.other = new Float64Array(size);
    this.owner = new Int32Array(size);
    this.came = new Int32Array(size);
    this.reserve(4096);
  }

  reserve(entries) {
    const { waitingNode, waitingCost, after } = this;
    const old = after ? after.length : 0;
    this.waitingNode = new Int32Array(entries);
    this.waitingCost = new Float64Array(entries);
    this.after = new Int32Array(entries);
    if (old) {
      this.waitingNode.set(waitingNode);
      this.waitingCost.set(waitingCost);
      this.after.set(after);
    }
    for (let i = old; i < entries; i += 1) this.after[i] = i + 1 < entries ? i + 1 : NONE;
    this.free = old;
  }

  from(seeds, limit = Infinity) {
    this.cost.fill(Infinity);
    this.other.fill(Infinity);
    this.owner.fill(NONE);
    this.came.fill(NONE);
    this.seeds = seeds;
    this.limit = limit;
    this.waiting = 0;
    this.open();
    for (let i = 0; i < seeds.node.length; i += 1) this.offer(seeds.node[i], seeds.cost[i], seeds.other[i], seeds.owner[i], -2 - i);
    this.settle();
    return this;
  }

  open() {
    const { graph, seeds, limit } = this;
    let ahead = graph.longest;
    for (const cost of seeds.cost) if (cost <= limit && cost > ahead) ahead = cost;
    let size = 64;
    while (size < Math.min(ahead, limit) / graph.width + 2) size *= 2;
    if (!this.buckets || this.buckets.length !== size) this.buckets = new Int32Array(size);
    this.buckets.fill(NONE);
    this.mask = size - 1;
  }

  offer(node, cost, other, owner, came) {
    if (cost > this.limit || cost > this.cost[node]) return;
    if (cost === this.cost[node]) {
      if (other > this.other[node]) return;
      if (other === this.other[node] && this.owner[node] !== NONE && owner >= this.owner[node]) return;
    }
    this.cost[node] = cost;
    this.other[node] = other;
    this.owner[node] = owner;
    this.came[node] = came;
    if (this.free === NONE) this.reserve(2 * this.after.length);
    const entry = this.free;
    this.free = this.after[entry];
    const bucket = Math.floor(cost / this.graph.width) & this.mask;
    this.waitingNode[entry] = node;
    this.waitingCost[entry] = cost;
    this.after[entry] = this.buckets[bucket];
    this.buckets[bucket] = entry;
    this.waiting += 1;
  }

  settle() {
    const { first, to, cost: step, other: aside } = this.graph;
    const { cost, other, owner, mask, buckets } = this;
    let bucket = 0;
    while (this.waiting > 0) {
      const entry = buckets[bucket];
      if (entry === NONE) {
        bucket = (bucket + 1) & mask;
        continue;
      }
      buckets[bucket] = this.after[entry];
      const node = this.waitingNode[entry];
      const here = this.waitingCost[entry];
      this.after[entry] = this.free;
      this.free = entry;
      this.waiting -= 1;
      if (here !== cost[node]) continue;
      for (let arc = first[node]; arc < first[node + 1]; arc += 1) {
        const there = here + step[arc];
        if (there <= cost[to[arc]]) this.offer(to[arc], there, other[node] + aside[arc], owner[node], arc);
      }
    }
  }
}

// Homes with what of every walk is the same in every search: the nodes at both ends of the edge of each access point, and
// the cost from there. Access points are listed by edge, too, for facilities that join the same edge.
class Homes {
  // Those of another state of the same streets walk the same lengths to nodes that may be others.
  constructor(graph, like = null) {
    const { network } = graph;
    this.graph = graph;
    this.first = network.homes.first;
    this.count = this.first.length - 1;
    const { home, costs, others, onEdge } = like || this.measure();
    this.home = home;
    this.costs = costs;
    this.others = others;
    this.onEdge = onEdge;
    const { edge } = network.homes;
    this.nodes = new Int32Array(2 * edge.length);
    for (let i = 0; i < edge.length; i += 1) {
      this.nodes[2 * i] = graph.u[edge[i]];
      this.nodes[2 * i + 1] = graph.v[edge[i]];
    }
  }

  measure() {
    const { network } = this.graph;
    const { first, edge, share, leg } = network.homes;
    const home = new Int32Array(edge.length);
    const [costs, others] = [0, 1].map(() => new Float64Array(2 * edge.length));
    for (let of = 0; of < this.count; of += 1) home.fill(of, first[of], first[of + 1]);
    for (let i = 0; i < 2 * edge.length; i += 1) {
      const [cost, other] = network.between(edge[i >> 1], i & 1, share[i >> 1]);
      costs[i] = cost + leg[i >> 1] * network.leg;
      others[i] = other + leg[i >> 1] * network.otherLeg;
    }
    return { home, costs, others, onEdge: sortedBy(edge, network.edges) };
  }

  blank() {
    const [cost, other] = [0, 1].map(() => new Float64Array(this.count).fill(Infinity));
    return { cost, other, owner: new Int32Array(this.count).fill(NONE), point: new Int32Array(this.count).fill(NONE), via: new Int32Array(this.count) };
  }

  // The best walk of every home: cost, other, owner, its own access point, and the end of that point's edge by which the
  // walk came (0 or 1), or -2 - the access point of the facility on the same edge, or the number of a link's point from 2.
  arrive(search, joints, rows) {
    const best = this.blank();
    const { nodes, costs, others, first } = this;
    const { cost, other, owner } = search;
    for (let home = 0; home < this.count; home += 1) {
      let [least, aside, at, to] = [Infinity, Infinity, NONE, NONE];
      for (let i = 2 * first[home]; i < 2 * first[home + 1]; i += 1) {
        const node = nodes[i];
        const whole = cost[node] + costs[i];
        if (whole > least || whole === Infinity) continue;
        const rest = other[node] + others[i];
        if (whole === least && (rest > aside || (rest === aside && owner[node] >= to))) continue;
        [least, aside, at, to] = [whole, rest, i, owner[node]];
      }
      if (at === NONE) continue;
      best.cost[home] = least;
      best.other[home] = aside;
      best.owner[home] = to;
      best.point[home] = at >> 1;
      best.via[home] = at & 1;
    }
    this.arriveAlong(best, joints, rows);
    this.arriveByLinks(best, search);
    return best;
  }

  // From facilities that join the same edge, straight along it.
  arriveAlong(best, joints, rows) {
    for (const row of rows) {
      for (let start = joints.first[row]; start < joints.first[row + 1]; start += 1) {
        const share = joints.share[start];
        if (share <= 0 || share >= 1) continue;
        const { leg, otherLeg } = this.graph.network;
        this.alongEdge(best, joints.edge[start], share, joints.leg[start] * leg, joints.leg[start] * otherLeg, row, -2 - start);
      }
    }
  }

  arriveByLinks(best, search) {
    for (const [edge, points] of this.graph.points) {
      points.forEach(({ share, node }, number) => {
        if (search.owner[node] !== NONE) this.alongEdge(best, edge, share, search.cost[node], search.other[node], search.owner[node], 2 + number);
      });
    }
  }

  alongEdge(best, edge, from, cost, other, owner, via) {
    const { network } = this.graph;
    const { share, leg } = network.homes;
    const { first, row } = this.onEdge;
    for (let k = first[edge]; k < first[edge + 1]; k += 1) {
      const i = row[k];
      const home = this.home[i];
      if (cost >= best.cost[home] || share[i] <= 0 || share[i] >= 1) continue;
      const [along, aside] = network.between(edge, from, share[i]);
      const whole = cost + along + leg[i] * network.leg;
      if (whole < best.cost[home]) {
        best.cost[home] = whole;
        best.other[home] = other + aside + leg[i] * network.otherLeg;
        best.owner[home] = owner;
        best.point[home] = i;
        best.via[home] = via;
      }
    }
  }
}
