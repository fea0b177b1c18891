// Other walkers: for each of them a town of its own, with its streets and seconds, opened when it is first chosen.

class Walkers {
  constructor(review, numbers) {
    this.review = review;
    this.numbers = numbers;
    this.towns = [{ town: review.town, walks: numbers.places.walks }];
    this.number = 0;
    byId('panel').querySelector('.walkers select').disabled = false;
  }

  open(number) {
    const { numbers, review } = this;
    const { network, weights, states } = numbers.network.others[number - 1];
    const places = { ...numbers.places, walks: states.map((state) => ({ state })) };
    const town = new Town(review.content, { ...numbers, network, streets: { weights }, places }, review.atlas.plane);
    return { town, walks: places.walks };
  }

  // From now on all figures of homes are of this walker, under the changes made before.
  choose(number) {
    const { review, towns } = this;
    const { content, atlas, whatIf } = review;
    const { changes } = review.town;
    this.number = number;
    Object.assign(content.facts, content.walkers[number]);
    towns[number] = towns[number] ?? this.open(number);
    const { town, walks } = towns[number];
    review.town = town;
    atlas.town = town;
    atlas.places.walks = walks;
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

// The switch under the title, and which figures do not follow it.
function walkerChoice(review) {
  const { content, words } = review;
  if (content.walkers.length < 2) return [];
  const number = review.walkers ? review.walkers.number : 0;
  const options = content.walkers.map(({ walker }, of) => [String(of), walker[words.lang]]);
  const choice = choiceOf('walker', words.say('walkers'), options, String(number), (value) => review.walkers.choose(Number(value)));
  choice.querySelector('select').disabled = !review.walkers;
  const note = make('p', { className: 'note', textContent: words.say('walkers_note', { name: content.walkers[0].walker[words.lang] }) });
  return [make('div', { className: 'walkers' }, choice, ...(number ? [note] : []))];
}
