// The look of the page: its inks, safe for colour-blind eyes, hatching, and a pictogram for each kind of service.

const STATES = ['unserved', 'served', 'unknown'];
const INK = {
  served: '#9db8d2', unserved: '#c2500a', unknown: '#6f7680', text: '#1b1f24', soft: '#59616b', paper: '#f3f2ee', white: '#ffffff',
  servedEdge: '#5f83a6', unservedEdge: '#8a3906', home: '#c9cdd3', homeEdge: '#808791',
  street: '#ffffff', casing: '#cdc9c0', fine: '#d8d5cd', main: '#b9b4a8', path: '#cbc7bd', steps: '#b9a898', streetName: '#6a665e',
  water: '#cbe1e3', shore: '#7aa5ac', rail: '#868480', wall: '#957e69', park: '#d9e5cd', wood: '#c6d8b8', area: '#6b5b95',
  won: '#14707f', wonEdge: '#0d4f5a', lost: '#c2500a', both: '#2c2f36', bothEdge: '#000000',
  building: '#e2ded5', buildingEdge: '#c9c4b8', beyond: '#e4e2dd', door: '#5a4636', placeName: '#3c4148',
  ground: '#2f587d', gap: '#c2500a', gapEdge: '#9c3f06', doubt: '#5f6368', facility: '#22303c', idle: '#ffffff', chosen: '#111111', barrier: '#0b5c74',
};

// From lacking nothing to lacking most; the same steps colour the shortfall of communities.
const RAMP = ['#9db8d2', '#e9c6a9', '#d88f56', '#c2500a'];

const hatches = new Map();

function hatching(pen, ratio, ink) {
  const key = `${ratio} ${ink}`;
  if (!hatches.has(key)) hatches.set(key, pen.createPattern(hatchCell(ratio, ink), 'repeat'));
  return hatches.get(key);
}

function hatchCell(ratio, ink) {
  const side = Math.round(6 * ratio);
  const cell = make('canvas', { width: side, height: side });
  const brush = cell.getContext('2d');
  brush.strokeStyle = ink;
  brush.lineWidth = 1.2 * ratio;
  brush.beginPath();
  for (const shift of [-side, 0, side]) {
    brush.moveTo(shift - 1, side + 1);
    brush.lineTo(shift + side + 1, -1);
  }
  brush.stroke();
  return cell;
}

// Pictograms on a square of 16 by 16, filled by the even-odd rule.
const PICTOGRAMS = {
  cross: 'M6 2h4v4h4v4h-4v4h-4v-4h-4v-4h4z',
  pill: 'M3 8.6 8.6 3a3.1 3.1 0 0 1 4.4 4.4L7.4 13A3.1 3.1 0 0 1 3 8.6zM6.4 6.6 9.4 9.6 12 7A1.6 1.6 0 0 0 9.7 4.3z',
  heart: 'M8 14 2.6 8.4A3.3 3.3 0 0 1 8 4.8a3.3 3.3 0 0 1 5.4 3.6z',
  toys: 'M2 9h5v5H2zM8 2l3.4 6H4.6zM9 11.5a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0z',
  cap: 'M8 3 15 6.4 8 9.8 1 6.4zM4 9v3.2c2 1.8 6 1.8 8 0V9l-4 2zM14 7.4h1v4.8h-1z',
  book: 'M1.5 3.5C4 2.6 6 3 7.5 4v9C6 12 4 11.800 1.500 12.600zM14.500 3.500C12 2.600 10 3 8.500 4v9c1.500-1 3.500-1.200 6-.4z',
  columns: 'M8 2 14.500 5.500H1.500zM3 6.500h2v5H3zM7 6.500h2v5H7zM11 6.500h2v5h-2zM1.500 12.500h13v1.500h-13z',
  house: 'M8 2 14.500 8H13v6H9.500v-4h-3v4H3V8H1.500z',
  shield: 'M8 1.800 13.500 4v4c0 3.200-2.300 5.200-5.500 6.400C4.800 13.200 2.500 11.200 2.500 8V4z',
  weights: 'M1 6h1.500V4H5v3.200h6V4h2.500v2H15v4h-1.500v2H11V8.800H5V12H2.500v-2H1z',
  ball: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM8 5.400 10.400 7.200 9.500 10h-3L5.600 7.200z',
  tree: 'M8 1.500 12.500 7H10.800L13.500 11H9v3.500H7V11H2.500L5.200 7H3.500z',
  tiles: 'M2.500 2.500h5v5h-5zM8.500 2.500h5v5h-5zM2.500 8.500h5v5h-5zM8.500 8.500h5v5h-5z',
  apple: 'M8 4.800c1.300-1 5-.9 5 3.200 0 3-2 6-3.600 6-.6 0-.8-.4-1.400-.4s-.8.4-1.400.4C5 14 3 11 3 8c0-4.100 3.700-4.200 5-3.200zM8 4.200C8 2.600 9 1.800 10.400 1.800 10.400 3.400 9.600 4.200 8 4.200z',
  cart: 'M1 2.500h2.400l.5 2H14l-1.400 6H5.100L3.200 4H1zM5 12.500a1.300 1.300 0 1 0 2.600 0a1.300 1.300 0 1 0-2.600 0zM10 12.500a1.300 1.300 0 1 0 2.600 0a1.300 1.300 0 1 0-2.600 0z',
  bag: 'M3 5.500h2V5a3 3 0 0 1 6 0v.500h2l.7 8.500H2.300zM6.300 5.500h3.400V5a1.700 1.700 0 0 0-3.400 0z',
  bread: 'M3 4.500h10a2.300 2.300 0 0 1 .5 4.500v4.500h-11V9A2.300 2.300 0 0 1 3 4.500z',
  fork: 'M4 2h1v4h.8V2h1v4.800L6 8.300V14H4.800V8.300L4 6.800zM10 2c1.600.6 2.200 2.600 2.200 5.200L11.300 9v5H10z',
  cup: 'M2.500 4.500h9V6H13a1.500 1.500 0 0 1 0 4.500h-1.700A4 4 0 0 1 7.600 13H6.400a4 4 0 0 1-3.900-4zM11.500 7.200v2H13a.9.9 0 0 0 0-2z',
  drum: 'M3 2h10v12H3zM8 5.500a3.200 3.200 0 1 0 0 6.400a3.200 3.200 0 1 0 0-6.400zM4.300 3h1.400v1.200H4.300z',
  scissors: 'M4 2 8 7.300 12 2l1 .8-4 6 .7 1a2.400 2.400 0 1 1-1.300.8L8 10.100l-.4.5a2.400 2.400 0 1 1-1.300-.8l.7-1-4-6z',
  letter: 'M1.500 4 8 8.600 14.500 4v8.500h-13zM2.500 3h11L8 7z',
  parcel: 'M2 5 8 2l6 3v6.500L8 14.500 2 11.500zM7.400 7.600v5.300l.6.300.6-.3V7.600L13 5.400 8 7.300 3 5.400z',
  coin: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM7 5h2v6H7z',
  people: 'M3.200 3.300a1.600 1.600 0 1 0 3.200 0a1.600 1.600 0 1 0-3.200 0zM3 5.500h3.600v4.200H6V14H3.600V9.700H3zM9.600 3.300a1.600 1.600 0 1 0 3.200 0a1.600 1.600 0 1 0-3.200 0zM10.300 5.500h1.800l1.400 5H12V14h-1.600v-3.500H8.900z',
  bus: 'M3 2.500h10V12H12v2h-2v-2H6v2H4v-2H3zM4.300 4v4h7.400V4zM4.300 9.300h1.600v1.300H4.300zM10.100 9.300h1.600v1.300h-1.600z',
  bin: 'M6 2h4v1.200h3.500v1.500h-11V3.200H6zM3.500 5.700h9L11.800 14H4.200z',
  wrench: 'M10 2a3.600 3.600 0 0 1 3.900 4.900L11.500 7 9.300 4.800zM8.800 4.300a3.600 3.600 0 0 0 .5 4.100L3 13.600 2.400 13l5-6.500z',
  flame: 'M8.500 1.500C9 4 12.500 6 12.500 9.800A4.500 4.500 0 0 1 8 14.500a4.500 4.500 0 0 1-4.500-4.700c0-1.900 1-3.200 2-4.300.2 1 .6 1.600 1.200 2 .1-2.200.6-4.300 1.800-6z',
};

