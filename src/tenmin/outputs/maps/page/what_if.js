// "What if": the panel in which changes are made, and what it tells of people won and lost.

const LIMITS = { minutes: [5, 20, 1], metres: [300, 1500, 50] };
const MOST_COMMUNITIES = 5;
const MOST_GATES = 10;
const TURN_MS = 0;
const REST_MS = 250;

class WhatIf {
  constructor(review) {
    this.review = review;
    this.tools = new MapTools(this);
    this.walk(review.town);
    this.element = make('details', { id: 'what-if' });
    this.element.addEventListener('toggle', () => this.tools.show(this.element.open));
    review.map.on('moveend', () => this.listGates());
    this.build();
  }

  // From now on changes are made in this town.
  walk(town) {
    const { atlas, words } = this.review;
    const names = atlas.areas && atlas.areas.shapes.rows().map((row) => atlas.nameOf({ kind: 'areas', row }, words));
    this.town = town;
    this.balance = new Balance(town, atlas.groups, names && { names, of: atlas.places.area });
    this.tools.walk(town);
    town.listener = () => this.follow();
  }

  // Builds the panel anew, in the words of now.
  build() {
    const { words } = this.review;
    const press = (key, act) => {
      const button = make('button', { type: 'button', id: `what-if-${key}`, textContent: words.say(`what_if_${key}`) });
      button.addEventListener('click', act);
      return button;
    };
    this.buttons = {
      add: press('add', () => this.add()), move: press('move', () => this.moveHere()), close: press('close', () => this.close()),
      link: press('link', () => this.tools.beginLink()), undo: press('undo', () => this.undo()), save: press('save', () => this.save()),
    };
    this.told = make('output', { className: 'told' });
    this.list = make('ol', { className: 'made' });
    this.element.replaceChildren(make('summary', { textContent: words.say('what_if') }), make('p', { className: 'hint', textContent: words.say('what_if_hint') }),
      this.slider(words), make('div', { className: 'tools' }, ...Object.values(this.buttons)), ...this.gateList(words), this.told, this.list,
      make('p', { className: 'note', textContent: words.say('what_if_confirm') }));
    this.tell();
  }

  slider(words) {
    const [min, max, step] = limitsOf(this.review.content);
    this.range = make('input', { type: 'range', min, max, step, id: 'what-if-limit' });
    this.shownLimit = make('output', {});
    this.range.addEventListener('input', () => this.make({ change: 'set_limit', limit: Number(this.range.value) }));
    return make('label', { className: 'limit' }, make('span', { textContent: words.say('what_if_limit') }), this.range, this.shownLimit);
  }

  // The gates nearest to the middle of the map, for the keyboard.
  gateList(words) {
    this.gates = make('ul', {});
    this.boxes = [];
    if (!this.town.packed.gates.id.length) return [];
    return [make('details', { className: 'gate-list' }, make('summary', { textContent: words.say('what_if_gates') }), this.gates)];
  }

  listGates() {
    const { map, words, atlas } = this.review;
    if (map.getZoom() === undefined) return;
    const { lng, lat } = map.getCenter();
    const [x, y] = atlas.plane.place(lng, lat);
    const far = ({ point }) => Math.hypot(point[0] - x, point[1] - y);
    const nearest = this.tools.gates.map((point, gate) => ({ point, gate })).filter(({ point }) => point).sort((a, b) => far(a) - far(b)).slice(0, MOST_GATES);
    this.boxes = nearest.map(({ gate }) => {
      const box = make('input', { type: 'checkbox', checked: this.town.isOpen(gate) });
      box.addEventListener('change', () => this.turnGate(gate));
      return { gate, box };
    });
    this.gates.replaceChildren(...this.boxes.map(({ gate, box }) => make('li', {}, make('label', {}, box,
      make('span', { textContent: words.say('what_if_gate', { id: this.town.packed.gates.id[gate] }) })))));
  }

  // The category to which what is told belongs: the chosen one, else that of the last change.
  get category() {
    const { category } = this.review.choice;
    if (category !== null) return category;
    const last = this.town.plan.added[this.town.plan.added.length - 1];
    return last && last.counts.length ? last.counts[0] : 0;
  }

  make(change) {
    this.town.change(withChange(this.town.changes, change));
  }

  undo() {
    this.town.change(this.town.changes.slice(0, -1));
  }

  add() {
    const { content } = this.review;
    const taken = new Set([...this.town.facilityIds, ...this.town.plan.added.map(({ id }) => id)]);
    let number = 1;
    while (taken.has(`new-${number}`)) number += 1;
    this.make({ change: 'add_facility', id: `new-${number}`, category: content.categories[this.category].key, ...this.middle() });
    this.tools.chosen = `new-${number}`;
    this.tell();
  }

  // The id of the facility that is moved or closed: one that was added and chosen last, else the page's choice;
  // null for one that is closed.
  get facility() {
    const { added, closed } = this.town.plan;
    const own = added.find(({ id }) => id === this.tools.chosen);
    if (own) return own.counts.length ? own.id : null;
    const { chosen } = this.review.choice;
    return chosen && chosen.kind === 'facilities' && !closed.has(chosen.row) ? this.town.facilityIds[chosen.row] : null;
  }

