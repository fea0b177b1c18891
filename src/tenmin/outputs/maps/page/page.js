// The page: reads its data block, puts map, rail and drawer together, and follows clicks, keys and switches.

const CREDIT = '© OpenStreetMap contributors, ODbL · openstreetmap.org/copyright';
const PHONE = 600;

// Rail and tables stand from the first moment; the map joins them when its numbers are unpacked.
class Review {
  constructor(content) {
    this.content = content;
    this.notes = new Notes();
    this.layers = LAYERS.filter((name) => content.layers.includes(name));
    const shown = Object.fromEntries(this.layers.map((name) => [name, true]));
    this.choice = { tab: tabsOf(content)[0], category: null, chosen: null, measure: 'shortfall', filter: { reason: '', least: 0, all: false }, order: 'people', shown };
    this.speak(content.lang);
    this.listenToKeys();
  }

  // Says everything in a language, now and from now on.
  speak(lang) {
    keepingFocus(() => this.build(lang));
  }

  build(lang) {
    this.words = new Words(this.content, lang);
    const { words } = this;
    document.documentElement.lang = LOCALES[lang];
    document.title = words.title();
    this.rail = new Rail(this);
    if (this.whatIf) {
      if (this.town.changes.length) this.rail.recount();
      this.whatIf.build();
      this.rail.hold(this.whatIf);
    }
    describe(byId('map'), { label: words.say('map_label'), role: 'application' });
    describe(byId('side'), { label: words.say('side_label') });
    byId('credit').replaceChildren(make('span', { textContent: CREDIT }), outside(words.sources(), 'span', { className: 'sources' }), make('span', { className: 'sources', textContent: words.date() }));
    byId('legend').replaceChildren(make('summary', { textContent: words.say('legend') }), make('ul', { className: 'keys' }),
      layerSwitches(this.layers, this.choice.shown, words, (name, on) => this.change({ shown: { ...this.choice.shown, [name]: on } })));
    byId('north').textContent = words.say('north');
    this.show();
  }

  open(numbers, map) {
    this.map = map;
    this.town = numbers.network ? new Town(this.content, numbers, new Plane(this.content.bounds)) : null;
    this.atlas = new Atlas(this.content, numbers, this.town);
    this.scenes = new Scenes(this.atlas);
    this.drawing = new Drawing((pen, frame) => this.draw(pen, frame));
    const asked = readAddress();
    const [view, limit] = [askedView(asked), askedLimit(this, asked)];
    this.whatIf = this.town ? new WhatIf(this) : null;
    if (this.content.walkers.length > 1) this.walkers = new Walkers(this, numbers);
    const walker = this.content.walkers.findIndex(({ key }) => key === asked.walker);
    if (walker > 0) this.walkers.choose(walker);
    this.choice = { ...this.choice, ...askedChoice(this, asked) };
    this.rail.hold(this.whatIf);
    byId('legend').open = byId('stage').clientWidth >= PHONE + 300;
    this.rail.panels.overview.tell();
    this.show();
    if (view) map.setView(view.slice(1), view[0], { animate: false });
    else map.fitBounds(this.content.bounds, { ...margins(), maxZoom: 17, animate: false });
    this.drawing.addTo(map);
    L.control.scale({ imperial: false, maxWidth: 140, position: 'bottomright' }).addTo(map);
    this.listen();
    if (this.town && limit !== null) this.whatIf.make({ change: 'set_limit', limit });
    this.showLegend();
    writeAddress(this);
  }

  change(part) {
    this.choice = { ...this.choice, ...part };
    this.show();
    if (part.category !== undefined && part.category !== null) announce(this.tellOf(part.category));
  }

  choose(chosen, { travel = false } = {}) {
    const gap = chosen && chosen.kind === 'gaps';
    if (this.whatIf && chosen && chosen.kind === 'facilities') this.whatIf.tools.chosen = null;
    this.opener = chosen && !this.choice.chosen ? document.activeElement : this.opener;
    this.change({ chosen, ...(gap ? { tab: 'gaps' } : {}) });
    if (chosen) announce(this.atlas.nameOf(chosen, this.words));
    else this.returnFocus();
    if (travel) this.travel(this.atlas.frameOf(chosen));
  }

  // Focus goes back to what opened the drawer, or to the tab if that is gone or hidden.
  returnFocus() {
    const there = this.opener && this.opener.getClientRects().length && this.opener !== document.body ? this.opener : byId(`tab-${this.choice.tab}`);
    there.focus();
  }

