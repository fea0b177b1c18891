// Who wins and loses by the changes: people by verdict, by group and by community, and with all services.

class Balance {
  // `community` is the row of each home's community, and `names` what these are called; null without communities.
  constructor(town, groups, communities) {
    this.town = town;
    this.weights = { people: Float64Array.from(town.people, (one) => one / 100), ...groups };
    this.communities = communities;
  }

  // People by verdict, and those won and lost, of one weight: "people" or a group's column.
  of(category, weight = 'people') {
    const then = this.town.verdicts[category];
    const now = this.town.states(category);
    return tally(then, now, this.weights[weight]);
  }

  // People served before any change.
  before(category) {
    const { verdicts } = this.town;
    return tally(verdicts[category], verdicts[category], this.weights.people).served;
  }

  // The groups of which anybody wins or loses.
  byGroup(category) {
    const groups = Object.keys(this.weights).filter((name) => name !== 'people');
    return groups.map((name) => ({ name, ...this.of(category, name) })).filter(({ won, lost }) => won || lost);
  }

  // The communities of which anybody wins or loses, those with most first.
  byCommunity(category) {
    if (!this.communities) return [];
    const { names, of } = this.communities;
    const then = this.town.verdicts[category];
    const now = this.town.states(category);
    const [won, lost] = [0, 1].map(() => new Float64Array(names.length));
    for (let home = 0; home < now.length; home += 1) {
      if (now[home] === then[home] || of[home] < 0) continue;
      if (now[home] === VERDICT.served) won[of[home]] += this.weights.people[home];
      if (then[home] === VERDICT.served) lost[of[home]] += this.weights.people[home];
    }
    const rows = names.map((name, number) => ({ name, won: won[number], lost: lost[number] }));
    return rows.filter((row) => row.won || row.lost).sort((a, b) => b.won + b.lost - a.won - a.lost);
  }

  // People who have every service, before and now.
  basket() {
    const all = (states) => this.weights.people.reduce((sum, people, home) => sum + (states.every((of) => of[home] === VERDICT.served) ? people : 0), 0);
    const { verdicts } = this.town;
    return { before: all(verdicts), now: all(verdicts.map((_, category) => this.town.states(category))) };
  }
}

function tally(then, now, weight) {
  const sums = [0, 0, 0];
  let [won, lost] = [0, 0];
  for (let home = 0; home < now.length; home += 1) {
    const people = weight[home];
    sums[now[home]] += people;
    if (now[home] === then[home]) continue;
    if (now[home] === VERDICT.served) won += people;
    if (then[home] === VERDICT.served) lost += people;
  }
  const [unserved, served, unknown] = sums;
  return { served, unserved, unknown, won, lost };
}

// The numbers of people_<group> of the homes, by column; a column of texts, such as whom the people count, is no group.
function groupsOf({ table: { columns, values }, codes }) {
  const groups = {};
  columns.forEach((name, number) => {
    const counts = name.startsWith('people_') && values[number].every((text) => text === null || Number.isFinite(Number(text)));
    if (counts) groups[name] = Float64Array.from(codes[number], (code) => Number(values[number][code]) || 0);
  });
  return groups;
}