  moveHere() {
    if (this.facility !== null) this.make({ change: 'move_facility', id: this.facility, ...this.middle() });
  }

  close() {
    if (this.facility !== null) this.make({ change: 'close_facility', id: this.facility });
  }

  turnGate(gate) {
    this.make({ change: this.town.isOpen(gate) ? 'shut_gate' : 'open_gate', id: this.town.packed.gates.id[gate] });
  }

  middle() {
    const { lng, lat } = this.review.map.getCenter();
    return rounded(lng, lat);
  }

  save() {
    const blob = new Blob([changeFile(this.town.changes, this.review.content.title ?? '')], { type: 'application/json' });
    const link = make('a', { href: URL.createObjectURL(blob), download: 'changes.json' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // After a change: the marks on the map, the picture, the chosen service at once, and the others one by one, in turns with
  // what the page has to do; while a facility is carried, once it rests.
  follow() {
    this.tools.place();
    this.review.follow();
    this.tell();
    clearTimeout(this.turn);
    const rest = this.review.content.categories.map((_, category) => category);
    const next = () => {
      if (!rest.length) {
        this.tell();
        this.review.recount();
      } else {
        this.town.states(rest.shift());
        this.turn = setTimeout(next, TURN_MS);
      }
    };
    this.turn = setTimeout(next, this.tools.held ? REST_MS : TURN_MS);
  }

  tell() {
    const { town, review: { words, content } } = this;
    const { changes } = town;
    const limit = town.limit(this.category);
    this.range.value = String(limit);
    this.shownLimit.textContent = words.amount(limit, content.facts.unit);
    this.boxes.forEach(({ gate, box }) => { box.checked = town.isOpen(gate); });
    this.allow();
    this.list.replaceChildren(...changes.map((change) => make('li', {}, make('bdi', { textContent: this.said(change) }))));
    this.told.replaceChildren(...(changes.length ? [...this.sums(), ...this.totals()] : [make('p', { className: 'hint', textContent: words.say('what_if_none') })]));
  }

  // Only what can be done can be pressed.
  allow() {
    const { buttons, town: { changes } } = this;
    const held = focused();
    buttons.undo.disabled = !changes.length;
    buttons.save.disabled = changes.every(({ change }) => change === 'set_limit');
    buttons.move.disabled = this.facility === null;
    buttons.close.disabled = this.facility === null;
    if (held && held.disabled) this.element.querySelector('summary').focus();
  }

  said(change) {
    const { words, content } = this.review;
    const limit = change.limit === undefined ? '' : words.amount(change.limit, content.facts.unit);
    return words.say(`made_${change.change}`, { id: change.id ?? '', limit });
  }

  sums() {
    const { words } = this.review;
    const { category } = this;
    const now = this.balance.of(category);
    const before = this.balance.before(category);
    const line = words.say('what_if_served', { service: words.category(category), before: words.people(before), now: words.people(now.served) });
    const rows = [make('p', { className: 'sum' }, make('bdi', { textContent: line })), this.wonAndLost(words.say('what_if_all'), now)];
    for (const group of this.balance.byGroup(category)) rows.push(this.wonAndLost(words.texts[`field_${group.name}`] ?? group.name, group));
    for (const community of this.balance.byCommunity(category).slice(0, MOST_COMMUNITIES)) rows.push(this.wonAndLost(community.name, community));
    return rows;
  }

  wonAndLost(name, { won, lost }) {
    const { words } = this.review;
    return make('p', { className: 'won-and-lost' }, make('bdi', { textContent: name }),
      make('b', { className: 'won', textContent: `+${words.people(won)}` }), make('b', { className: 'lost', textContent: `−${words.people(lost)}` }));
  }

  // The other services and all together, once each of them has been searched.
  totals() {
    const { words, content } = this.review;
    if (!content.categories.every((_, category) => this.town.judged[category])) return [];
    const { before, now } = this.balance.basket();
    const others = content.categories.map((_, category) => category).filter((category) => category !== this.category);
    const rows = others.map((category) => ({ category, ...this.balance.of(category) })).filter(({ won, lost }) => won || lost);
    const line = words.say('what_if_basket', { before: words.people(before), now: words.people(now) });
    return [...rows.map((one) => this.wonAndLost(words.category(one.category), one)), make('p', { className: 'sum basket', textContent: line })];
  }
}

// The limits to try, among which are those of the coverage.
function limitsOf({ facts, categories }) {
  const [least, most, step] = LIMITS[facts.unit];
  const limits = categories.map(({ limit }) => limit);
  return [Math.min(least, ...limits.map(Math.floor)), Math.max(most, ...limits.map(Math.ceil)), step];
}

// Coordinates as a change file holds them, to a tenth of a metre.
function rounded(lng, lat) {
  return { lon: Number(lng.toFixed(6)), lat: Number(lat.toFixed(6)) };
}
