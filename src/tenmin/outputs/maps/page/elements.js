// Elements of the page: every word goes into it as text, by textContent, and by nothing else.

function make(tag, properties, ...children) {
  const { dataset, style, aria, ...plain } = properties ?? {};
  const element = Object.assign(document.createElement(tag), plain);
  Object.assign(element.dataset, dataset);
  for (const [name, value] of Object.entries(style ?? {})) element.style.setProperty(name, value);
  describe(element, aria ?? {});
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// What a screen reader is told. The properties of the same names are too new for the oldest browsers.
function describe(element, aria) {
  for (const [name, value] of Object.entries(aria)) element.setAttribute(name === 'role' ? 'role' : `aria-${name}`, String(value));
  return element;
}

function byId(id) {
  return document.getElementById(id);
}

// Fills in {name}; {name|one|many} is the first word where the value is 1, and else the second.
function fillIn(text, values) {
  return text.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (_, key, one, many) => (
    one === undefined ? String(values[key]) : String(values[key]) === '1' ? one : many));
}

function button(text, press, properties = {}) {
  const element = make('button', { type: 'button', textContent: text, ...properties });
  element.addEventListener('click', press);
  return element;
}

// Text from tables, whose direction must not turn what stands beside it.
function outside(text, tag = 'bdi', properties = {}) {
  return make(tag, { ...properties, textContent: text });
}

function choiceOf(label, options, value, pick) {
  const list = make('select', {}, ...options.map(([key, text]) => make('option', { value: key, textContent: text, selected: key === value })));
  list.addEventListener('change', () => pick(list.value));
  return make('label', { className: 'choice' }, make('span', { textContent: label }), list);
}

function announce(text) {
  byId('live').textContent = text;
}

// A bar of what is served, unknown and not served.
function shareBar({ served, unknown, unserved, total }) {
  if (!(total > 0)) return make('span', { className: 'bar empty' });
  const part = (name, people) => make('i', { className: name, style: { width: `${(100 * people) / total}%` } });
  return make('span', { className: 'bar' }, part('served', served), part('unknown', unknown), part('unserved', unserved));
}
