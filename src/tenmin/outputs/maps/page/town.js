// The town that computes: walks and verdicts of every home under the changes made on the page, and who wins and loses.
// What no change touches keeps tenmin's own verdict; the rest is judged by the same rules from the page's own walks.

const VERDICT = { unserved: 0, served: 1, unknown: 2 };
const TOLERANCE = 1e-6;

class Town {
  constructor(content, numbers, plane) {
    this.content = content;
    this.plane = plane;
    this.packed = numbers.network;
    this.network = new Network(numbers.network);
    this.verdicts = numbers.places.walks.map(({ state }) => state);
    this.people = numbers.places.people;
    this.facilityIds = numbers.tables.facilities.id;
    this.drawn = this.facilityIds.length;
    this.known = this.network.sites.first.length - 1;
    this.lines = new Lines(this.network, plane, numbers.streets.weights, numbers.network.plazas);
    this.barriers = numbers.barriers;
    this.before = new Walks(new Graph(this.network), this.network.sites, this.network.rows, this.packed.ends.length ? this.network.ends : []);
    this.listener = null;
    this.changes = [];
    this.derive();
    numbers.places.walks = this.verdicts.map((_, category) => new HomeWalks(this, category));
  }

  // Makes changes, as docs/changes.md has them, instead of those before.
  change(changes) {
    this.changes = changes;
    this.derive();
    if (this.listener) this.listener();
  }

  derive() {
    const plan = planOf(this.changes, this);
    const sameStreets = this.plan && JSON.stringify([this.plan.gates, this.plan.links]) === JSON.stringify([plan.gates, plan.links]);
    const graph = sameStreets ? this.after.graph : this.graphOf(plan);
    const { joints, rows, owner } = this.sitesOf(plan);
    const old = this.after;
    this.owner = owner;
    this.after = new Walks(graph, joints, rows, this.before.ends, old && old.graph === graph ? old : this.before);
    this.plan = plan;
    this.judged = [];
  }

  graphOf({ gates, links }) {
    if (!gates.length && !links.length) return this.before.graph;
    const u = this.network.u.slice();
    const v = this.network.v.slice();
    let { nodes } = this.network;
    for (const [gate, open] of gates) {
      const [side, other] = [this.packed.gates.side[gate], this.packed.gates.other[gate]];
      if (open && side !== other) for (const ends of [u, v]) ends.forEach((node, edge) => { if (node === other) ends[edge] = side; });
      if (!open && side === other) {
        const parted = u.indexOf(side) >= 0 ? u : v;
        parted[parted.indexOf(side)] = nodes;
        nodes += 1;
      }
    }
    return new Graph(this.network, { u, v, nodes, links });
  }

  feet() {
    if (!this.joining) this.joining = new Feet(this.network, this.lines, this.barriers);
    return this.joining;
  }

  // The access points of all facilities, those that are moved or added after the others, and which count for a category.
  sitesOf({ closed, moved, added }) {
    const base = this.network.sites;
    const owner = Array.from({ length: base.first.length - 1 }, (_, row) => row);
    if (!closed.size && !moved.size && !added.length) return { joints: base, rows: this.network.rows, owner };
    const feet = [];
    const first = Array.from(base.first);
    const place = (spot, facility) => {
      feet.push(...this.feet().of(spot));
      first.push(base.edge.length + feet.length);
      owner.push(facility);
      return owner.length - 1;
    };
    const news = new Map([...moved].map(([row, spot]) => [row, place(spot, row)]));
    const others = added.map(({ spot }, number) => place(spot, this.known + number));
    const rows = this.network.rows.map((of, category) => {
      if (!of.some((row) => closed.has(row) || moved.has(row)) && !added.some((one) => one.counts.includes(category))) return of;
      const kept = [...of].filter((row) => !closed.has(row)).map((row) => (news.has(row) ? news.get(row) : row));
      return kept.concat(others.filter((_, number) => added[number].counts.includes(category)));
    });
    const joints = {
      first: Int32Array.from(first),
      edge: Int32Array.from([...base.edge, ...feet.map((foot) => foot.edge)]),
      share: Float64Array.from([...base.share, ...feet.map((foot) => foot.share)]),
      leg: Float64Array.from([...base.leg, ...feet.map((foot) => foot.leg)]),
    };
    return { joints, rows, owner };
  }

  isOpen(gate) {
    const set = this.plan.gates.find(([one]) => one === gate);
    return set ? set[1] : this.packed.gates.side[gate] === this.packed.gates.other[gate];
  }

  limit(category) {
    return this.plan.limit === null ? this.content.categories[category].limit : this.plan.limit;
  }

  // The best walks of the homes to a category: cost, other, owner, ... (see `Homes.arrive`).
  walks(category) {
    return this.after.to(category);
  }

