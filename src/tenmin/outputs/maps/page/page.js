// The page: reads its data block, puts the map and the panels together, and follows clicks and switches.

const LAYERS = ['facilities', 'places', 'gaps', 'circles', 'areas', 'streets', 'barriers'];

// Widths of the map from which these open unfolded.
const ROOM_FOR_GAPS = 700;
const ROOM_FOR_LEGEND = 1100;

const Drawing = L.Renderer.extend({
  options: { padding: 0.2 },

  initialize(draw) {
    L.Renderer.prototype.initialize.call(this);
    this._draw = draw;
  },

  _initContainer() {
    this._container = document.createElement('canvas');
    this._pen = this._container.getContext('2d');
  },

  _destroyContainer() {
    L.DomUtil.remove(this._container);
    delete this._container;
  },

  _updatePaths() {},

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    this.refresh();
  },

  refresh() {
    const canvas = this._container;
    const size = this._bounds.getSize();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = size.x * ratio;
    canvas.height = size.y * ratio;
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    const corner = this._bounds.min.add(this._map.getPixelOrigin());
    this._draw(this._pen, { zoom: this._map.getZoom(), corner, size, ratio });
  },
});

// The panel and its tables stand from the first moment; the map joins them when its numbers are unpacked.
class Review {
  constructor(content) {
    this.content = content;
    this.words = new Words(content);
    this.layers = LAYERS.filter((name) => content.tables[name]);
    const shown = Object.fromEntries(this.layers.map((name) => [name, true]));
    this.choice = { category: content.categories.length ? 0 : null, chosen: null, shown };
    this.buildPanel();
    this.markChosen();
  }

  open(numbers, map) {
    this.map = map;
    this.town = numbers.network ? new Town(this.content, numbers, new Plane(this.content.bounds)) : null;
    this.atlas = new Atlas(this.content, numbers);
    this.drawing = new Drawing((pen, frame) => {
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
      const view = new View(pen, { plane: this.atlas.plane, ...frame });
      drawScene(view, this.scene, this.choice.shown);
      if (this.whatIf) this.whatIf.tools.draw(view);
    });
    this.atlas.town = this.town;
    this.whatIf = this.town ? new WhatIf(this) : null;
    if (this.whatIf) byId('panel').append(this.whatIf.element);
    this.scene = this.atlas.scene(this.choice);
    this.drawing.addTo(map);
    L.control.scale({ imperial: false, maxWidth: 160, position: 'bottomright' }).addTo(map);
    this.unfolded = { gaps: byId('stage').clientWidth >= ROOM_FOR_GAPS, defects: false };
    byId('legend').open = byId('stage').clientWidth >= ROOM_FOR_LEGEND;
    this.show();
    map.fitBounds(this.content.bounds, { ...margins(), maxZoom: 17, animate: false });
    this.listen();
  }

  buildPanel() {
    const { content, words } = this;
    const toggle = (name, on) => this.change({ shown: { ...this.choice.shown, [name]: on } });
    const table = make('button', { type: 'button', id: 'table-button', textContent: words.say('table') });
    table.addEventListener('click', () => this.openTable());
    byId('panel').append(heading(content, words),
      categoryList(content, words, (category) => this.change({ category, chosen: null })),
      make('p', { className: 'note', textContent: shareNote(content, words) }),
      layerSwitches(this.layers, this.choice.shown, words, toggle), table);
    const sources = words.say('sources', { list: content.facts.sources.join(content.lang === 'zh' ? '、' : ', ') });
    byId('credit').append(make('span', { textContent: '© OpenStreetMap contributors, ODbL · openstreetmap.org/copyright' }),
      content.facts.sources.length ? make('span', { className: 'sources', textContent: sources }) : '');
  }

  change(part) {
    this.choice = { ...this.choice, ...part };
    this.show();
  }

  choose(chosen, { travel = false } = {}) {
    const category = chosen?.kind === 'gaps' ? this.atlas.gaps.category[chosen.row] : this.choice.category;
    this.change({ chosen, category });
    if (travel) this.travel(this.atlas.frameOf(chosen));
  }

  show() {
    this.markChosen();
    if (!this.atlas) return;
    this.scene = this.atlas.scene(this.choice);
    this.drawing.refresh();
    byId('legend').replaceChildren(make('summary', { textContent: this.words.say('legend') }), legendKeys(this.atlas, this.choice, this.words));
    this.showSide();
  }

  // After a change of the town: the picture and the open card.
  follow() {
    this.show();
  }

  tell(text) {
    byId('tip').textContent = text;
    byId('tip').hidden = false;
  }

  markChosen() {
    const { category } = this.choice;
    document.body.dataset.category = category === null ? 'all' : String(category);
    for (const row of document.querySelectorAll('#panel .category')) {
      const on = row.dataset.category === document.body.dataset.category;
      row.classList.toggle('on', on);
      row.querySelector('input').checked = on;
    }
  }

