// The colours of the page, safe for colour-blind eyes, and the signs of the services: eight inks in four forms.

const STATES = ['unserved', 'served', 'unknown'];
const INK = {
  served: '#2b6cb0', unserved: '#e07b1a', unknown: '#8a8a8a',
  street: '#a9a9a6', path: '#c9c9c5', steps: '#d3c4b8', area: '#6b5b95',
  water: '#3f9fb5', rail: '#8d8d8d', wall: '#b89a80',
  near: [133, 178, 219], far: [226, 237, 247], nearLine: [24, 84, 150], farLine: [140, 184, 224], rim: '#4f88bd',
  gap: '#b0122b', hatch: 'rgba(176, 18, 43, 0.5)', doubt: '#5f6368', doubtHatch: 'rgba(95, 99, 104, 0.42)', quiet: '#b9bfc7', idle: '#d7dade', chosen: '#111111',
};
const SYMBOL_INKS = ['#0b5cad', '#c2410c', '#04785a', '#a21caf', '#92620a', '#0891a8', '#3f3f46', '#7c3a12'];
const SYMBOL_FORMS = ['disc', 'square', 'triangle', 'diamond'];

function symbolOf(number) {
  const round = Math.floor(number / SYMBOL_INKS.length);
  const ink = SYMBOL_INKS[number % SYMBOL_INKS.length];
  return { ink, form: SYMBOL_FORMS[((number % SYMBOL_INKS.length) + round) % SYMBOL_FORMS.length] };
}

function levelInk(level, levels, lines) {
  const part = levels > 1 ? level / (levels - 1) : 1;
  const [from, to] = lines ? [INK.nearLine, INK.farLine] : [INK.near, INK.far];
  const mix = from.map((near, i) => Math.round(near + (to[i] - near) * part));
  return `rgb(${mix.join(', ')})`;
}

function traceSymbol(pen, form, x, y, size) {
  pen.beginPath();
  if (form === 'disc') pen.arc(x, y, size, 0, 2 * Math.PI);
  if (form === 'square') pen.rect(x - 0.88 * size, y - 0.88 * size, 1.76 * size, 1.76 * size);
  if (form === 'triangle') corners(pen, [[x, y - 1.2 * size], [x + 1.1 * size, y + 0.8 * size], [x - 1.1 * size, y + 0.8 * size]]);
  if (form === 'diamond') corners(pen, [[x, y - 1.25 * size], [x + 1.25 * size, y], [x, y + 1.25 * size], [x - 1.25 * size, y]]);
}

function corners(pen, points) {
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}

function drawSymbol(pen, number, x, y, size, inUse = true) {
  const { ink, form } = symbolOf(number);
  traceSymbol(pen, form, x, y, size);
  const ring = Math.min(1, size / 6);
  pen.lineWidth = 4.5 * ring;
  pen.lineJoin = 'round';
  pen.strokeStyle = 'rgba(20, 20, 20, 0.75)';
  pen.stroke();
  pen.lineWidth = 2.5 * ring;
  pen.strokeStyle = '#ffffff';
  pen.stroke();
  pen.fillStyle = inUse ? ink : INK.idle;
  pen.fill();
}

function hatching(pen, ratio, ink) {
  const cell = document.createElement('canvas');
  const side = Math.round(11 * ratio);
  cell.width = side;
  cell.height = side;
  const brush = cell.getContext('2d');
  brush.strokeStyle = ink;
  brush.lineWidth = 1.3 * ratio;
  brush.beginPath();
  for (const shift of [-side, 0, side]) {
    brush.moveTo(shift - 1, side + 1);
    brush.lineTo(shift + side + 1, -1);
  }
  brush.stroke();
  return pen.createPattern(cell, 'repeat');
}