  // Number of the facility that a walk leads to: its row in the table, or beyond it that of an added one; -1 without one.
  facilityOf(category, home) {
    const owner = this.walks(category).owner[home];
    const facility = owner < 0 ? NONE : this.owner[owner];
    if (facility < this.drawn) return facility;
    return facility < this.known ? NONE : facility - this.known + this.drawn;
  }

  minutes(category, home) {
    const { cost, other } = this.walks(category);
    return this.network.minutes(cost[home], other[home]);
  }

  metres(category, home) {
    const { cost, other } = this.walks(category);
    return this.network.metres(cost[home], other[home]);
  }

  // The verdict on every home: unserved, served or unknown.
  states(category) {
    if (!this.judged[category]) this.judged[category] = this.judge(category);
    return this.judged[category];
  }

  judge(category) {
    const given = this.verdicts[category];
    const sameLimit = this.plan.limit === null;
    if (sameLimit && this.after.isAsBefore(category, this.before)) return given;
    const now = this.walks(category).cost;
    const then = this.before.to(category).cost;
    const bound = this.limit(category) * (1 + TOLERANCE) * (this.network.inMinutes ? 60 : 1);
    const ends = this.after.fromEnds();
    const states = new Uint8Array(given.length);
    for (let home = 0; home < states.length; home += 1) {
      if (sameLimit && now[home] === then[home]) states[home] = given[home];
      else if (now[home] <= bound) states[home] = VERDICT.served;
      else {
        const unjoined = this.network.homes.first[home] === this.network.homes.first[home + 1];
        const beyond = ends[home] <= bound && ends[home] < now[home];
        states[home] = unjoined || beyond || this.packed.thin[category] ? VERDICT.unknown : VERDICT.unserved;
      }
    }
    return states;
  }

  // The points of the walk of a home, on the plane, from its access point to that of the facility; null without one.
  route(category, home) {
    return new Route(this.after.graph, this.lines, this.after.joints).trace(this.after.search(category), this.walks(category), home);
  }
}

// The walks to every category on one state of the streets and facilities, each searched when it is first asked for.
class Walks {
  constructor(graph, joints, rows, ends, old = null) {
    this.graph = graph;
    this.joints = joints;
    this.rows = rows;
    this.ends = ends;
    const same = old && old.graph === graph;
    this.homes = same ? old.homes : new Homes(graph, old && old.homes);
    this.queue = same ? old.queue : new Search(graph);
    this.best = rows.map((of, category) => (same && old.rows[category] === of ? old.best[category] : null));
    this.end = same ? old.end : null;
  }

  search(category) {
    return this.queue.from(seedsOf(this.graph, this.joints, this.rows[category]));
  }

  to(category) {
    if (!this.best[category]) this.best[category] = this.homes.arrive(this.search(category), this.joints, this.rows[category]);
    return this.best[category];
  }

  isAsBefore(category, before) {
    return this.graph === before.graph && this.rows[category] === before.rows[category];
  }

  // The cost from every home to the nearest end of the data.
  fromEnds() {
    if (!this.end) {
      const seeds = new Seeds();
      for (const node of this.ends) {
        seeds.add(node, 0, 0, 0, NONE, 0);
        if (this.graph.copy[node] >= 0) seeds.add(this.graph.copy[node], 0, 0, 0, NONE, 0);
      }
      this.end = this.homes.arrive(this.queue.from(seeds), this.joints, []).cost;
    }
    return this.end;
  }
}

// The walks to one category as the page tells them: the state of each home, hundredths of minutes, metres beyond those of
// the same time on level ground, and the row of the nearest facility. They are filled when they are first asked for.
class HomeWalks {
  constructor(town, category) {
    this.town = town;
    this.category = category;
    this.told = null;
  }

  get state() {
    return this.town.states(this.category);
  }

  get minutes() {
    return this.tell().minutes;
  }

  get detour() {
    return this.tell().detour;
  }

  get nearest() {
    return this.tell().nearest;
  }

  tell() {
    const { town, category } = this;
    const of = town.walks(category);
    if (this.told && this.told.of === of) return this.told;
    const homes = of.cost.length;
    const [minutes, detour, nearest] = [0, 1, 2].map(() => new Int32Array(homes).fill(NONE));
    for (let home = 0; home < homes; home += 1) {
      if (of.owner[home] < 0) continue;
      minutes[home] = Math.round(town.minutes(category, home) * 100);
      detour[home] = Math.round(town.metres(category, home)) - Math.floor((minutes[home] * town.content.facts.speed) / 6 + 0.5);
      nearest[home] = town.facilityOf(category, home);
    }
    this.told = { of, minutes, detour, nearest };
    return this.told;
  }
}
