// The page without a coverage: streets, the ground or the streets within each limit, facilities and outlines.

const STREETS_LAYERS = ['circles', 'facilities', 'areas', 'streets', 'barriers', 'basemap'];
const [NEAR, FAR, RIM, DEEP] = ['#85b2db', '#e2edf7', '#4f88bd', '#1f4e79'];

class StreetsPage {
  constructor(content) {
    this.content = content;
    this.layers = STREETS_LAYERS.filter((name) => content.layers.includes(name));
    this.choice = { category: null, chosen: null, limits: new Set(), shown: Object.fromEntries(this.layers.map((name) => [name, true])) };
    this.speak(content.lang);
  }

  speak(lang) {
    this.words = new Words(this.content, lang);
    const { words } = this;
    document.documentElement.lang = LOCALES[lang];
    document.title = this.title();
    describe(byId('map'), { label: words.say('map_label'), role: 'application' });
    byId('credit').replaceChildren(make('span', { textContent: CREDIT }), outside(words.sources(), 'span', { className: 'sources' }), make('span', { className: 'sources', textContent: words.date() }));
    byId('north').textContent = words.say('north');
    byId('legend').replaceChildren(make('summary', { textContent: words.say('legend') }), make('ul', { className: 'keys' }),
      layerSwitches(this.layers, this.choice.shown, words, (name, on) => this.change({ shown: { ...this.choice.shown, [name]: on } })));
    this.limits = make('div', { className: 'services' });
    this.services = make('div', { className: 'services', aria: { role: 'radiogroup', label: words.say('service') } });
    this.chosen = make('p', { className: 'note', aria: { live: 'polite' } });
    byId('panel').replaceChildren(
      sheetHandle(this),
      make('header', {}, make('h1', {}, outside(this.title())), make('p', { className: 'rule', textContent: words.walker() })),
      make('section', { className: 'tabpanel' }, this.limits, this.services, this.chosen, make('p', { className: 'note', textContent: words.say('streets_note') })),
      make('footer', {}, this.actions()));
    this.fillServices();
    if (this.atlas) this.fillLimits();
    this.show();
  }

  title() {
    return this.content.title ?? this.words.say('title_streets');
  }

  actions() {
    const { content, words } = this;
    const others = Object.keys(content.texts).filter((lang) => lang !== words.lang);
    return make('div', { className: 'actions' },
      button(words.say('print'), () => window.print(), { id: 'print-button' }),
      ...others.map((lang) => button(content.texts[lang].language, () => this.speak(lang), { id: 'language-button', lang: LOCALES[lang] })));
  }

  // A row for each service, which draws its walking range and its facilities alone.
  fillServices() {
    const { content, words } = this;
    if (!content.categories.length) return;
    const row = (number, ...parts) => make('label', { className: number === null ? 'service all' : 'service', dataset: { category: String(number) } },
      radio('category', String(number), () => this.change({ category: number, chosen: null })), ...parts);
    this.services.replaceChildren(make('h2', { textContent: words.say('service') }), row(null, make('span', { className: 'name', textContent: words.say('any') })),
      ...content.categories.map((category, number) => row(number, swatch(category), outside(words.category(number), 'bdi', { className: 'name' }))));
  }

  // A switch for each limit, in the ink that it is drawn in.
  fillLimits() {
    const { circles } = this.atlas;
    if (!circles) return;
    const rows = circles.levels.map((limit, level) => {
      const box = make('input', { type: 'checkbox', name: `limit-${limit}`, checked: this.choice.limits.has(level) });
      box.addEventListener('change', () => {
        const limits = new Set(this.choice.limits);
        if (box.checked) limits.add(level);
        else limits.delete(level);
        this.change({ limits });
      });
      return make('label', { className: 'limit' }, box, this.inkKey(level), make('span', { textContent: this.limitText(level) }));
    });
    this.limits.replaceChildren(make('h2', { textContent: this.words.say('layer_circles') }), ...rows);
  }

  limitText(level) {
    return this.words.say('ground', { limit: this.words.amount(this.atlas.circles.levels[level], this.atlas.tables.circles.unit) });
  }

  inkKey(level) {
    return make('i', { className: 'key', style: { background: this.inkOf(level), border: `1px solid ${RIM}` } });
  }

  // From the nearest limit to the farthest, which is the palest; lines are never so pale that they are lost.
  inkOf(level) {
    const { levels, lines } = this.atlas.circles;
    const part = levels.length > 1 ? level / (levels.length - 1) : 0.5;
    return lines ? mixed(DEEP, NEAR, part) : mixed(NEAR, FAR, part);
  }

  open(numbers, map) {
    this.map = map;
    this.atlas = new Atlas(this.content, numbers, null);
    if (this.atlas.areas) this.atlas.communities = this.atlas.areas.shapes.rows().map((area) => ({ area }));
    if (this.atlas.circles) this.choice.limits = new Set(this.atlas.circles.levels.keys());
    this.drawing = new Drawing((pen, frame) => this.draw(new View(pen, { plane: this.atlas.plane, font: this.font(), ...frame })));
    byId('legend').open = byId('stage').clientWidth >= PHONE + 300;
    this.fillLimits();
    this.show();
    map.fitBounds(this.content.bounds, { ...margins(), maxZoom: 17, animate: false });
    this.drawing.addTo(map);
    L.control.scale({ imperial: false, maxWidth: 140, position: 'bottomright' }).addTo(map);
    map.on('click', (event) => this.choose(this.at(event)));
    map.on('mousemove', (event) => this.point(event));
    map.on('mouseout movestart zoomstart', () => { byId('tip').hidden = true; });
    map.on('moveend', () => this.showLegend());
    window.addEventListener('beforeprint', () => this.fillPrint());
  }

