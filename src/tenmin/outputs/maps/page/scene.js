// What is to be seen for one choice of tab, service and selection, ready to be drawn at any zoom.

const STEPS_OF_LACKING = [0, 1 / 8, 1 / 3];
const CIRCLES = 20;
const RADIUS = [9, 26];
const QUIET = 1e-6;

class Scenes {
  constructor(atlas) {
    this.atlas = atlas;
    this.cells = new Map();
  }

  of(choice) {
    const { atlas } = this;
    const { tab, category, chosen } = choice;
    return {
      tab,
      chosen,
      paint: this.paint(choice),
      areas: tab === 'communities' ? this.paintAreas(choice) : null,
      ...this.range(choice),
      marks: this.marks(choice),
      marked: true,
      gapMarks: tab === 'gaps' && atlas.gaps ? this.gapMarks(choice.gaps) : [],
      selected: chosen ? this.selected(chosen, category) : null,
      drawn: new Set(),
    };
  }

  // The class of each home and the inks of the classes.
  paint({ tab, category }) {
    const { places } = this.atlas;
    if (tab === CHANGES_TAB) return paintDifference(this.atlas, category);
    if (category !== null) {
      return { kind: 'states', classes: places.walks[category].state, inks: [INK.unserved, INK.served, null], edges: [INK.unservedEdge, INK.servedEdge, INK.unknown] };
    }
    if (tab === 'communities' || tab === 'facilities') {
      return { kind: 'plain', classes: new Uint8Array(places.people.length), inks: [INK.home], edges: [INK.homeEdge] };
    }
    return this.paintLacking();
  }

  paintLacking() {
    const { counted, offered } = this.atlas;
    const bounds = stepsOf(offered.length);
    const classes = counted.lacking.map((lacking, row) => {
      if (!lacking) return counted.unknown[row] ? bounds.length : 0;
      return bounds.findIndex((most) => lacking <= most);
    });
    const inks = [...rampOf(bounds.length), null];
    return { kind: 'lacking', classes, bounds, inks, edges: [INK.servedEdge, ...inks.slice(1, -1).map(() => '#9a5a2a'), INK.unknown] };
  }

  paintAreas({ measure, category }) {
    const { communities, content } = this.atlas;
    const value = (one) => valueOfCommunity(one, measure, category, content);
    return communities.map((one) => ({ row: one.area, step: stepOfValue(value(one)) }));
  }

  range({ tab, category, chosen }) {
    const { circles } = this.atlas;
    if (!circles) return { circles: [], limitLevel: -1 };
    const own = chosen && chosen.kind === 'facilities' ? where(circles.facility, chosen.row) : [];
    const rows = own.length || category === null || tab === 'communities' ? own : where(circles.category, category);
    const same = this.atlas.tables.circles.unit === this.atlas.content.facts.unit;
    const paths = circles.levels.map((_, level) => circles.shapes.path(rows.filter((row) => circles.level[row] === level), !circles.lines));
    return {
      circles: rows.length ? paths : [],
      limitLevel: same && category !== null ? circles.levels.indexOf(this.atlas.content.categories[category].limit) : circles.levels.length - 1,
    };
  }

  marks({ tab, category }) {
    const { facilities, content } = this.atlas;
    if (tab === 'communities' && category === null) return [];
    const rows = category === null ? facilities.shapes.rows() : where(facilities.category, category);
    return rows.filter((row) => facilities.points[row]).map((row) => ({
      row, point: facilities.points[row], name: facilities.name[row], category: content.categories[facilities.category[row]],
      inUse: Boolean(facilities.in_use[row]), quiet: category === null && tab !== 'facilities',
    }));
  }

  gapMarks(rows) {
    const { gaps } = this.atlas;
    const most = Math.max(1, ...rows.map((row) => gaps.people[row]));
    return rows.filter((row) => gaps.points[row]).map((row, place) => ({
      row, rank: gaps.rank[row], point: gaps.points[row], doubtful: gaps.doubtful[row], circled: place < CIRCLES,
      size: RADIUS[0] + (RADIUS[1] - RADIUS[0]) * Math.sqrt(gaps.people[row] / most),
    }));
  }