  showSide() {
    const { atlas, choice, words } = this;
    const parts = [];
    if (choice.chosen) {
      const close = make('button', { type: 'button', className: 'close', textContent: '×', title: words.say('close') });
      close.addEventListener('click', () => this.choose(null));
      const details = detailsOf(atlas, choice, words);
      details.prepend(close);
      parts.push(details);
    }
    const go = (chosen) => this.choose(chosen, { travel: true });
    if (atlas.gaps) parts.push(this.foldable('gaps', ...gapList(atlas, choice, words, go)));
    if (atlas.unjoined.length) parts.push(this.foldable('defects', ...unjoinedList(atlas, choice, words, go)));
    const top = document.querySelector('#side .gaps')?.scrollTop ?? 0;
    byId('side').replaceChildren(...parts);
    byId('stage').classList.toggle('with-side', parts.length > 0);
    const list = document.querySelector('#side .gaps');
    if (list) list.scrollTop = top;
  }

  // A part of the side that stays open or shut as the reader left it, whatever is chosen meanwhile.
  foldable(name, title, ...content) {
    const part = make('details', { className: name, open: this.unfolded[name] }, make('summary', {}, title), ...content);
    part.addEventListener('toggle', () => { this.unfolded[name] = part.open; });
    return part;
  }

  openTable() {
    const { content, words } = this;
    const sheet = byId('sheet');
    const close = make('button', { type: 'button', className: 'close', textContent: '×', title: words.say('close') });
    close.addEventListener('click', () => { sheet.hidden = true; });
    sheet.replaceChildren(close, make('h2', { textContent: words.say('table') }), coverageTable(content, words),
      make('p', { className: 'note', textContent: shareNote(content, words) }));
    sheet.hidden = false;
    close.focus();
  }

  at(event) {
    const { plane } = this.atlas;
    const zoom = this.map.getZoom();
    const spot = plane.ofPixel(this.map.project(event.latlng, zoom), zoom);
    return this.atlas.pick(spot, 2 ** (PLANE_ZOOM - zoom), this.scene, this.choice.shown);
  }

  listen() {
    const { map } = this;
    let waiting = 0;
    map.on('click', (event) => {
      if (!this.whatIf || !this.whatIf.tools.click(event)) this.choose(this.at(event));
    });
    map.on('mousemove', (event) => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => this.point(event));
    });
    map.on('mouseout movestart zoomstart', () => { byId('tip').hidden = true; });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      byId('sheet').hidden = true;
      this.choose(null);
    });
  }

  point(event) {
    const found = this.at(event);
    const tip = byId('tip');
    this.map.getContainer().classList.toggle('pointing', Boolean(found));
    tip.hidden = found?.kind !== 'facilities';
    if (tip.hidden) return;
    tip.textContent = this.atlas.facilityName(found.row);
    tip.style.left = `${event.containerPoint.x + 14}px`;
    tip.style.top = `${event.containerPoint.y + 14}px`;
  }

  travel([west, north, east, south]) {
    const { plane } = this.atlas;
    const corner = (x, y) => this.map.unproject(L.point(plane.toPixel([x, y], PLANE_ZOOM)), PLANE_ZOOM);
    if (west <= east) this.map.flyToBounds([corner(west, south), corner(east, north)], { ...margins(), maxZoom: 16, duration: 0.6 });
  }
}

function byId(id) {
  return document.getElementById(id);
}

// Pixels on each side of the map that its view keeps clear: what an open panel covers, or a narrow edge.
function margins() {
  const stage = byId('stage');
  const [side, legend] = [byId('side'), byId('legend')];
  const across = side.offsetWidth > stage.clientWidth / 2;
  const unfolded = side.querySelector('details[open], .card');
  const right = unfolded && !across ? side.offsetWidth + 24 : 24;
  const left = legend.open && stage.clientWidth - right > 2 * legend.offsetWidth ? legend.offsetWidth + 24 : 24;
  const [above, below] = across ? [24, side.offsetHeight + 40] : [right > 24 ? 24 : side.offsetHeight + 24, 40];
  return { paddingTopLeft: [left, above], paddingBottomRight: [right, below] };
}

function openMap(content) {
  const { texts } = content;
  const map = L.map('map', { attributionControl: false, zoomControl: false, zoomSnap: 0.25, wheelPxPerZoomLevel: 120, maxZoom: 19, minZoom: 9 });
  L.control.zoom({ position: 'topleft', zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(map);
  map.fitBounds(content.bounds);
  return map;
}

const content = JSON.parse(byId('tenmin-data').textContent);
document.title = content.title;
const review = new Review(content);

function openReview() {
  try {
    review.open(unpack(content.packed), window.map_tenmin);
    document.body.dataset.ready = 'yes';
  } catch (problem) {
    byId('map').append(make('p', { className: 'failure', textContent: `${content.texts.failure} (${problem})` }));
    throw problem;
  }
}

window.map_tenmin = openMap(content);
setTimeout(openReview);  // after the panel is painted
