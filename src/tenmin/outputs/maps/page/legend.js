// The foldable strip at the foot of the map: a key for all that is drawn and for nothing else, and the switches of the layers.

const LAYERS = ['places', 'facilities', 'gaps', 'circles', 'areas', 'streets', 'barriers', 'basemap'];

function legendKeys({ atlas, scene, words, choice, map }) {
  const { shown } = choice;
  const zoom = map.getZoom();
  const apart = zoom >= HOUSE_ZOOM || atlas.places.people.length <= FEW_HOMES;
  const keys = [];
  if (scene.areas && shown.areas) keys.push(...areaKeys(scene, words, choice));
  if (shown.places) keys.push(...homeKeys(scene, words, apart));
  if (shown.circles && scene.circles.length) keys.push(key('ground', words.say('ground', { limit: words.amount(atlas.circles.levels[Math.max(0, scene.limitLevel)], atlas.tables.circles.unit) })));
  if (shown.gaps && scene.gapMarks.length) {
    keys.push(key('gap', words.say(zoom < CITY_ZOOM ? 'gap_circle' : 'gap_key')));
    if (scene.gapMarks.some(({ doubtful }) => doubtful)) keys.push(key('gap doubtful', words.say('doubt_key')));
  }
  if (scene.selected && scene.selected.barrier) keys.push(key('barrier', words.say('barrier_key')));
  if (scene.selected && scene.selected.line) keys.push(key('walk', words.say(scene.selected.straight ? 'walk_straight' : 'walk_key')));
  if (shown.facilities && scene.marked && scene.marks.length) {
    keys.push(choice.category === null ? key('facility', words.say('facility_key')) : make('li', {}, swatch(scene.marks[0].category), outside(words.category(choice.category), 'span')));
    if (scene.marks.some(({ inUse }) => !inUse)) keys.push(key('idle', words.say('idle_key')));
  }
  return [...keys, ...groundKeys({ atlas, scene, words, shown, map }, zoom)];
}

function homeKeys({ paint, drawn }, words, apart) {
  const { kind, inks } = paint;
  if (!drawn.size) return [];
  const noun = words.say(apart ? 'homes' : 'cells');
  if (kind === 'plain') return [key('', noun, { background: INK.home })];
  const labels = kind === 'difference' ? ['unchanged', 'won', 'lost', 'both'].map((name) => words.say(name)) : kind === 'states' ? STATES.map((state) => words.say(state)) : lackingLabels(paint, words);
  const keys = labels.map((text, of) => make('li', {}, inkKey(inks[of]), make('span', { textContent: text })));
  return [make('li', { className: 'noun', textContent: noun }), ...keys.filter((_, of) => drawn.has(of))];
}

function areaKeys({ areas }, words, { measure, category }) {
  const noun = category === null ? words.say(measure === 'basket' ? 'by_basket' : 'by_shortfall') : words.say('by_service', { service: words.category(category) });
  const bounds = [0, ...SHORTFALL_STEPS, 100];
  const steps = RAMP.map((ink, step) => make('li', {}, inkKey(ink), make('span', { textContent: `${bounds[step]}–${bounds[step + 1]}` })));
  return [make('li', { className: 'noun', textContent: noun }), ...steps.filter((_, step) => areas.some((one) => one.step === step)),
    ...(areas.some(({ step }) => step < 0) ? [key('unknown', words.say('unknown'))] : [])];
}

function groundKeys({ atlas, scene, words, shown, map }, zoom) {
  const keys = [];
  const box = boxOfView(map, atlas.plane);
  const seen = (name) => (name !== 'wall' || zoom > WALL_ZOOM) && atlas.ground.barriers[name].some((tile) => meet(tile.box, box));
  const base = shown.basemap && atlas.ground.base ? atlas.ground.base.seen(box, zoom) : {};
  if (base.water || (shown.barriers && seen('water'))) keys.push(key('water', words.say('key_water')));
  if (shown.barriers) for (const name of ['rail', 'wall']) if (seen(name)) keys.push(key(name, words.say(`key_${name}`)));
  for (const name of ['green', 'building', 'door', 'beyond']) if (base[name]) keys.push(key(name, words.say(`key_${name}`)));
  if (shown.areas && atlas.areas) keys.push(key(scene.areas ? 'area' : 'area dashed', words.say('area_key')));
  return keys;
}

// What of the plane is in view: west, north, east, south.
function boxOfView(map, plane) {
  const zoom = map.getZoom();
  const { min, max } = map.getPixelBounds();
  return [...plane.ofPixel(min, zoom), ...plane.ofPixel(max, zoom)];
}

function key(className, text, style) {
  return make('li', {}, make('i', { className: `key ${className}`, style }), make('span', { textContent: text }));
}

function layerSwitches(names, shown, words, toggle) {
  const boxes = names.map((name) => {
    const box = make('input', { type: 'checkbox', name: `layer-${name}`, checked: shown[name] });
    box.addEventListener('change', () => toggle(name, box.checked));
    return make('label', {}, box, make('span', { textContent: words.say(`layer_${name}`) }));
  });
  return make('details', { className: 'layers' }, make('summary', { textContent: words.say('layers') }), make('fieldset', {}, ...boxes));
}
