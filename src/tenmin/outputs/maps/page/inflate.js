// Bytes out of a zlib stream (RFC 1950 and 1951), since browsers before 2023 offer scripts nothing that does it.

const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;
const LENGTHS = codeRanges(28, 3, 4);
const DISTANCES = codeRanges(30, 1, 2);
LENGTHS.base.push(258);
LENGTHS.extra.push(0);

// Least value of each code and number of extra bits, which grows by one after each group of codes.
function codeRanges(count, first, group) {
  const extra = Array.from({ length: count }, (_, code) => Math.max(0, Math.floor(code / group) - 1));
  let next = first;
  const base = extra.map((bits) => {
    next += 2 ** bits;
    return next - 2 ** bits;
  });
  return { base, extra };
}

// A Huffman code as a table: the next bits of the stream give symbol * 16 + length of its code, or 0 where none begins so.
function codeTable(lengths) {
  const longest = Math.max(1, ...lengths);
  const table = new Uint16Array(1 << longest);
  let code = 0;
  for (let length = 1; length <= longest; length += 1, code <<= 1) {
    for (let symbol = 0; symbol < lengths.length; symbol += 1) {
      if (lengths[symbol] === length) {
        const first = reversed(code, length);
        for (let at = first; at < table.length; at += 1 << length) table[at] = (symbol << 4) | length;
        code += 1;
      }
    }
  }
  return { table, longest };
}

function reversed(code, length) {
  let result = 0;
  for (let bit = 0; bit < length; bit += 1) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}

class Inflater {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 2;
    this.held = 0;
    this.count = 0;
    this.out = new Uint8Array(4 * bytes.length);
    this.size = 0;
  }

  run() {
    const { bytes } = this;
    if (bytes.length < 6 || (bytes[0] & 15) !== 8 || ((bytes[0] << 8) | bytes[1]) % 31) throw new Error('no zlib stream');
    for (let last = 0; !last;) {
      last = this.bits(1);
      this.block(this.bits(2));
    }
    const plain = this.out.subarray(0, this.size);
    this.align();
    const sum = new DataView(bytes.buffer, bytes.byteOffset + this.at).getUint32(0);
    if (sum !== checksum(plain)) throw new Error('damaged data');
    return plain;
  }

  block(kind) {
    if (kind === 0) this.copyStored();
    else if (kind === 1) this.decode(FIXED.symbols, FIXED.distances);
    else if (kind === 2) this.decode(...this.readTables());
    else throw new Error('damaged data');
  }

  fill(count) {
    for (; this.count < count; this.count += 8, this.at += 1) {
      if (this.at >= this.bytes.length) throw new Error('data ends early');
      this.held |= this.bytes[this.at] << this.count;
    }
  }

  bits(count) {
    this.fill(count);
    const value = this.held & ((1 << count) - 1);
    this.drop(count);
    return value;
  }

  drop(count) {
    this.held >>>= count;
    this.count -= count;
  }

  symbol({ table, longest }) {
    this.fill(longest);
    const entry = table[this.held & ((1 << longest) - 1)];
    if (!entry) throw new Error('damaged data');
    this.drop(entry & 15);
    return entry >> 4;
  }

  // Back to the first byte that no bit has been taken from.
  align() {
    this.at -= this.count >> 3;
    this.held = 0;
    this.count = 0;
  }

  makeRoom(more) {
    if (this.size + more <= this.out.length) return;
    const wider = new Uint8Array(2 * (this.size + more));
    wider.set(this.out.subarray(0, this.size));
    this.out = wider;
  }

  copyStored() {
    this.align();
    const size = this.bits(16);
    if ((size ^ this.bits(16)) !== 0xffff || this.at + size > this.bytes.length) throw new Error('damaged data');
    this.makeRoom(size);
    this.out.set(this.bytes.subarray(this.at, this.at + size), this.size);
    this.at += size;
    this.size += size;
  }

  readTables() {
    const [symbols, distances, orders] = [this.bits(5) + 257, this.bits(5) + 1, this.bits(4) + 4];
    const short = new Array(19).fill(0);
    for (const place of LENGTH_ORDER.slice(0, orders)) short[place] = this.bits(3);
    const table = codeTable(short);
    const lengths = [];
    while (lengths.length < symbols + distances) {
      const next = this.symbol(table);
      if (next < 16) lengths.push(next);
      else if (next === 16) repeat(lengths, 3 + this.bits(2), lengths[lengths.length - 1] || 0);
      else repeat(lengths, next === 17 ? 3 + this.bits(3) : 11 + this.bits(7), 0);
    }
    return [codeTable(lengths.slice(0, symbols)), codeTable(lengths.slice(symbols, symbols + distances))];
  }

  decode(symbols, distances) {
    for (let symbol = this.symbol(symbols); symbol !== END_OF_BLOCK; symbol = this.symbol(symbols)) {
      if (symbol < END_OF_BLOCK) {
        this.makeRoom(1);
        this.out[this.size] = symbol;
        this.size += 1;
      } else this.copyBack(this.value(LENGTHS, symbol - 257), this.value(DISTANCES, this.symbol(distances)));
    }
  }

  value({ base, extra }, code) {
    if (code >= base.length) throw new Error('damaged data');
    return base[code] + this.bits(extra[code]);
  }

  // The copy may overlap what it is made of, so it goes byte by byte.
  copyBack(length, distance) {
    if (distance > this.size) throw new Error('damaged data');
    this.makeRoom(length);
    const end = this.size + length;
    for (; this.size < end; this.size += 1) this.out[this.size] = this.out[this.size - distance];
  }
}

const FIXED = {
  symbols: codeTable([[144, 8], [112, 9], [24, 7], [8, 8]].flatMap(([count, length]) => new Array(count).fill(length))),
  distances: codeTable(new Array(30).fill(5)),
};

function repeat(list, count, value) {
  for (let i = 0; i < count; i += 1) list.push(value);
}

// Adler-32; 3,800 bytes are added up between remainders, which keeps the sums exact.
function checksum(bytes) {
  let [low, high] = [1, 0];
  for (let from = 0; from < bytes.length; from += 3800) {
    for (const byte of bytes.subarray(from, from + 3800)) {
      low += byte;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return high * 65536 + low;
}

function inflate(bytes) {
  return new Inflater(bytes).run();
}
