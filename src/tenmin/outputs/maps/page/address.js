// The address of what is seen: walker, limit, tab, service, selection and view stand behind the # of the page.

function writeAddress({ choice, content, atlas, map, walkers, town }) {
  const { lat, lng } = map.getCenter();
  const parts = { tab: choice.tab, view: [map.getZoom(), lat.toFixed(5), lng.toFixed(5)].join('/') };
  if (choice.category !== null) parts.service = content.categories[choice.category].key;
  if (choice.chosen) Object.assign(parts, { kind: choice.chosen.kind, id: idOf(atlas, choice.chosen) });
  if (walkers && walkers.number) parts.walker = content.walkers[walkers.number].key;
  if (town && town.plan.limit !== null) parts.limit = String(town.plan.limit);
  const text = Object.entries(parts).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  try {
    window.history.replaceState(null, '', `#${text}`);
  } catch { /* a page within another one may have no address */ }
}

// What the address asks for, by name.
function readAddress() {
  const asked = {};
  for (const part of window.location.hash.slice(1).split('&')) {
    const [name, value = ''] = part.split('=');
    try {
      asked[name] = decodeURIComponent(value);
    } catch { asked[name] = ''; }
  }
  return asked;
}

// The choice that an address asks for, as far as this map has it.
function askedChoice({ content, atlas }, asked) {
  const choice = {};
  if (tabsOf(content).includes(asked.tab)) choice.tab = asked.tab;
  const category = content.categories.findIndex(({ key }) => key === asked.service);
  if (category >= 0) choice.category = category;
  const chosen = ['gaps', 'areas', 'facilities', 'places'].includes(asked.kind) ? atlas.find(asked.kind, asked.id) : null;
  if (chosen) choice.chosen = chosen;
  return choice;
}

function askedView({ view = '' }) {
  const numbers = view.split('/').map(Number);
  return numbers.length === 3 && numbers.every(Number.isFinite) ? numbers : null;
}

function askedLimit({ content }, { limit = '' }) {
  const [least, most] = limitsOf(content);
  return Number(limit) >= least && Number(limit) <= most ? Number(limit) : null;
}
