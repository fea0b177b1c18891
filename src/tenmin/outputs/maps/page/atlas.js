// All shapes and tables of the page on its plane, and what lies at a spot of it.

const MARK_REACH = 12;
const POINT_REACH = 7;
const TESTER = document.createElement('canvas').getContext('2d');

class Atlas {
  constructor(content, numbers, town) {
    this.content = content;
    this.town = town;
    this.plane = new Plane(content.bounds);
    this.tables = numbers.tables;
    this.places = this.layer(numbers.places);
    this.facilities = this.layer(numbers.facilities);
    this.circles = this.layer(numbers.circles);
    this.gaps = this.layer(numbers.gaps);
    this.areas = this.layer(numbers.areas);
    this.changes = numbers.comparison ? readChanges(numbers.comparison) : null;
    this.readGround(numbers);
    if (this.facilities) this.facilities.name = this.column('facilities', 'name');
    if (this.places) this.readHomes();
  }

  readHomes() {
    const { content } = this;
    this.groups = groupsOf({ table: this.tables.places, codes: this.places.codes });
    this.showGaps(this.gaps, this.tables.gaps);
    this.unjoined = content.facts.metric === 'walk' ? where(this.places.leg, -1) : [];
    this.offered = content.categories.map((_, number) => number).filter((number) => content.categories[number].facilities);
    this.recount();
  }

  // What follows from the states of the homes; to be called again when these change.
  recount() {
    this.counted = countLacking(this.places, this.offered);
    this.communities = this.areas ? sumCommunities(this) : [];
  }

  limit(number) {
    return this.town ? this.town.limit(number) : this.content.categories[number].limit;
  }

  layer(numbers) {
    if (!numbers) return undefined;
    const shapes = new Shapes(this.plane, numbers.shapes);
    return { ...numbers, shapes, points: numbers.points && pointsOn(this.plane, numbers.points) };
  }

  readGround(numbers) {
    const streets = numbers.streets.weights.map((packed) => ({ shapes: new Shapes(this.plane, packed), name: packed.name }));
    this.barriers = Object.fromEntries(Object.entries(numbers.barriers).map(([group, packed]) => (
      [group, { shapes: new Shapes(this.plane, packed), name: packed.name }])));
    const { shapes: water } = this.barriers.water;
    const park = this.content.categories.findIndex(({ key }) => key === 'park');
    this.ground = {
      streets: streets.map((one) => tilesOf(one.shapes)),
      barriers: Object.fromEntries(Object.entries(this.barriers).map(([group, one]) => (
        [group, tilesOf(one.shapes, group === 'water' ? (box, closed) => !isPond(box, closed) : null)]))),
      ponds: tilesOf(water, isPond),
      waterFill: water.path(water.rows().filter((row) => water.isClosed(row)), false),
      parks: this.facilities ? this.shapesOf(park) : new Path2D(),
      names: streetNames(streets, this.tables.streets.names),
      base: numbers.basemap ? new Basemap(this.plane, numbers.basemap, this.tables.basemap.names) : null,
    };
  }

  shapesOf(category) {
    const { shapes } = this.facilities;
    return shapes.path(where(this.facilities.category, category).filter((row) => !shapes.isPoint(row)));
  }

  // From now on these are the gaps; null for none.
  showGaps(gaps, texts) {
    this.gaps = gaps;
    this.tables.gaps = texts;
    if (!gaps || gaps.lacked) return;
    let first = 0;
    gaps.lacked = Array.from(gaps.lacking, (count) => {
      first += count;
      return Array.from(gaps.lacks.subarray(first - count, first)).sort((a, b) => a - b);
    });
    gaps.firm = gaps.shapes.rows().filter((row) => !gaps.doubtful[row]);
    gaps.unsure = gaps.shapes.rows().filter((row) => gaps.doubtful[row]);
  }

  column(table, name) {
    const number = this.tables[table].columns.indexOf(name);
    return this.tables[table].id.map((_, row) => (number < 0 ? null : this.text(table, number, row)));
  }

  // What a column of a table says of a row; null where it says nothing.
  text(table, number, row) {
    return this.tables[table].values[number][this[table].codes[number][row]] ?? null;
  }

  categoryOf(facility) {
    return this.content.categories[this.facilities.category[facility]];
  }