  rule() {
    return this.words.rule(this.town && this.town.plan.limit);
  }

  tellOf(number) {
    return [this.words.category(number), this.words.share(this.content.categories[number])].join(': ');
  }

  show() {
    keepingFocus(() => this.showAll());
  }

  showAll() {
    this.rail.show(this.choice);
    if (!this.atlas) return;
    if (this.whatIf) this.whatIf.allow();
    const rows = this.choice.tab === 'gaps' && this.atlas.gaps ? this.rail.panels.gaps.rows(this.choice.category).shown : [];
    const chosen = this.choice.chosen && this.choice.chosen.kind === 'gaps' ? [this.choice.chosen.row] : [];
    this.scene = this.scenes.of({ ...this.choice, gaps: [...new Set([...rows, ...chosen])] });
    this.drawing.refresh();
    this.showSide();
    this.showLegend();
    writeAddress(this);
  }

  // After a change of the town, or of its notes: the picture and the open card, and once every service is known, the sums.
  follow() {
    this.sideKey = '';
    this.show();
  }

  recount() {
    this.atlas.recount();
    this.rail.recount();
    this.follow();
  }

  showLegend() {
    byId('legend').querySelector('.keys').replaceChildren(...legendKeys(this));
  }

  showSide() {
    const { chosen } = this.choice;
    const key = chosen ? `${this.words.lang} ${chosen.kind} ${chosen.row}` : '';
    if (key === this.sideKey) return;
    this.sideKey = key;
    byId('side').replaceChildren(...(chosen ? [cardOf(this)] : []));
    byId('side').scrollTop = 0;
    byId('side').hidden = !chosen;
    byId('stage').classList.toggle('with-side', Boolean(chosen));
  }

  draw(pen, frame) {
    const view = new View(pen, { plane: this.atlas.plane, font: this.font(), ...frame });
    const key = JSON.stringify([frame.zoom, frame.corner, frame.size, frame.ratio, this.choice.shown]);
    if (key !== this.groundKey) this.ground = this.drawGround(view, frame);
    this.groundKey = key;
    view.clear();
    view.lay(this.ground);
    drawPicture(view, this.scene, { ...this, shown: this.choice.shown });
    if (this.whatIf) this.whatIf.tools.draw(view);
  }

  drawGround(view, frame) {
    const sheet = this.ground && this.ground.width === view.pen.canvas.width && this.ground.height === view.pen.canvas.height ? this.ground : view.spare();
    const below = new View(sheet.getContext('2d'), { plane: this.atlas.plane, font: this.font(), ...frame });
    below.clear();
    drawGround(below, this.atlas.ground, this.choice.shown);
    return sheet;
  }

  // The whole picture on another canvas, by a frame of its own.
  drawOn(canvas, frame) {
    const view = new View(canvas.getContext('2d'), { plane: this.atlas.plane, font: this.font(), ...frame });
    drawGround(view, this.atlas.ground, this.choice.shown);
    drawPicture(view, this.scene, { ...this, shown: this.choice.shown });
  }

  font() {
    this.family = this.family ?? getComputedStyle(document.body).fontFamily;
    return this.family;
  }