  selected({ kind, row }, category) {
    const { atlas } = this;
    const { shapes, points } = atlas[kind];
    const chosen = { kind, row, points: [], path: shapes.isPoint(row) ? null : shapes.path([row]) };
    if (kind === 'facilities' && points[row]) chosen.points = [points[row]];
    if (kind === 'places' && shapes.isPoint(row)) chosen.points = [shapes.middle(row)];
    if (kind === 'places' && category !== null) this.joinNearest(chosen, category, row);
    if (kind === 'gaps') {
      chosen.barrier = atlas.barriersOf(row);
      const [lacked] = category === null ? atlas.gaps.lacked[row] : [category];
      const home = this.typicalHome(row, lacked);
      if (home >= 0) this.joinNearest(chosen, lacked, home);
    }
    return chosen;
  }

  // The home of a gap with most people that lacks a service.
  typicalHome(gap, lacked) {
    const { places, gaps } = this.atlas;
    const path = gaps.shapes.path([gap]);
    const { state } = places.walks[lacked];
    let best = -1;
    for (const home of places.shapes.within(gaps.shapes.boxes[gap])) {
      if (state[home] === SERVED || (best >= 0 && places.people[home] <= places.people[best])) continue;
      const [x, y] = places.shapes.middle(home);
      if (TESTER.isPointInPath(path, x, y, 'nonzero')) best = home;
    }
    return best;
  }

  // The walk to the nearest facility along the streets, or where the page carries none, a straight line.
  joinNearest(chosen, category, home) {
    const { facilities, places } = this.atlas;
    const to = facilities.points[places.walks[category].nearest[home]];
    chosen.line = walkPath(this.atlas, category, home);
    chosen.straight = !chosen.line;
    if (to) chosen.points = [...chosen.points, to];
    if (!to || chosen.line) return;
    chosen.line = new Path2D();
    chosen.line.moveTo(...places.shapes.middle(home));
    chosen.line.lineTo(...to);
  }

  // Squares of so many metres with the class that most of their people have.
  cellsOf(paint, metres) {
    if (!this.cells.has(metres)) this.cells.set(metres, new Cells(this.atlas, metres));
    return this.cells.get(metres).painted(paint, this.atlas.places.people);
  }
}

function stepsOf(services) {
  const bounds = STEPS_OF_LACKING.map((part) => Math.ceil(part * services));
  return [...new Set([...bounds, services])];
}

function rampOf(count) {
  return count < 4 ? [RAMP[0], ...RAMP.slice(RAMP.length - count + 1)] : RAMP;
}

const SHORTFALL_STEPS = [10, 25, 50];

function stepOfValue(value) {
  if (value === null) return -1;
  const step = SHORTFALL_STEPS.findIndex((most) => value < most);
  return step < 0 ? RAMP.length - 1 : step;
}

// What a community is coloured by, 0 (best) to 100: its shortfall, or the people without the basket or the chosen service.
function valueOfCommunity(one, measure, category, content) {
  if (category !== null) return content.categories[category].facilities ? lackOf(one.shares[category]) : null;
  return measure === 'basket' ? lackOf(one.basket) : one.shortfall;
}

function lackOf({ share }) {
  return share === null ? null : 100 * (1 - share);
}

class Cells {
  constructor({ places, plane, content }, metres) {
    const [[south], [north]] = content.bounds;
    this.side = metres / ((156543.034 * Math.cos((((south + north) / 2) * Math.PI) / 180)) / 2 ** PLANE_ZOOM);
    this.plane = plane;
    const numbers = new Map();
    this.corners = [];
    this.cell = Int32Array.from(places.shapes.rows(), (row) => {
      const [x, y] = places.shapes.middle(row).map((part) => Math.floor(part / this.side));
      const key = `${x} ${y}`;
      if (!numbers.has(key)) numbers.set(key, this.corners.push([x * this.side, y * this.side]) - 1);
      return numbers.get(key);
    });
  }

  // Homes of the quiet class show only where there are no others.
  painted({ classes, inks, quiet = -1 }, people) {
    const count = inks.length;
    const sums = new Float64Array(this.corners.length * count);
    for (let row = 0; row < classes.length; row += 1) sums[this.cell[row] * count + classes[row]] += classes[row] === quiet ? QUIET : people[row] + 1;
    return this.corners.map((corner, number) => {
      let most = 0;
      for (let one = 1; one < count; one += 1) if (sums[number * count + one] > sums[number * count + most]) most = one;
      return { corner, of: most };
    });
  }
}