  nameOf({ kind, row }, words) {
    if (kind === 'gaps') return this.tables.gaps.name[words.lang][row] ?? words.say('gap_unnamed', { rank: this.gaps.rank[row] });
    this.names = this.names ?? {};
    this.names[kind] = this.names[kind] ?? this.column(kind, 'name');
    const name = this.names[kind][row];
    if (name !== null) return name;
    if (kind === 'areas') return this.tables.areas.id[row];
    return words.say(kind === 'places' ? 'place' : 'unnamed');
  }

  // What the communities of a list of ids are called, as far as they are on the map.
  namesOfAreas(ids, words) {
    if (ids === null || !this.areas) return ids;
    const named = (id) => {
      const row = this.tables.areas.id.indexOf(id);
      return row < 0 ? id : this.nameOf({ kind: 'areas', row }, words);
    };
    return words.list(ids.split(', ').map(named));
  }

  // The barriers that a gap is caused by, near it.
  barriersOf(row) {
    const by = this.tables.gaps.by[row];
    if (by === null) return null;
    const wanted = new Set(by.split(', ').map((name) => this.tables.barriers.names.indexOf(name)));
    const [west, north, east, south] = this.gaps.shapes.boxes[row];
    const reach = Math.max(200, east - west, south - north);
    const path = new Path2D();
    for (const { shapes, name } of Object.values(this.barriers)) {
      const near = shapes.within([west - reach, north - reach, east + reach, south + reach]);
      for (const line of near) if (wanted.has(name[line])) shapes.trace(path, line, false);
    }
    return path;
  }

  // What lies at a spot, the smallest things first; `reach` is the length of one pixel on the plane.
  pick(spot, reach, scene, shown) {
    const found = (kind, rows) => (rows.length ? { kind, row: rows[0] } : null);
    const marked = shown.facilities && nearestMark(scene.marks, spot, MARK_REACH * reach);
    if (marked) return { kind: 'facilities', row: marked.row };
    const circled = shown.gaps && nearestMark(scene.gapMarks, spot, (mark) => Math.max(MARK_REACH, mark.radius ?? 0) * reach);
    if (circled) return { kind: 'gaps', row: circled.row };
    return (shown.places && scene.homesApart && found('places', this.placesAt(spot, reach)))
      || (shown.facilities && found('facilities', inside(this.facilities.shapes, spot, scene.marks.map(({ row }) => row))))
      || (shown.gaps && found('gaps', inside(this.gaps?.shapes, spot, scene.gapMarks.map(({ row }) => row))))
      || (shown.areas && found('areas', inside(this.areas?.shapes, spot, this.communities.map(({ area }) => area))))
      || null;
  }

  placesAt(spot, reach) {
    const { shapes } = this.places;
    const dots = shapes.near(spot, POINT_REACH * reach).filter((row) => shapes.isPoint(row)).map((row) => ({ row, point: shapes.middle(row) }));
    const dot = nearestMark(dots, spot, POINT_REACH * reach);
    return dot ? [dot.row] : inside(shapes, spot);
  }

  // What has an id, as a choice; null where nothing has it.
  find(kind, id) {
    const row = this[kind] ? this.tables[kind].id.indexOf(id) : -1;
    return row < 0 ? null : { kind, row };
  }

  frameOf({ kind, row }) {
    return this[kind].shapes.boxes[row];
  }
}

// Where the name of a street can stand: the longest straight piece of each of its lines.
function streetNames(classes, names) {
  const spots = [];
  classes.forEach(({ shapes, name }, of) => {
    for (let row = 0; row < shapes.count; row += 1) {
      if (!names[name[row]]) continue;
      for (let ring = shapes.featureStart[row]; ring < shapes.featureStart[row + 1]; ring += 1) {
        spots.push({ text: names[name[row]], main: of === 3, ...shapes.longestPiece(ring) });
      }
    }
  });
  return spots.sort((a, b) => Number(b.main) - Number(a.main) || b.length - a.length);
}

/** @param {any[]} marks @param {number[]} spot @param {number | ((mark: any) => number)} reach */
function nearestMark(marks, [x, y], reach) {
  let best = null;
  let least = Infinity;
  for (const mark of marks) {
    const far = Math.hypot(mark.point[0] - x, mark.point[1] - y);
    if (far < least && far <= (typeof reach === 'function' ? reach(mark) : reach)) [best, least] = [mark, far];
  }
  return best;
}

function inside(shapes, [x, y], rows = null) {
  if (!shapes) return [];
  const allowed = rows && new Set(rows);
  const close = shapes.near([x, y], 0).filter((row) => !allowed || allowed.has(row));
  return close.filter((row) => TESTER.isPointInPath(shapes.path([row]), x, y, 'nonzero'));
}
