// Notes of a meeting on the objects of the map, saved to a file and loaded from it.

const NOTES_FORMAT = 1;

class Notes {
  constructor() {
    this.texts = new Map();
  }

  key(kind, id) {
    return JSON.stringify([kind, id]);
  }

  get(kind, id) {
    return this.texts.get(this.key(kind, id)) ?? '';
  }

  set(kind, id, text) {
    if (text.trim()) this.texts.set(this.key(kind, id), text);
    else this.texts.delete(this.key(kind, id));
  }

  write(title) {
    const notes = [...this.texts].map(([key, text]) => {
      const [kind, id] = JSON.parse(key);
      return { kind, id, text };
    });
    return `${JSON.stringify({ format: NOTES_FORMAT, map: title, notes }, null, 2)}\n`;
  }

  // Adds the notes of a file, whose objects need not be on this map; says how many, or null if it is no file of notes.
  read(text) {
    let file = null;
    try {
      file = JSON.parse(text);
    } catch {
      return null;
    }
    if (!file || file.format !== NOTES_FORMAT || !Array.isArray(file.notes)) return null;
    const whole = file.notes.filter((note) => note && [note.kind, note.id, note.text].every((part) => typeof part === 'string'));
    if (whole.length < file.notes.length) return null;
    whole.forEach(({ kind, id, text: said }) => this.set(kind, id, said));
    return whole.length;
  }
}

function idOf(atlas, { kind, row }) {
  return atlas.tables[kind].id[row];
}

function noteEditor(review, chosen) {
  const { words, notes, atlas } = review;
  const id = idOf(atlas, chosen);
  const area = make('textarea', { rows: 3, value: notes.get(chosen.kind, id), placeholder: words.say('note_hint') });
  area.addEventListener('input', () => {
    notes.set(chosen.kind, id, area.value);
    tellNotes(review);
  });
  return make('label', { className: 'noted' }, make('h3', { textContent: words.say('note') }), area);
}

function noteActions(review) {
  const { words } = review;
  const file = make('input', { type: 'file', accept: '.json,application/json', hidden: true, id: 'notes-file' });
  file.addEventListener('change', () => {
    if (file.files[0]) readNotes(review, file.files[0]);
    file.value = '';
  });
  return [
    button(words.say('notes_save', { number: review.notes.texts.size }), () => saveNotes(review), { id: 'notes-save' }),
    button(words.say('notes_load'), () => file.click(), { id: 'notes-load' }), file,
  ];
}

function tellNotes({ words, notes }) {
  byId('notes-save').textContent = words.say('notes_save', { number: notes.texts.size });
}

function saveNotes(review) {
  const blob = new Blob([review.notes.write(review.words.title())], { type: 'application/json' });
  const link = make('a', { href: URL.createObjectURL(blob), download: 'notes.json' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  announce(review.words.say('notes_saved', { number: review.notes.texts.size }));
}

function readNotes(review, file) {
  const reader = new FileReader();
  reader.addEventListener('load', () => {
    const count = review.notes.read(String(reader.result));
    review.tell(count === null ? review.words.say('notes_refused', { file: file.name, format: NOTES_FORMAT }) : review.words.say('notes_loaded', { number: count }));
    tellNotes(review);
    review.follow();
  });
  reader.readAsText(file);
}
