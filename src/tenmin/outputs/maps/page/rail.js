// The rail at the left: title, search, four tabs with a panel each, and what can be done with the whole map.

const SNAPS = ['low', 'half', 'high'];
const SNAP_HEIGHTS = [15, 50, 90];
const TABS = ['overview', 'gaps', 'communities', 'facilities'];
const CHANGES_TAB = 'changes';

// The tabs of a page: of a comparison first what it compares.
function tabsOf({ comparison }) {
  return comparison ? [CHANGES_TAB, ...TABS] : TABS;
}

class Rail {
  constructor(review) {
    const { content, words } = review;
    this.review = review;
    this.names = tabsOf(content);
    this.panels = {
      changes: new ChangesPanel(review), overview: new OverviewPanel(review), gaps: new GapsPanel(review), communities: new CommunitiesPanel(review), facilities: new FacilitiesPanel(review),
    };
    this.tabs = this.names.map((name) => button(words.say(`tab_${name}`), () => review.change({ tab: name }), {
      className: 'tab', id: `tab-${name}`, aria: { role: 'tab', controls: `panel-${name}` },
    }));
    const list = make('div', { className: 'tabs', aria: { role: 'tablist', label: words.say('tabs') } }, ...this.tabs);
    list.addEventListener('keydown', (event) => this.turn(event));
    this.names.forEach((name) => Object.assign(this.panels[name].element, { id: `panel-${name}`, className: `tabpanel ${name}`, tabIndex: -1 }));
    this.names.forEach((name) => describe(this.panels[name].element, { role: 'tabpanel', labelledby: `tab-${name}` }));
    this.holder = make('div', { className: 'holder' });
    this.rule = make('p', { className: 'rule', textContent: review.rule() });
    byId('panel').replaceChildren(
      sheetHandle(review),
      make('header', {}, make('h1', { textContent: words.title() }), this.rule, ...walkerChoice(review)),
      searchBox(review), list, ...this.names.map((name) => this.panels[name].element), this.holder,
      make('footer', {}, this.actions(content)));
  }

  hold(part) {
    this.holder.replaceChildren(...(part ? [part.element] : []));
  }

  // The figures of the page's own homes, where they have changed.
  recount() {
    this.rule.textContent = this.review.rule();
    this.panels.overview.recount();
    this.panels.communities.key = '';
  }

  actions(content) {
    const { review } = this;
    const { words } = review;
    const others = Object.keys(content.texts).filter((lang) => lang !== words.lang);
    return make('div', { className: 'actions' },
      button(words.say('table'), () => openTable(review), { id: 'table-button' }),
      button(words.say('print'), () => window.print(), { id: 'print-button' }),
      ...noteActions(review),
      button(words.say('present'), () => review.present(), { id: 'present-button', title: words.say('present_hint') }),
      ...others.map((lang) => button(content.texts[lang].language, () => review.speak(lang), { id: 'language-button', lang: LOCALES[lang] })));
  }

  // The arrows turn the tabs as the pattern for tabs has it.
  turn(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = this.names[(this.names.indexOf(this.review.choice.tab) + step + this.names.length) % this.names.length];
    this.review.change({ tab: next });
    byId(`tab-${next}`).focus();
  }

  show(choice) {
    this.names.forEach((name, number) => {
      const on = name === choice.tab;
      describe(this.tabs[number], { selected: on });
      this.tabs[number].tabIndex = on ? 0 : -1;
      this.panels[name].element.hidden = !on;
    });
    this.panels[choice.tab].show(choice);
  }
}

