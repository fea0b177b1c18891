// Other walkers: for each of them a town of its own, with its streets, seconds and gaps, opened when it is first chosen.

class Walkers {
  constructor(review, numbers) {
    this.review = review;
    this.numbers = numbers;
    const { people, alone } = review.atlas.facilities;
    const { gaps, circles } = review.atlas;
    this.towns = [{ town: review.town, walks: numbers.places.walks, served: { people, alone }, gaps, texts: numbers.tables.gaps, circles }];
    this.number = 0;
    this.layers = review.layers;
    byId('panel').querySelector('.walkers select').disabled = false;
  }

  open(number) {
    const { numbers, review } = this;
    const { network, weights, states, facilities, gaps } = numbers.network.others[number - 1];
    const places = { ...numbers.places, walks: states.map((state) => ({ state })) };
    const town = new Town(review.content, { ...numbers, network, streets: { weights }, places }, review.atlas.plane);
    const layer = gaps && review.atlas.layer(gaps.layer);
    return { town, walks: places.walks, served: facilities, gaps: layer, texts: gaps && gaps.texts, circles: null };
  }

  // From now on all figures are of this walker, under the changes made before. What is not known of it is not shown.
  choose(number) {
    const { review, towns } = this;
    const { content, atlas, whatIf } = review;
    const { changes } = review.town;
    this.number = number;
    Object.assign(content.facts, content.walkers[number]);
    towns[number] = towns[number] ?? this.open(number);
    const { town, walks, served, gaps, texts, circles } = towns[number];
    const chosen = review.choice.chosen && { ...review.choice.chosen, id: idOf(atlas, review.choice.chosen) };
    review.town = town;
    atlas.town = town;
    atlas.places.walks = walks;
    atlas.circles = circles;
    Object.assign(atlas.facilities, served);
    atlas.showGaps(gaps, texts);
    review.layers = this.layers.filter((name) => !['circles', 'gaps'].includes(name) || atlas[name]);
    if (chosen && chosen.kind === 'gaps') review.choice.chosen = atlas.find('gaps', chosen.id);
    const given = { people: atlas.places.people, walks: town.verdicts.map((state) => ({ state })) };
    content.categories.forEach((category, of) => { if (category.facilities) Object.assign(category, sumStates(given, of)); });
    town.change(changes);
    whatIf.walk(town);
    atlas.recount();
    review.speak(review.words.lang);
    review.rail.recount();
    review.follow();
    announce(review.words.walker());
  }
}

// The switch under the title, and what is not shown of another walker.
function walkerChoice(review) {
  const { content, words, atlas } = review;
  if (content.walkers.length < 2) return [];
  const number = review.walkers ? review.walkers.number : 0;
  const options = content.walkers.map(({ walker }, of) => [String(of), walker[words.lang]]);
  const choice = choiceOf('walker', words.say('walkers'), options, String(number), (value) => review.walkers.choose(Number(value)));
  choice.querySelector('select').disabled = !review.walkers;
  const missing = number ? ['circles', 'gaps'].filter((name) => content.layers.includes(name) && !atlas[name]) : [];
  const first = content.walkers[0].walker[words.lang];
  const notes = missing.map((name) => make('p', { className: 'note', textContent: words.say(`walkers_${name}`, { name: first }) }));
  return [make('div', { className: 'walkers' }, choice, ...notes)];
}