const PICTOGRAM_OF = Object.entries({
  cross: 'hospital clinic health_centre health_station dentist', pill: 'pharmacy', heart: 'elderly_care nursing_home relief donation_point family_service',
  toys: 'kindergarten childcare playground', cap: 'primary_school secondary_school school citizens_school', book: 'library',
  columns: 'government culture subdistrict_office one_stop_hall social_affairs labour_service employment_agency justice_office rights_advice marriage_agency',
  house: 'community_service convenience_point housekeeping', shield: 'police police_station', weights: 'sport fitness sports_room exercise_point',
  ball: 'football_pitch', tree: 'park forest greenway', tiles: 'square', apple: 'market greengrocer farm_produce', cart: 'supermarket', bag: 'convenience',
  bread: 'bakery breakfast', fork: 'restaurant meals fast_food', cup: 'cafe', drum: 'laundry', scissors: 'hairdresser', letter: 'post', parcel: 'parcels',
  coin: 'bank', people: 'toilets', bus: 'transport_stop rail_station', bin: 'recycling waste_point', wrench: 'repair copyshop', flame: 'fire_station',
}).reduce((found, [name, keys]) => keys.split(' ').reduce((all, key) => all.set(key, name), found), new Map());

const traced = new Map();

function pictogram(name) {
  if (!traced.has(name)) traced.set(name, new Path2D(PICTOGRAMS[name]));
  return traced.get(name);
}

// A disc of ink with the pictogram of a service in it, or where there is none the first letter of its name; a dot where it is small.
function drawSymbol(pen, category, x, y, size, inUse = true) {
  const [back, front] = inUse ? [INK.facility, INK.white] : [INK.white, INK.facility];
  pen.beginPath();
  pen.arc(x, y, size, 0, 2 * Math.PI);
  pen.lineWidth = inUse ? 1.5 : 3;
  pen.strokeStyle = inUse ? INK.white : INK.facility;
  pen.stroke();
  pen.fillStyle = back;
  pen.fill();
  if (size < 6) return;
  pen.fillStyle = front;
  const name = PICTOGRAM_OF.get(category.key);
  if (name) {
    pen.save();
    pen.translate(x - 0.68 * size, y - 0.68 * size);
    pen.scale((1.36 * size) / 16, (1.36 * size) / 16);
    pen.fill(pictogram(name), 'evenodd');
    pen.restore();
    return;
  }
  pen.font = `${Math.round(1.2 * size)}px ${getComputedStyle(document.body).fontFamily}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText([...category.key.trim()][0] ?? '·', x, y + 0.5);
}

function swatch(category) {
  const box = make('canvas', { className: 'swatch', width: 40, height: 40, aria: { hidden: true } });
  const pen = box.getContext('2d');
  pen.scale(2, 2);
  drawSymbol(pen, category, 10, 10, 9);
  return box;
}
