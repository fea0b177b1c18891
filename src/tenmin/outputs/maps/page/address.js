// The address of what is seen: tab, service, selection and view stand behind the # of the page.

function writeAddress({ choice, content, atlas, map }) {
  const { lat, lng } = map.getCenter();
  const parts = { tab: choice.tab, view: [map.getZoom(), lat.toFixed(5), lng.toFixed(5)].join('/') };
  if (choice.category !== null) parts.service = content.categories[choice.category].key;
  if (choice.chosen) Object.assign(parts, { kind: choice.chosen.kind, id: idOf(atlas, choice.chosen) });
  const text = Object.entries(parts).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  try {
    window.history.replaceState(null, '', `#${text}`);
  } catch { /* a page within another one may have no address */ }
}

// What an address asks for, as far as this map has it.
function readAddress({ content, atlas }) {
  const asked = {};
  for (const part of window.location.hash.slice(1).split('&')) {
    const [name, value = ''] = part.split('=');
    try {
      asked[name] = decodeURIComponent(value);
    } catch { asked[name] = ''; }
  }
  const choice = {};
  if (TABS.includes(asked.tab)) choice.tab = asked.tab;
  const category = content.categories.findIndex(({ key }) => key === asked.service);
  if (category >= 0) choice.category = category;
  const row = ['gaps', 'areas', 'facilities', 'places'].includes(asked.kind) && atlas[asked.kind] ? atlas.tables[asked.kind].id.indexOf(asked.id) : -1;
  if (row >= 0) choice.chosen = { kind: asked.kind, row };
  const view = (asked.view ?? '').split('/').map(Number);
  return { choice, view: view.length === 3 && view.every(Number.isFinite) ? view : null };
}
