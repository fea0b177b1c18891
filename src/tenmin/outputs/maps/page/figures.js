// Sums over the homes of the page: shares by service, the basket of all services, communities.

const [UNSERVED, SERVED, UNKNOWN] = [0, 1, 2];

// People who are served, unserved and unknown in a service, of all homes or of some.
function sumStates(places, number, rows = null) {
  const { state } = places.walks[number];
  const sums = [0, 0, 0];
  const add = (row) => { sums[state[row]] += places.people[row] / 100; };
  if (rows) rows.forEach(add);
  else for (let row = 0; row < places.people.length; row += 1) add(row);
  const total = sums[0] + sums[1] + sums[2];
  const [unserved, served, unknown] = sums;
  return { served, unserved, unknown, total, share: total > 0 ? served / total : null, share_upper: total > 0 ? (served + unknown) / total : null };
}

// For each home the number of services of a list that it lacks, and of those that are unknown.
function countLacking(places, numbers) {
  const lacking = new Uint8Array(places.people.length);
  const unknown = new Uint8Array(places.people.length);
  for (const number of numbers) {
    const { state } = places.walks[number];
    for (let row = 0; row < state.length; row += 1) {
      if (state[row] === UNSERVED) lacking[row] += 1;
      else if (state[row] === UNKNOWN) unknown[row] += 1;
    }
  }
  return { lacking, unknown };
}

function sumBasket(places, { lacking, unknown }, rows = null) {
  let [all, perhaps, total] = [0, 0, 0];
  const add = (row) => {
    const people = places.people[row] / 100;
    total += people;
    if (!lacking[row]) perhaps += people;
    if (!lacking[row] && !unknown[row]) all += people;
  };
  if (rows) rows.forEach(add);
  else for (let row = 0; row < lacking.length; row += 1) add(row);
  return { share: total > 0 ? all / total : null, share_upper: total > 0 ? perhaps / total : null, total };
}

// How far the people of some homes are beyond the limit, 0 to 100, by service; the unknown are left out of both sums.
function shortfall(places, number, limit, unit, speed, rows) {
  const walk = places.walks[number];
  let [lost, people] = [0, 0];
  for (const row of rows) {
    if (walk.state[row] === UNKNOWN) continue;
    people += places.people[row];
    if (walk.state[row] === SERVED) continue;
    const walked = unit === 'minutes' ? walk.minutes[row] / 100 : metresOf(walk, row, speed);
    lost += places.people[row] * (walk.minutes[row] < 0 ? 1 : Math.min(1, Math.max(0, (walked - limit) / limit)));
  }
  return people > 0 ? (100 * lost) / people : null;
}

function meanOf(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

// The homes of each community, and the mean of its shortfalls; communities without people of their own are left out.
function sumCommunities(atlas) {
  const { content, places, areas, counted } = atlas;
  const rows = Array.from({ length: areas.shapes.count }, () => []);
  places.area.forEach((area, row) => { if (area >= 0) rows[area].push(row); });
  const { unit, speed } = content.facts;
  return rows.map((homes, area) => ({ area, homes })).filter(({ homes }) => homes.some((row) => places.people[row] > 0)).map(({ area, homes }) => ({
    area,
    homes,
    people: homes.reduce((sum, row) => sum + places.people[row] / 100, 0),
    shares: content.categories.map((_, number) => sumStates(places, number, homes)),
    shortfall: meanOf(content.categories.map((category, number) => (
      category.facilities ? shortfall(places, number, atlas.limit(number), unit, speed, homes) : null))),
    basket: sumBasket(places, counted, homes),
  }));
}
