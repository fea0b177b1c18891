// The words of the page in one of its languages, and the one way in which it writes shares, people and walks.

const LOCALES = { zh: 'zh-CN', en: 'en-GB' };

class Words {
  constructor(content, lang) {
    this.content = content;
    this.lang = lang;
    this.texts = content.texts[lang];
    this.facts = content.facts;
    const format = (digits) => new Intl.NumberFormat(LOCALES[lang], { minimumFractionDigits: digits, maximumFractionDigits: digits });
    this.whole = format(0);
    this.fine = format(1);
  }

  say(key, values = {}) {
    return fillIn(this.texts[key], values);
  }

  title() {
    return this.content.title ?? this.texts.title;
  }

  people(number) {
    return number > 0 && number < 0.5 ? '<1' : this.whole.format(number);
  }

  folk(number) {
    return this.say('people', { number: this.people(number) });
  }

  // One decimal, which is 0 or 100 only if the share is; halves are rounded up. The same as tenmin's in Python.
  percent(part) {
    const rounded = Math.floor(part * 1000 + 0.5);
    const tenths = part > 0 && part < 1 ? Math.min(999, Math.max(1, rounded)) : rounded;
    return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
  }

  range(share, upper) {
    const [low, high] = [this.percent(share), this.percent(upper ?? share)];
    return low === high ? low : `${low.replace('%', '')}–${high}`;
  }

  share({ facilities, share, share_upper: upper }) {
    if (share === null) return this.say(facilities ? 'no_people' : 'no_facilities');
    return this.range(share, upper);
  }

  category(number) {
    return this.content.categories[number].name[this.lang];
  }

  limit(category) {
    return this.amount(category.limit, this.facts.unit);
  }

  amount(number, unit) {
    return this.say(`amount_${unit}`, { number: (Number.isInteger(number) ? this.whole : this.fine).format(number) });
  }

  list(names) {
    return names.join(this.texts.and);
  }

  services(numbers, most = numbers.length) {
    const named = this.list(numbers.slice(0, most).map((number) => this.category(number)));
    const { length } = numbers;
    return length > most ? this.say('and_more', { list: named, rest: length - most }) : named;
  }

  // What a column of a table says; of `key=value`, the key has a word and the value is kept.
  value(column, text) {
    if (text === null) return null;
    const [, head, tail] = /^([^=]*=?)([^]*)$/.exec(text);
    const found = this.texts[`value_${column}_${head}`];
    return found === undefined ? text : fillIn(found, { tag: tail });
  }

  field(column) {
    return this.texts[`field_${column}`] ?? column;
  }

  reason(key) {
    return key === null ? '' : this.texts[`reason_${key}`] ?? key;
  }

  barriers(by) {
    return by === null ? '' : this.list(by.split(', ').map((name) => this.texts[`barrier_${name}`] ?? name));
  }

  walker() {
    const walker = this.say('walker', { name: this.facts.walker[this.lang], speed: this.facts.speed });
    return this.facts.moment === null ? walker : this.say('walker_at', { walker, moment: this.facts.moment });
  }

  // What is counted; another limit may be tried for all services.
  rule(tried = null) {
    const limits = new Set(this.content.categories.map(({ limit }) => this.limit({ limit: tried ?? limit })));
    const limit = limits.size === 1 ? this.say('within', { limit: [...limits][0] }) : this.say('limits_differ');
    return this.say(`rule_${this.facts.metric}`, { limit, walker: this.walker(), direction: this.say(`direction_${this.facts.direction}`) });
  }

  date() {
    return this.facts.date === null ? this.say('date_unknown') : this.say('date', { date: this.facts.date });
  }

  denominator() {
    const { people, places, left_out: others } = this.facts;
    const note = `${this.say('denominator', { people: this.people(people), places: this.whole.format(places) })} ${this.facts.placed[this.lang]}`;
    return others ? `${note} ${this.say('left_out', { number: this.whole.format(others) })}` : note;
  }

  sources() {
    return this.facts.sources.length ? this.say('sources', { list: this.list(this.facts.sources) }) : '';
  }

  // Minutes with one decimal, but never rounded to the limit's other side; metres are told as those beyond level ground.
  walked(walk, row, category) {
    if (walk.minutes[row] < 0) return this.say('no_walk');
    const minutes = this.fine.format(walk.minutes[row] / 100);
    const rounded = Math.round(walk.minutes[row] / 10) / 10;
    const over = this.facts.unit === 'minutes' && walk.state[row] !== SERVED && rounded <= category.limit;
    return this.say('amount_minutes', { number: over ? `>${minutes}` : minutes });
  }

  way(walk, row) {
    return walk.minutes[row] < 0 ? null : this.amount(metresOf(walk, row, this.facts.speed), 'metres');
  }
}

function metresOf(walk, row, speed) {
  return Math.floor((walk.minutes[row] * speed) / 6 + 0.5) + walk.detour[row];
}
