// What is to be seen for one choice: the atlas holds all shapes, a scene those of the chosen service, picking finds what lies under a click.

const MARK_REACH = 11;
const POINT_REACH = 6;
const TESTER = document.createElement('canvas').getContext('2d');

class Atlas {
  constructor(content, numbers) {
    this.content = content;
    this.plane = new Plane(content.bounds);
    this.tables = content.tables;
    const layer = (name) => numbers[name] && this.layer(numbers[name]);
    this.streets = numbers.streets.weights.map((weight) => {
      const shapes = new Shapes(this.plane, weight);
      return shapes.path(shapes.rows(), false);
    });
    this.barriers = Object.fromEntries(Object.entries(numbers.barriers).map(([name, packed]) => {
      const shapes = new Shapes(this.plane, packed);
      return [name, shapes.path(shapes.rows(), false)];
    }));
    this.places = layer('places');
    this.facilities = layer('facilities');
    this.circles = layer('circles');
    this.gaps = layer('gaps');
    this.areas = layer('areas');
    this.facilities.name = this.column('facilities', 'name');
    this.unjoined = content.facts.metric === 'walk' ? where(this.places.leg, -1) : [];
  }

  has(barrier) {
    return this.content.facts.barriers.includes(barrier);
  }

  layer(numbers) {
    const shapes = new Shapes(this.plane, numbers.shapes);
    return { ...numbers, shapes, points: numbers.points && pointsOn(this.plane, numbers.points) };
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

  facilityName(row) {
    return this.facilities.name[row] ?? this.content.texts.unnamed;
  }

  // Rows of a layer that the chosen category shows; all of them when none is chosen.
  rowsOf(layer, category) {
    return category === null ? layer.shapes.rows() : where(layer.category, category);
  }

  scene(choice) {
    const { category } = choice;
    return {
      font: getComputedStyle(document.body).fontFamily,
      neutral: category === null,
      streets: this.streets,
      barriers: this.barriers,
      areas: this.areas ? this.areas.shapes.path(this.areas.shapes.rows()) : new Path2D(),
      places: this.placeScene(category),
      ...this.circleScene(category),
      ...this.gapScene(category),
      ...this.facilityScene(category),
      chosen: this.chosenScene(choice),
    };
  }

  placeScene(category) {
    const { shapes, walks } = this.places;
    const states = category === null ? new Array(shapes.count).fill(0) : walks[category].state;
    const scene = {};
    STATES.forEach((name, state) => {
      const rows = where(states, state);
      const dots = rows.filter((row) => shapes.isPoint(row));
      scene[name] = { path: shapes.path(rows.filter((row) => !shapes.isPoint(row))), points: dots.map((row) => shapes.middle(row)) };
    });
    return scene;
  }

  circleScene(category) {
    if (!this.circles || category === null) return { circles: [], limitLevel: -1 };
    const { shapes, level, levels, lines } = this.circles;
    const rows = this.rowsOf(this.circles, category);
    const paths = levels.map((_, number) => shapes.path(rows.filter((row) => level[row] === number), !lines));
    const same = this.tables.circles.unit === this.content.facts.unit;
    return { circles: paths, circlesAreLines: lines, limitLevel: same ? levels.indexOf(this.content.categories[category].limit) : -1 };
  }

  gapScene(category) {
    if (!this.gaps || category === null) return { gapPath: new Path2D(), doubtPath: new Path2D(), gapMarks: [] };
    const rows = this.rowsOf(this.gaps, category);
    const marks = rows.filter((row) => this.gaps.points[row]);
    const { rank } = this.tables.gaps;
    const { doubtful } = this.gaps;
    return {
      gapPath: this.gaps.shapes.path(rows.filter((row) => !doubtful[row])),
      doubtPath: this.gaps.shapes.path(rows.filter((row) => doubtful[row])),
      gapMarks: marks.map((row) => ({ row, rank: rank[row], doubtful: doubtful[row], point: this.gaps.points[row] })),
    };
  }

  facilityScene(category) {
    const { shapes, points } = this.facilities;
    const rows = this.rowsOf(this.facilities, category);
    const mark = (row) => ({
      row, point: points[row], name: this.facilities.name[row], symbol: this.categoryOf(row).symbol, inUse: Boolean(this.facilities.in_use[row]),
    });
    return {
      marks: rows.filter((row) => points[row]).map(mark),
      grounds: shapes.path(rows.filter((row) => !shapes.isPoint(row))),
    };
  }

  chosenScene({ category, chosen }) {
    if (!chosen) return null;
    const { kind, row } = chosen;
    const { shapes, points } = this[kind];
    const scene = { points: [], path: shapes.isPoint(row) ? null : shapes.path([row]) };
    if (kind === 'facilities') {
      scene.points = [points[row]];
      scene.circles = this.circles && this.circles.shapes.path(where(this.circles.facility, row), !this.circles.lines);
    }
    if (kind === 'places' && category !== null) this.joinNearest(scene, shapes.middle(row), category, row);
    return scene;
  }

  joinNearest(scene, from, category, row) {
    const to = this.facilities.points[this.places.walks[category].nearest[row]];
    scene.walk = walkPath(this, category, row);
    if (to) scene.points = [to];
    if (!to || scene.walk) return;
    scene.line = new Path2D();
    scene.line.moveTo(...from);
    scene.line.lineTo(...to);
  }

  // What lies at a spot, the smallest things first; `reach` is the length of one pixel on the plane.
  pick(spot, reach, scene, shown) {
    const marked = shown.facilities && nearestMark(scene.marks, spot, MARK_REACH * reach);
    if (marked) return { kind: 'facilities', row: marked.row };
    const ranked = shown.gaps && nearestMark(scene.gapMarks, spot, MARK_REACH * reach);
    if (ranked) return { kind: 'gaps', row: ranked.row };
    const found = (kind, rows) => rows.length && { kind, row: rows[0] };
    return (
      (shown.places && found('places', this.placesAt(spot, reach)))
      || (shown.facilities && found('facilities', inside(this.facilities.shapes, spot, scene.marks.map(({ row }) => row))))
      || (shown.gaps && found('gaps', inside(this.gaps?.shapes, spot, scene.gapMarks.map(({ row }) => row))))
      || (shown.areas && found('areas', inside(this.areas?.shapes, spot)))
      || null
    );
  }

  placesAt(spot, reach) {
    const { shapes } = this.places;
    const close = shapes.near(spot, POINT_REACH * reach).filter((row) => shapes.isPoint(row));
    const dots = close.map((row) => ({ row, point: shapes.middle(row) }));
    const dot = nearestMark(dots, spot, POINT_REACH * reach);
    return dot ? [dot.row] : inside(shapes, spot);
  }

  frameOf({ kind, row }) {
    return this[kind].shapes.boxes[row];
  }
}

function nearestMark(marks, [x, y], reach) {
  let best = null;
  let least = reach;
  for (const mark of marks) {
    const far = Math.hypot(mark.point[0] - x, mark.point[1] - y);
    if (far <= least) [best, least] = [mark, far];
  }
  return best;
}

function inside(shapes, [x, y], rows = null) {
  if (!shapes) return [];
  const allowed = rows && new Set(rows);
  const close = shapes.near([x, y], 0).filter((row) => !allowed || allowed.has(row));
  return close.filter((row) => TESTER.isPointInPath(shapes.path([row]), x, y, 'nonzero'));
}