  // Says what happened, where all can read it.
  tell(text) {
    byId('message').textContent = text;
    byId('message').hidden = false;
    announce(text);
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { byId('message').hidden = true; }, 6000);
  }

  present() {
    const [held, map] = [focused(), this.map.getContainer()];
    const folded = document.body.classList.toggle('presenting');
    this.map.invalidateSize({ animate: false });
    if (folded && !held.getClientRects().length) map.focus();
    if (!folded && held === map) byId('present-button').focus();
  }

  // The next or previous row of the list that the chosen one stands in.
  step(by) {
    const kind = this.choice.tab === 'communities' ? 'areas' : 'gaps';
    if (!this.atlas || !this.atlas[kind]) return;
    const { panels } = this.rail;
    const rows = kind === 'areas' ? panels.communities.ranked(this.choice).map(({ one }) => one.area) : panels.gaps.rows(this.choice.category).shown;
    if (!rows.length) return;
    const { chosen } = this.choice;
    const at = chosen && chosen.kind === kind ? rows.indexOf(chosen.row) : -1;
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length;
    this.choose({ kind, row: rows[next] }, { travel: true });
  }

  at(event) {
    const { plane } = this.atlas;
    const zoom = this.map.getZoom();
    const spot = plane.ofPixel(this.map.project(event.latlng, zoom), zoom);
    return this.atlas.pick(spot, 2 ** (PLANE_ZOOM - zoom), this.pickable(zoom), this.choice.shown);
  }

  // What is drawn at this zoom can be clicked, and nothing else.
  pickable(zoom) {
    const marks = this.scene.marked ? this.scene.marks : [];
    const apart = zoom >= HOUSE_ZOOM || this.atlas.places.people.length <= FEW_HOMES;
    const circled = zoom < CITY_ZOOM ? this.scene.gapMarks.filter((mark) => mark.circled) : this.scene.gapMarks;
    const pills = circled.filter(({ aside }) => aside).map((mark) => ({ ...mark, radius: null, point: mark.point.map((part, axis) => part + mark.aside[axis]) }));
    return { marks, gapMarks: [...pills, ...circled], homesApart: apart };
  }

  listen() {
    const { map } = this;
    let waiting = 0;
    map.on('click', (event) => {
      if (this.whatIf && this.whatIf.tools.click(event)) return;
      const found = this.at(event);
      if (found || this.choice.chosen) this.choose(found);
    });
    map.on('mousemove', (event) => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => this.point(event));
    });
    map.on('mouseout movestart zoomstart', () => { byId('tip').hidden = true; });
    map.on('moveend', () => {
      this.showLegend();
      writeAddress(this);
    });
    window.addEventListener('beforeprint', () => fillPrint(this));
  }

  listenToKeys() {
    document.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape' && this.choice.chosen) this.choose(null);
      else if (event.key === 'Escape' && document.body.classList.contains('presenting')) this.present();
      if (event.target.closest('input[type="search"], textarea, select')) return;
      const act = { n: () => this.step(1), b: () => this.step(-1), p: () => this.present(), '/': () => byId('search').focus() }[event.key.toLowerCase()];
      if (!act || !this.atlas) return;
      event.preventDefault();
      act();
    });
  }

  point(event) {
    const found = this.at(event);
    const tip = byId('tip');
    this.map.getContainer().classList.toggle('pointing', Boolean(found));
    tip.hidden = !found || found.kind === 'places';
    if (tip.hidden) return;
    tip.textContent = this.atlas.nameOf(found, this.words);
    tip.style.left = `${event.containerPoint.x + 14}px`;
    tip.style.top = `${event.containerPoint.y + 14}px`;
  }

  travel([west, north, east, south]) {
    const { plane } = this.atlas;
    const corner = (x, y) => this.map.unproject(L.point(plane.toPixel([x, y], PLANE_ZOOM)), PLANE_ZOOM);
    if (west <= east) this.map.fitBounds([corner(west, south), corner(east, north)], { ...margins(), maxZoom: 16.5, animate: false });
  }
}

// Pixels on each side of the map that its view keeps clear: what the open drawer covers, or a narrow edge.
function margins() {
  const [stage, side] = [byId('stage'), byId('side')];
  const across = side.offsetWidth > stage.clientWidth / 2;
  const right = side.hidden || across ? 28 : side.offsetWidth + 28;
  const below = across && !side.hidden ? side.offsetHeight + 24 : byId('legend').offsetHeight + 36;
  return { paddingTopLeft: [28, 28], paddingBottomRight: [right, Math.min(below, stage.clientHeight / 2)] };
}

function openMap(content) {
  const texts = content.texts[content.lang];
  const map = L.map('map', { attributionControl: false, zoomControl: false, zoomSnap: 0.25, wheelPxPerZoomLevel: 120, maxZoom: 19, minZoom: 9 });
  L.control.zoom({ position: 'topleft', zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(map);
  map.fitBounds(content.bounds);
  return map;
}

function openReview() {
  try {
    review.open(unpack(content.packed), window.map_tenmin);
    document.body.dataset.ready = 'yes';
  } catch (problem) {
    byId('map').append(make('p', { className: 'failure', textContent: `${review.words.say('failure')} (${problem})` }));
    throw problem;
  }
}

const content = JSON.parse(byId('tenmin-data').textContent);
const review = content.layers.includes('places') ? new Review(content) : new StreetsPage(content);
window.map_tenmin = openMap(content);
setTimeout(openReview);  // after the panel is painted
