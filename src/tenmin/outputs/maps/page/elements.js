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

/** @returns {any} */
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

function choiceOf(name, label, options, value, pick) {
  const list = make('select', { name }, ...options.map(([key, text]) => make('option', { value: key, textContent: text, selected: key === value })));
  list.addEventListener('change', () => pick(list.value));
  return make('label', { className: 'choice' }, make('span', { textContent: label }), list);
}

/** @returns {any} */
function focused() {
  return document.activeElement;
}

// Does what may build parts of the page anew. The focus goes to the part that took the focused one's place, or else to
// the drawer or the tab: never to nothing.
function keepingFocus(act) {
  const held = focused();
  const selector = held && held !== document.body ? selectorOf(held) : null;
  act();
  if (!selector || (held.isConnected && held.getClientRects().length)) return;
  /** @type {(HTMLElement | null)[]} */
  const heirs = [selector, '#side:not([hidden]) .close', '.tab[aria-selected="true"]'].map((one) => document.querySelector(one));
  const again = heirs.find(Boolean);
  if (again) again.focus();
}

function selectorOf({ id, tagName, name, value, type, dataset, className }) {
  if (id) return `#${CSS.escape(id)}`;
  if (dataset.kind) return `${tagName}[data-kind="${dataset.kind}"][data-row="${dataset.row}"]`;
  if (name) return `${tagName}[name="${CSS.escape(name)}"]${type === 'radio' ? `[value="${CSS.escape(value)}"]` : ''}`;
  return [tagName, ...className.split(' ').filter(Boolean).map((one) => CSS.escape(one))].join('.');
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
