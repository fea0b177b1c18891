// The search box: facilities, communities, gaps and homes by their names.

const FOUND = 12;
const KINDS = ['areas', 'gaps', 'facilities', 'places'];

function searchBox(review) {
  const { words } = review;
  const input = make('input', { type: 'search', id: 'search', placeholder: words.say('search'), autocomplete: 'off', aria: { label: words.say('search') } });
  const list = make('ul', { className: 'found', hidden: true });
  const box = make('div', { className: 'search' }, input, list);
  const show = () => {
    const found = review.atlas && input.value.trim() ? searchNames(review, input.value) : [];
    list.replaceChildren(...found.map((one) => make('li', {}, foundRow(review, one, () => {
      input.value = '';
      list.hidden = true;
    }))));
    if (input.value.trim() && !found.length) list.append(make('li', { className: 'note', textContent: words.say('search_none') }));
    list.hidden = !list.children.length;
  };
  input.addEventListener('input', show);
  box.addEventListener('keydown', (event) => {
    const rows = [input, ...list.querySelectorAll('button')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      rows[(rows.indexOf(document.activeElement) + step + rows.length) % rows.length].focus();
    } else if (event.key === 'Enter' && document.activeElement === input && rows[1]) {
      event.preventDefault();
      rows[1].click();
    } else if (event.key === 'Escape' && !list.hidden) {
      event.stopPropagation();
      list.hidden = true;
      input.focus();
    }
  });
  return box;
}

function foundRow(review, { kind, row, name }, done) {
  const { words, atlas } = review;
  const about = kind === 'facilities' ? words.category(atlas.facilities.category[row]) : words.say({ areas: 'community', gaps: 'gap', places: 'place' }[kind]);
  const element = button('', () => {
    done();
    review.choose({ kind, row }, { travel: true });
    byId('side').querySelector('.close').focus();
  }, { className: 'link' });
  element.append(outside(name), outside(about, 'small'));
  return element;
}

// Names that hold what was typed, those that begin with it first.
function searchNames({ atlas, words }, typed) {
  const wanted = typed.trim().toLowerCase();
  const found = [];
  for (const kind of KINDS.filter((one) => atlas[one])) {
    const names = kind === 'gaps' ? atlas.tables.gaps.name[words.lang] : atlas.column(kind, 'name');
    names.forEach((name, row) => {
      const at = name === null ? -1 : name.toLowerCase().indexOf(wanted);
      if (at >= 0) found.push({ kind, row, name, at });
    });
    if (kind === 'facilities' || kind === 'places') atlas.tables[kind].id.forEach((id, row) => { if (id.toLowerCase() === wanted) found.push({ kind, row, name: names[row] ?? id, at: 0 }); });
  }
  return found.sort((a, b) => Math.min(a.at, 1) - Math.min(b.at, 1)).slice(0, FOUND);
}
