/** bzip2 (Seward 1996): Huffman codes, move-to-front and the Burrows-Wheeler transform. Checksums are passed over. */
import { Growing } from './growing.ts';

const BLOCK = 0x314159265359;
const END = 0x177245385090;

class Bits {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}
  bit(): number {
    const byte = this.bytes[this.at >> 3];
    if (byte === undefined) throw new Error('it ends early');
    return (byte >> (7 - (this.at++ & 7))) & 1;
  }
  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.bit();
    return value;
  }
  align(): void {
    this.at = (this.at + 7) & ~7;
  }
  get done(): boolean {
    return this.at >= this.bytes.length * 8;
  }
}

export function unpackBzip2(bytes: Uint8Array, limit: number): Uint8Array | null {
  const bits = new Bits(bytes);
  const out = new Growing(limit);
  while (!bits.done) {
    if (bits.read(24) !== 0x425a68) break; // what follows the last stream is padding
    const blockSize = (bits.read(8) - 0x30) * 100000;
    for (;;) {
      const magic = bits.read(48);
      bits.read(32);
      if (magic === END) break;
      if (magic !== BLOCK) throw new Error('a block does not begin where it should');
      unpackBlock(bits, blockSize, out);
      if (!out.fits) return null;
    }
    bits.align();
  }
  return out.done();
}

function unpackBlock(bits: Bits, blockSize: number, out: Growing): void {
  if (bits.bit()) throw new Error('randomised blocks are not read');
  const origin = bits.read(24);
  const symbols = usedSymbols(bits);
  const tables = bits.read(3);
  const selectors = readSelectors(bits, tables);
  const codes = Array.from({ length: tables }, () => readCode(bits, symbols.length + 2));
  const last = readMoveToFront(bits, symbols, selectors, codes, blockSize);
  emit(last, origin, out);
}

function usedSymbols(bits: Bits): number[] {
  const rows = bits.read(16);
  const out: number[] = [];
  for (let r = 0; r < 16; r++) {
    if (!((rows >> (15 - r)) & 1)) continue;
    const row = bits.read(16);
    for (let c = 0; c < 16; c++) if ((row >> (15 - c)) & 1) out.push(r * 16 + c);
  }
  return out;
}

function readSelectors(bits: Bits, tables: number): number[] {
  const order = Array.from({ length: tables }, (_, i) => i);
  return Array.from({ length: bits.read(15) }, () => {
    let at = 0;
    while (bits.bit()) at++;
    if (at >= tables) throw new Error('a table is named that is not there');
    const [table] = order.splice(at, 1);
    order.unshift(table!);
    return table!;
  });
}

interface Code {
  /** Per length: the first code, and where its symbols begin. */
  readonly first: number[];
  readonly begin: number[];
  readonly count: number[];
  readonly symbols: number[];
}

function readCode(bits: Bits, size: number): Code {
  let length = bits.read(5);
  const lengths = Array.from({ length: size }, () => {
    while (bits.bit()) length += bits.bit() ? -1 : 1;
    if (length < 1 || length > 20) throw new Error('a code length is out of range');
    return length;
  });
  const code: Code = { first: [0], begin: [0], count: [0], symbols: [] };
  let next = 0;
  for (let l = 1; l <= 20; l++) {
    const of = lengths.flatMap((x, i) => (x === l ? [i] : []));
    code.first.push(next);
    code.begin.push(code.symbols.length);
    code.count.push(of.length);
    code.symbols.push(...of);
    next = (next + of.length) * 2;
  }
  return code;
}

function readSymbol(bits: Bits, code: Code): number {
  let value = 0;
  for (let l = 1; l <= 20; l++) {
    value = value * 2 + bits.bit();
    const at = value - code.first[l]!;
    if (at < code.count[l]!) return code.symbols[code.begin[l]! + at]!;
  }
  throw new Error('a code has no symbol');
}

function readMoveToFront(bits: Bits, symbols: number[], selectors: number[], codes: Code[], limit: number): Uint8Array {
  const front = [...symbols];
  const out = new Uint8Array(limit);
  let length = 0;
  let run = 0;
  let weight = 1;
  const flush = () => {
    if (length + run > limit) throw new Error('a block is longer than it may be');
    if (run > 0) out.fill(front[0]!, length, length + run);
    length += run;
    run = 0;
    weight = 1;
  };
  for (let i = 0; ; i++) {
    const code = codes[selectors[Math.floor(i / 50)] ?? -1];
    if (!code) throw new Error('a block has too few selectors');
    const symbol = readSymbol(bits, code);
    if (symbol <= 1) {
      run += weight << symbol;
      weight *= 2;
      if (run > limit) throw new Error('a run is longer than it may be');
      continue;
    }
    flush();
    if (symbol === symbols.length + 1) return out.subarray(0, length);
    if (length >= limit) throw new Error('a block is longer than it may be');
    const [byte] = front.splice(symbol - 1, 1);
    front.unshift(byte!);
    out[length++] = byte!;
  }
}

/** Undoes the transform, then the run lengths: after four equal bytes one says how many more follow. */
function emit(last: Uint8Array, origin: number, out: Growing): void {
  const next = new Uint32Array(last.length);
  const starts = new Uint32Array(257);
  for (const b of last) starts[b + 1]!++;
  for (let b = 0; b < 256; b++) starts[b + 1]! += starts[b]!;
  for (let i = 0; i < last.length; i++) next[starts[last[i]!]!++] = i;
  if (last.length > 0 && origin >= last.length) throw new Error('the origin lies outside its block');
  let at = next[origin] ?? 0;
  let same = 0;
  let previous = -1;
  for (let i = 0; i < last.length; i++, at = next[at]!) {
    const byte = last[at]!;
    if (same === 4) {
      for (let k = 0; k < byte; k++) out.push(previous);
      same = 0;
      previous = -1;
      continue;
    }
    same = byte === previous ? same + 1 : 1;
    previous = byte;
    out.push(byte);
  }
}