  change(part) {
    this.choice = { ...this.choice, ...part };
    this.show();
  }

  // A facility draws its own walking range alone, until something else is clicked.
  choose(row) {
    if (row !== this.choice.chosen) this.change({ chosen: row });
  }

  show() {
    const { category, chosen } = this.choice;
    for (const row of this.services.querySelectorAll('label')) mark(row, row.dataset.category === String(category));
    this.chosen.textContent = chosen === null ? this.hint() : this.words.say('range_of', { name: this.nameOf(chosen) });
    if (!this.atlas) return;
    this.scene = { marks: this.marks(), areas: null, chosen: chosen === null ? null : { kind: 'facilities', row: chosen } };
    this.drawing.refresh();
    this.showLegend();
  }

  hint() {
    return ['facilities', 'circles'].every((name) => this.content.layers.includes(name)) ? this.words.say('streets_hint') : '';
  }

  marks() {
    const { atlas, choice, content } = this;
    if (!atlas.facilities || !choice.shown.facilities) return [];
    const { facilities } = atlas;
    const rows = choice.category === null ? facilities.shapes.rows() : where(facilities.category, choice.category);
    return rows.filter((row) => facilities.points[row]).map((row) => ({
      row, point: facilities.points[row], name: facilities.name[row], category: content.categories[facilities.category[row]], inUse: Boolean(facilities.in_use[row]), quiet: false,
    }));
  }

  nameOf(row) {
    return this.atlas.facilities.name[row] ?? this.atlas.tables.facilities.id[row];
  }

  rangeOf(level) {
    const { circles } = this.atlas;
    const { category, chosen } = this.choice;
    const wanted = (row) => (chosen === null ? category === null || circles.category[row] === category : circles.facility[row] === chosen);
    return circles.shapes.path(circles.shapes.rows().filter((row) => circles.level[row] === level && wanted(row)), !circles.lines);
  }

  draw(view) {
    const { atlas, choice, scene, words } = this;
    const { shown } = choice;
    view.clear();
    view.fill(atlas.ground.parks, INK.park);
    const levels = shown.circles ? [...choice.limits].sort((a, b) => b - a) : [];
    if (!atlas.circles?.lines) for (const level of levels) this.drawRange(view, level);
    drawGround(view, { ...atlas.ground, parks: new Path2D() }, shown);
    if (atlas.circles?.lines) for (const level of levels) view.stroke(this.rangeOf(level), this.inkOf(level), 3);
    if (shown.areas) drawAreas(view, scene, atlas);
    if (shown.basemap && atlas.ground.base) drawPlaceNames(view, atlas.ground.base);
    if (shown.facilities) drawFacilities(view, scene);
    if (shown.areas) drawAreaNames(view, scene, atlas, words);
    if (shown.streets) drawStreetNames(view, atlas);
  }

  drawRange(view, level) {
    const path = this.rangeOf(level);
    view.fill(path, this.inkOf(level));
    view.rim(path, RIM, 0.8);
  }

  showLegend() {
    const { atlas, choice, map, scene, words } = this;
    const { shown } = choice;
    const keys = [];
    if (shown.circles) for (const level of [...choice.limits].sort()) keys.push(make('li', {}, this.inkKey(level), make('span', { textContent: this.limitText(level) })));
    if (scene.marks.length) keys.push(key('facility', words.say('facility_key')));
    if (scene.marks.some(({ inUse }) => !inUse)) keys.push(key('idle', words.say('idle_key')));
    byId('legend').querySelector('.keys').replaceChildren(...keys, ...groundKeys({ atlas, scene, words, shown, map }, map.getZoom()));
  }

  at(event) {
    const zoom = this.map.getZoom();
    const spot = this.atlas.plane.ofPixel(this.map.project(event.latlng, zoom), zoom);
    const found = nearestMark(this.scene.marks, spot, MARK_REACH * 2 ** (PLANE_ZOOM - zoom));
    return found && found.row;
  }

  point(event) {
    const row = this.at(event);
    const tip = byId('tip');
    this.map.getContainer().classList.toggle('pointing', row !== null);
    tip.hidden = row === null;
    if (tip.hidden) return;
    tip.textContent = this.nameOf(row);
    tip.style.left = `${event.containerPoint.x + 14}px`;
    tip.style.top = `${event.containerPoint.y + 14}px`;
  }

  fillPrint() {
    const { map, words } = this;
    const canvas = make('canvas', { width: SHEET_WIDTH * DOTS, height: SHEET_HEIGHT * DOTS });
    const frame = printFrame(map, this.content.bounds);
    this.draw(new View(canvas.getContext('2d'), { plane: this.atlas.plane, font: this.font(), ...frame }));
    byId('print').replaceChildren(
      make('header', {}, make('h1', { textContent: this.title() }), make('p', { textContent: [words.walker(), words.date()].join(' · ') })),
      make('div', { className: 'picture' }, canvas, make('span', { className: 'north', textContent: words.say('north') }), printScale(this, frame)),
      make('aside', {}, make('h2', { textContent: words.say('legend') }), byId('legend').querySelector('.keys').cloneNode(true)),
      make('footer', {}, make('p', { textContent: words.say('streets_note') }), make('p', { textContent: [CREDIT, words.sources()].filter(Boolean).join(' · ') })));
  }

  font() {
    this.family = this.family ?? getComputedStyle(document.body).fontFamily;
    return this.family;
  }
}

// An ink between two inks.
function mixed(from, to, part) {
  const channel = (ink, at) => parseInt(ink.slice(at, at + 2), 16);
  const mix = (at) => Math.round(channel(from, at) + part * (channel(to, at) - channel(from, at)));
  return `rgb(${[1, 3, 5].map(mix).join(', ')})`;
}