// The handle of the sheet on a phone, which takes 15, 50 or 90 % of the screen: pressed, it goes to the next height; the
// arrows go up and down.
function sheetHandle(page) {
  const last = SNAPS.length - 1;
  const grip = make('div', { className: 'handle', tabIndex: 0, aria: {
    role: 'slider', label: page.words.say('sheet_height'), orientation: 'vertical', valuemin: SNAP_HEIGHTS[0], valuemax: SNAP_HEIGHTS[last],
  } });
  const { dataset } = byId('tenmin-page');
  const snap = (number) => {
    dataset.sheet = SNAPS[number];
    describe(grip, { valuenow: SNAP_HEIGHTS[number], valuetext: `${SNAP_HEIGHTS[number]} %` });
    if (page.map) page.map.invalidateSize({ animate: false });
  };
  const at = () => SNAPS.indexOf(dataset.sheet);
  const next = () => snap((at() + 1) % SNAPS.length);
  grip.addEventListener('click', next);
  grip.addEventListener('keydown', (event) => {
    const act = { ArrowUp: () => snap(Math.min(at() + 1, last)), ArrowDown: () => snap(Math.max(at() - 1, 0)), Enter: next, ' ': next }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  snap(at());
  return grip;
}

// Everybody who has all services, the worst of them, and a row for each, which is also the switch of the map.
class OverviewPanel {
  constructor(review) {
    this.review = review;
    const { content, words } = review;
    this.sentence = make('p', { className: 'sentence' });
    this.spread = make('div', { className: 'spread' });
    this.figures = content.categories;
    this.rows = this.figures.map((category, number) => serviceRow(words, category, number, () => review.change({ category: number })));
    this.all = make('label', { className: 'service all' }, radio('category', 'all', () => review.change({ category: null })),
      make('span', { className: 'name', textContent: words.say('all_services') }));
    const heads = make('div', { className: 'heads', aria: { hidden: true } }, make('span', { textContent: words.say('service') }),
      make('span', { textContent: words.say('share') }), make('span', { textContent: words.say('without') }));
    this.element = make('section', {}, this.sentence, this.spread, heads,
      make('div', { className: 'services', aria: { role: 'radiogroup', label: words.say('service') } }, this.all, ...this.rows),
      make('p', { className: 'note', textContent: words.denominator() }));
    this.tell();
  }

  // The sentence to read out; what is counted on the page follows its homes, what it opens with stands in the block.
  tell() {
    const { content, words, atlas } = this.review;
    const offered = this.figures.filter((category) => category.facilities);
    const basket = atlas ? sumBasket(atlas.places, atlas.counted) : content.facts.basket;
    const worst = offered.filter(({ share }) => share !== null).reduce((a, b) => (a && a.share <= b.share ? a : b), null);
    const none = content.categories.filter((category) => !category.facilities).map((category) => category.name[words.lang]);
    const parts = [
      basket.share === null || !offered.length ? '' : words.say('sentence_basket', { share: words.range(basket.share, basket.share_upper), people: words.people(content.facts.people), number: offered.length }),
      worst ? words.say('sentence_worst', { service: worst.name[words.lang], share: words.share(worst) }) : '',
      none.length ? words.say('sentence_none', { list: words.list(none) }) : '',
    ];
    this.sentence.textContent = parts.filter(Boolean).join(words.say('sentence_gap'));
    if (atlas) this.spread.replaceChildren(...spreadOf(this.review));
  }

  recount() {
    const { content, words, atlas } = this.review;
    this.figures = content.categories.map((category, number) => ({ ...category, ...(category.facilities ? sumStates(atlas.places, number) : {}) }));
    this.figures.forEach((figures, number) => fillService(this.rows[number], words, figures));
    this.tell();
  }

  show({ category }) {
    this.rows.forEach((row, number) => mark(row, number === category));
    mark(this.all, category === null);
  }
}

function mark(row, on) {
  row.classList.toggle('on', on);
  row.querySelector('input').checked = on;
}

function radio(name, value, choose) {
  const box = make('input', { type: 'radio', name, value });
  box.addEventListener('change', choose);
  return box;
}

function serviceRow(words, category, number, choose) {
  const name = words.category(number);
  const row = make('label', { className: 'service', title: fillIn('{name} · {limit}', { name, limit: words.limit(category) }), dataset: { category: String(number) } },
    radio('category', String(number), choose), swatch(category), outside(name, 'bdi', { className: 'name' }));
  fillService(row, words, category);
  return row;
}

function fillService(row, words, figures) {
  const without = figures.facilities ? words.people(figures.unserved) : '–';
  row.querySelectorAll('.figure, .count, .bar').forEach((part) => part.remove());
  row.append(make('span', { className: figures.share === null ? 'figure none' : 'figure', textContent: words.share(figures) }),
    make('span', { className: 'count', textContent: without, title: words.say('without_long', { number: without }) }), shareBar(figures));
}

// People by the number of services that they lack, as a bar in the inks of the map.
function spreadOf({ atlas, words, scenes }) {
  const paint = scenes.paintLacking();
  const people = new Array(paint.inks.length).fill(0);
  paint.classes.forEach((of, row) => { people[of] += atlas.places.people[row] / 100; });
  const total = people.reduce((sum, part) => sum + part, 0);
  const labels = lackingLabels(paint, words);
  const part = (ink, of) => make('i', { className: ink === null ? 'unknown' : '', style: { width: `${total > 0 ? (100 * people[of]) / total : 0}%`, ...(ink === null ? {} : { background: ink }) } });
  const keys = labels.map((text, of) => make('li', {}, inkKey(paint.inks[of]), make('span', { textContent: text }), make('b', { textContent: words.people(people[of]) })));
  return [make('h2', { textContent: words.say('spread') }), make('span', { className: 'bar tall' }, ...paint.inks.map(part)), make('ul', {}, ...keys.filter((_, of) => people[of] > 0))];
}

function lackingLabels({ bounds }, words) {
  const named = bounds.map((most, step) => {
    if (!step) return words.say('lacks_none');
    const least = bounds[step - 1] + 1;
    return words.say('lacks_some', { number: least === most ? String(least) : `${least}–${most}` });
  });
  return [...named, words.say('lacks_unknown')];
}

function inkKey(ink) {
  return make('i', { className: ink === null ? 'key unknown' : 'key', style: ink === null ? {} : { background: ink } });
}
