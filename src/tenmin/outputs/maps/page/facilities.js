// The tab of facilities: by people served, or by what their closing would lose.

class FacilitiesPanel {
  constructor(review) {
    this.review = review;
    this.head = make('div', { className: 'filters' });
    this.list = make('ol', { className: 'rows' });
    this.rest = make('p', { className: 'note' });
    this.element = make('section', {}, this.head, this.list, this.rest);
  }

  show(choice) {
    if (!this.review.atlas) return;
    const key = JSON.stringify([choice.category, choice.order]);
    if (key !== this.key) this.fill(choice);
    this.key = key;
    for (const row of this.list.querySelectorAll('.row')) row.classList.toggle('chosen', isChosen(choice.chosen, row.dataset));
  }

  fill({ category, order }) {
    const { atlas, words, content } = this.review;
    const { facilities } = atlas;
    const services = content.categories.map((_, number) => [String(number), words.category(number)]);
    const orders = ['people', 'alone'].map((name) => [name, words.say(`order_${name}`)]);
    this.head.replaceChildren(
      choiceOf('facility-service', words.say('filter_service'), [['', words.say('any')], ...services], category === null ? '' : String(category),
        (value) => this.review.change({ category: value === '' ? null : Number(value), chosen: null })),
      choiceOf('facility-order', words.say('order'), orders, order, (picked) => this.review.change({ order: picked })));
    const rows = category === null ? facilities.shapes.rows() : where(facilities.category, category);
    const figures = facilities[order];
    const sorted = rows.sort((a, b) => figures[b] - figures[a] || a - b);
    this.list.replaceChildren(...sorted.slice(0, LISTED).map((row) => make('li', {}, this.row(row, figures[row] / 100))));
    this.rest.textContent = sorted.length > LISTED ? words.say('more_facilities', { number: words.whole.format(sorted.length - LISTED) }) : '';
  }

  row(row, people) {
    const { atlas, words } = this.review;
    const category = atlas.categoryOf(row);
    const element = button('', () => this.review.choose({ kind: 'facilities', row }, { travel: true }), { className: 'row facility-row', dataset: { kind: 'facilities', row: String(row) } });
    const idle = atlas.facilities.in_use[row] ? '' : ` · ${words.say('idle')}`;
    element.append(swatch(category), make('span', { className: 'what' }, outside(atlas.nameOf({ kind: 'facilities', row }, words), 'strong'),
      outside(`${words.category(atlas.facilities.category[row])}${idle}`, 'span')), make('span', { className: 'figure', textContent: words.people(people) }));
    return element;
  }
}
