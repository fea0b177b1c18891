// What is done on the map itself: facilities are dragged, gates clicked, links drawn by two clicks; and how changes look.

const GRIP = 14;
const GATE_ZOOM = 14;

class MapTools {
  constructor(whatIf) {
    this.whatIf = whatIf;
    this.review = whatIf.review;
    this.active = false;
    this.chosen = null;
    this.link = null;
    const { points, in_use: inUse } = this.review.atlas.facilities;
    this.given = { points: points.slice(), inUse: Array.from(inUse) };
    const box = this.review.map.getContainer();
    box.addEventListener('pointerdown', (event) => this.grip(event), true);
    window.addEventListener('pointermove', (event) => this.drag(event));
    window.addEventListener('pointerup', () => this.drop());
    document.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.endLink(); });
  }

  walk(town) {
    this.town = town;
    this.gates = pointsOn(this.review.atlas.plane, town.packed.gates.points);
  }

  show(on) {
    this.active = on;
    this.endLink();
  }

  // The spot of the plane under a pointer, and the length of a pixel there.
  spotOf(event) {
    const { map, atlas } = this.review;
    const zoom = map.getZoom();
    const at = map.mouseEventToContainerPoint(event);
    return { spot: atlas.plane.ofPixel(map.project(map.containerPointToLatLng(at), zoom), zoom), pixel: 2 ** (PLANE_ZOOM - zoom), at: map.containerPointToLatLng(at) };
  }

  // The facilities that can be gripped: those added, and those of the chosen service, or of all, that count.
  grips() {
    const { atlas, choice } = this.review;
    const { added, closed } = this.town.plan;
    const own = added.filter(({ counts }) => counts.length).map(({ id, spot }) => ({ id, point: spot }));
    const of = choice.category === null ? this.town.network.rows : [this.town.network.rows[choice.category]];
    const rows = [...new Set(of.flatMap((one) => [...one]))].filter((row) => row < this.town.drawn && !closed.has(row) && atlas.facilities.points[row]);
    return own.concat(rows.map((row) => ({ id: this.town.facilityIds[row], point: atlas.facilities.points[row] })));
  }

  grip(event) {
    if (!this.active || this.link || event.button > 0) return;
    const { spot, pixel } = this.spotOf(event);
    const held = nearestMark(this.grips(), spot, GRIP * pixel);
    if (!held) return;
    this.held = { id: held.id, moved: false, at: null, from: [event.clientX, event.clientY] };
    this.review.map.dragging.disable();
  }

  drag(event) {
    const { held } = this;
    if (!held) return;
    const [x, y] = held.from;
    if (!held.moved && Math.hypot(event.clientX - x, event.clientY - y) < 4) return;
    held.moved = true;
    held.at = this.spotOf(event).at;
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.carry(held));
  }

  carry({ id, at }) {
    this.whatIf.make({ change: 'move_facility', id, ...rounded(at.lng, at.lat) });
  }

  drop() {
    const { held } = this;
    if (!held) return;
    this.held = null;
    this.review.map.dragging.enable();
    this.dragged = held.moved;
    const own = this.town.plan.added.some(({ id }) => id === held.id);
    this.chosen = own ? held.id : null;
    this.whatIf.tell();
    setTimeout(() => { this.dragged = false; });
  }

  // Whether a click was meant for these tools.
  click(event) {
    if (!this.active) return false;
    if (this.dragged) return true;
    if (this.link) return this.point(event.latlng);
    const { spot, pixel } = this.spotOf(event.originalEvent);
    const gate = nearestMark(this.shownGates(), spot, GRIP * pixel);
    if (gate) this.whatIf.turnGate(gate.gate);
    else this.chosen = (nearestMark(this.town.plan.added.map(({ id, spot: point }) => ({ id, point })), spot, GRIP * pixel) || { id: null }).id;
    this.whatIf.tell();
    return Boolean(gate) || this.chosen !== null;
  }

  shownGates() {
    return this.review.map.getZoom() < GATE_ZOOM ? [] : this.gates.flatMap((point, gate) => (point ? [{ point, gate }] : []));
  }

  beginLink() {
    this.link = [];
    this.review.map.getContainer().classList.add('linking');
    this.review.tell(this.review.words.say('what_if_link_hint'));
  }

  endLink() {
    this.link = null;
    this.review.map.getContainer().classList.remove('linking');
  }

  // One end of a link; the second makes it. Both lie within 100 m of a street that all may walk.
  point({ lng, lat }) {
    const { lon, lat: at } = rounded(lng, lat);
    if (!this.town.feet().nearest(this.review.atlas.plane.place(lon, at))) {
      this.review.tell(this.review.words.say('what_if_no_street'));
      return true;
    }
    this.link.push([lon, at]);
    if (this.link.length === 2) {
      const [from, to] = this.link;
      this.endLink();
      this.whatIf.make({ change: 'add_link', from, to });
    }
    return true;
  }

  // The facilities of the page stand where the changes put them.
  place() {
    const { points, in_use: inUse } = this.review.atlas.facilities;
    const { moved, closed, added } = this.town.plan;
    this.given.points.forEach((point, row) => {
      points[row] = moved.get(row) || point;
      inUse[row] = closed.has(row) ? 0 : this.given.inUse[row];
    });
    if (!added.some(({ id }) => id === this.chosen)) this.chosen = null;
  }

  draw(view) {
    const { plan } = this.town;
    for (const { ends } of plan.links) this.drawLink(view, ends.map(({ at }) => at));
    view.inPixels();
    for (const [row, spot] of plan.moved) this.drawMove(view, this.given.points[row], spot);
    for (const row of plan.closed) this.drawCross(view, this.review.atlas.facilities.points[row]);
    for (const one of plan.added) if (one.counts.length) this.drawAdded(view, one);
    if (this.active) for (const { point, gate } of this.shownGates()) this.drawGate(view, point, this.town.isOpen(gate));
  }

  drawLink(view, [a, b]) {
    const path = new Path2D();
    path.moveTo(a[0], a[1]);
    path.lineTo(b[0], b[1]);
    view.stroke(path, '#ffffff', 7);
    view.stroke(path, '#111111', 4);
  }

  drawMove(view, from, to) {
    if (!from) return;
    const { pen } = view;
    pen.beginPath();
    pen.moveTo(...view.at(from));
    pen.lineTo(...view.at(to));
    pen.lineWidth = 1.5;
    pen.strokeStyle = '#111111';
    pen.setLineDash([4, 3]);
    pen.stroke();
    pen.setLineDash([]);
  }

  drawCross(view, point) {
    if (!point) return;
    const { pen } = view;
    const [x, y] = view.at(point);
    pen.beginPath();
    for (const [dx, dy] of [[7, 7], [7, -7]]) {
      pen.moveTo(x - dx, y - dy);
      pen.lineTo(x + dx, y + dy);
    }
    pen.lineWidth = 3;
    pen.strokeStyle = '#111111';
    pen.stroke();
  }

  drawAdded(view, { id, spot }) {
    const { pen } = view;
    const [x, y] = view.at(spot);
    pen.beginPath();
    pen.arc(x, y, 10, 0, 2 * Math.PI);
    pen.lineWidth = id === this.chosen ? 4 : 2.5;
    pen.strokeStyle = '#ffffff';
    pen.stroke();
    pen.fillStyle = '#111111';
    pen.fill();
    pen.fillStyle = '#ffffff';
    pen.fillRect(x - 5, y - 1, 10, 2);
    pen.fillRect(x - 1, y - 5, 2, 10);
  }

  drawGate(view, point, open) {
    const { pen } = view;
    const [x, y] = view.at(point);
    if (!view.sees([x, y])) return;
    pen.lineWidth = 2;
    pen.strokeStyle = '#111111';
    pen.fillStyle = open ? '#ffffff' : '#111111';
    pen.fillRect(x - 5, y - 5, 10, 10);
    pen.strokeRect(x - 5, y - 5, 10, 10);
  }
}
