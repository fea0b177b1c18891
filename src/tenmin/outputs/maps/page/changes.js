// The changes made on the page, in the form in which tenmin reads them (docs/changes.md): what they come to, and undoing them.
// A change of the limit is of the page alone, since a study says its limit itself.

const CHANGES_FORMAT = 1;
const PAGE_ONLY = ['set_limit'];

// What a list of changes comes to: the limit, facilities closed, moved and added, gates opened and shut, and links.
function planOf(changes, town) {
  const { content, plane } = town;
  const plan = { limit: null, closed: new Set(), moved: new Map(), added: [], gates: [], links: [] };
  const gates = new Map();
  const row = (id) => town.facilityIds.indexOf(id);
  const spot = ({ lon, lat }) => plane.place(lon, lat);
  const made = {
    set_limit: ({ limit }) => { plan.limit = limit; },
    add_facility: (change) => plan.added.push({ id: change.id, spot: spot(change), category: change.category, counts: countsFor(content, change.category) }),
    move_facility: (change) => {
      const own = plan.added.find(({ id }) => id === change.id);
      if (own) own.spot = spot(change);
      else if (row(change.id) >= 0) plan.moved.set(row(change.id), spot(change));
    },
    close_facility: ({ id }) => {
      const own = plan.added.findIndex((one) => one.id === id);
      if (own >= 0) plan.added[own].counts = [];
      else plan.closed.add(row(id));
    },
    open_gate: ({ id }) => gates.set(town.packed.gates.id.indexOf(id), true),
    shut_gate: ({ id }) => gates.set(town.packed.gates.id.indexOf(id), false),
    add_link: (change) => {
      const spots = [change.from, change.to].map(([lon, lat]) => plane.place(lon, lat));
      const ends = spots.map((one) => town.feet().nearest(one));
      if (!ends.every(Boolean)) return;
      const [a, b] = ends.map((end) => end.at);
      plan.links.push({ ends, metres: Math.hypot(a[0] - b[0], a[1] - b[1]) * metresAt(plane, a[1]) });
    },
  };
  for (const change of changes) made[change.change](change);
  plan.gates = [...gates].filter(([gate]) => gate >= 0);
  return plan;
}

// The categories that a facility of some category counts for: its own, and those that it is a part of.
function countsFor(content, key) {
  return content.categories.flatMap(({ parts }, number) => (parts.includes(key) ? [number] : []));
}

// The file that `tenmin run --changes` reads.
function changeFile(changes, title) {
  const kept = changes.filter(({ change }) => !PAGE_ONLY.includes(change));
  return `${JSON.stringify({ format: CHANGES_FORMAT, title, changes: kept }, null, 1)}\n`;
}

// A list with one more change; moving one facility again and again is one change, as is the last limit.
function withChange(changes, change) {
  const last = changes[changes.length - 1];
  const again = last && last.change === change.change && last.id === change.id && ['set_limit', 'move_facility'].includes(change.change);
  return [...(again ? changes.slice(0, -1) : changes), change];
}
