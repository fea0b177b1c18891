// The panel beside the map: every word goes into the page as text, by textContent, and by nothing else.

function make(tag, properties, ...children) {
  const { dataset, style, ...plain } = properties ?? {};
  const element = Object.assign(document.createElement(tag), plain);
  Object.assign(element.dataset, dataset);
  for (const [name, value] of Object.entries(style ?? {})) element.style.setProperty(name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function fillIn(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}

class Words {
  constructor(content) {
    this.content = content;
    this.texts = content.texts;
    this.facts = content.facts;
    const locale = content.lang === 'zh' ? 'zh-CN' : 'en-GB';
    this.whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
    this.fine = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  }

  say(key, values = {}) {
    return fillIn(this.texts[key], values);
  }

  people(number) {
    return number > 0 && number < 0.5 ? '<1' : this.whole.format(number);
  }

  folk(number) {
    const shown = this.people(number);
    return this.say(shown === '1' ? 'person' : 'people', { number: shown });
  }

  // A share never reads 0 or 100 % unless it is.
  percent(part) {
    const shown = part > 0 && part < 1 ? Math.min(99.9, Math.max(0.1, part * 100)) : part * 100;
    return `${this.fine.format(shown)}%`;
  }

  share({ facilities, share, share_upper: upper }) {
    if (share === null) return this.say(facilities ? 'no_people' : 'no_facilities');
    const low = this.percent(share);
    const high = upper === null ? low : this.percent(upper);
    return low === high ? low : `${low.replace('%', '')}–${high}`;
  }

  category(number) {
    return this.content.categories[number].name;
  }

  limit(category) {
    return this.amount(category.limit, this.facts.unit);
  }

  amount(number, unit) {
    return this.say(`amount_${unit}`, { number: (Number.isInteger(number) ? this.whole : this.fine).format(number) });
  }
}

function swatch(number) {
  const box = make('canvas', { className: 'swatch', width: 40, height: 40 });
  const pen = box.getContext('2d');
  pen.scale(2, 2);
  drawSymbol(pen, number, 10, 10, 6);
  return box;
}

function bar({ served, unknown, unserved, total, share }) {
  const part = (name, people) => make('i', { className: name, style: { width: `${total > 0 ? (100 * people) / total : 0}%` } });
  if (share === null) return make('span', { className: 'bar empty' });
  return make('span', { className: 'bar' }, part('served', served), part('unknown', unknown), part('unserved', unserved));
}

function heading(content, words) {
  const { facts } = content;
  const limits = new Set(content.categories.map((category) => words.limit(category)));
  const limit = limits.size === 1 ? words.say('within', { limit: [...limits][0] }) : words.say('limits_differ');
  const date = facts.date === null ? words.say('date_unknown') : words.say('date', { date: facts.date });
  return make('header', {},
    make('h1', { textContent: content.title }),
    make('p', { className: 'rule', textContent: words.say(`rule_${facts.metric}`, { limit, walker: facts.walker, direction: facts.direction }) }),
    make('p', { className: 'date', textContent: date }));
}

function categoryRow(category, number, words, choose) {
  const radio = make('input', { type: 'radio', name: 'category', value: String(number) });
  radio.addEventListener('change', () => choose(number));
  const title = fillIn('{name} · {limit}', { name: category.name, limit: words.limit(category) });
  return make('label', { className: 'category', title, dataset: { category: String(number) } },
    radio, swatch(category.symbol),
    make('bdi', { className: 'name', textContent: category.name }),
    bar(category),
    make('span', { className: category.share === null ? 'figure none' : 'figure', textContent: words.share(category) }),
    make('span', { className: 'count', textContent: words.whole.format(category.facilities) }));
}

function everythingRow(content, words, choose) {
  const radio = make('input', { type: 'radio', name: 'category', value: 'all' });
  radio.addEventListener('change', () => choose(null));
  const count = content.categories.reduce((sum, category) => sum + category.facilities, 0);
  return make('label', { className: 'category all', dataset: { category: 'all' } },
    radio, make('span', { className: 'swatch' }),
    make('span', { className: 'name', textContent: words.say('all') }),
    make('span', {}), make('span', {}),
    make('span', { className: 'count', textContent: words.whole.format(count) }));
}

function categoryList(content, words, choose) {
  const titles = make('div', { className: 'titles' },
    make('span', { textContent: words.say('service') }),
    make('span', { className: 'figure', textContent: words.say('share') }),
    make('span', { className: 'count', textContent: words.say('count') }));
  const rows = content.categories.map((category, number) => categoryRow(category, number, words, choose));
  return make('section', { className: 'categories' }, titles,
    make('div', { className: 'rows', role: 'radiogroup', ariaLabel: words.say('service') }, everythingRow(content, words, choose), ...rows));
}

function layerSwitches(names, shown, words, toggle) {
  const boxes = names.map((name) => {
    const box = make('input', { type: 'checkbox', name: `layer-${name}`, checked: shown[name] });
    box.addEventListener('change', () => toggle(name, box.checked));
    return make('label', {}, box, make('span', { textContent: words.say(`layer_${name}`) }));
  });
  return make('fieldset', { className: 'layers' }, make('legend', { textContent: words.say('layers') }), ...boxes);
}

function shareNote(content, words) {
  const { people, places, left_out: others } = content.facts;
  const note = words.say('denominator', { people: words.people(people), places: words.whole.format(places) });
  return others ? `${note} ${words.say('left_out', { number: words.whole.format(others) })}` : note;
}

function key(className, text, style) {
  return make('li', {}, make('i', { className: `key ${className}`, style }), make('span', { textContent: text }));
}

function legendKeys(atlas, choice, words) {
  const { content, circles } = atlas;
  const keys = [];
  if (choice.category !== null) {
    keys.push(...['served', 'unserved', 'unknown'].map((state) => key('home', words.say(`home_${state}`), { background: INK[state] })));
    if (circles && choice.shown.circles) {
      const { levels } = circles;
      keys.push(...levels.map((level, number) => key('ground', words.say('ground', { limit: words.amount(level, atlas.tables.circles.unit) }),
        { background: levelInk(number, levels.length, circles.lines) })));
    }
    if (atlas.gaps && choice.shown.gaps) {
      keys.push(key('gap', words.say('gap_key')));
      if (atlas.gaps.doubtful.includes(1)) keys.push(key('gap doubtful', words.say('doubt_key')));
    }
  } else keys.push(key('home', words.say('home'), { background: INK.quiet }));
  if (choice.shown.barriers) {
    for (const name of ['water', 'rail', 'wall']) if (atlas.has(name)) keys.push(key(name, words.say(`key_${name}`)));
  }
  if (atlas.areas && choice.shown.areas) keys.push(key('area', words.say('area_key')));
  const symbol = choice.category === null ? null : content.categories[choice.category].symbol;
  const facility = make('li', {}, symbol === null ? make('i', { className: 'key many' }) : swatch(symbol),
    make('span', { textContent: words.say('facility_key') }));
  if (atlas.facilities.in_use.includes(0)) keys.unshift(key('idle', words.say('idle_key')));
  return make('ul', {}, facility, ...keys);
}

function coverageTable(content, words) {
  const columns = ['share', 'served', 'unserved', 'unknown', 'total', 'count', 'limit'];
  const cells = (category) => [
    words.share(category), ...['served', 'unserved', 'unknown', 'total'].map((name) => words.people(category[name])),
    words.whole.format(category.facilities), words.limit(category),
  ];
  const head = make('tr', {}, make('th', { textContent: words.say('service') }),
    ...columns.map((name) => make('th', { textContent: words.say(`table_${name}`) })));
  const rows = content.categories.map((category) => make('tr', {},
    make('th', { scope: 'row' }, swatch(category.symbol), make('bdi', { textContent: category.name })),
    ...cells(category).map((text) => make('td', { textContent: text }))));
  return make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows));
}
