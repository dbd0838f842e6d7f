/** The LZMA decoder (lzma-specification.txt): a range coder over adaptive bit models, and a dictionary that is the output itself. */
import type { Growing } from './growing.ts';

const HALF = 1024;
const models = (count: number): Uint16Array => new Uint16Array(count).fill(HALF);

class RangeCoder {
  private range = 0xffffffff;
  private code = 0;
  private at = 5;

  constructor(private readonly bytes: Uint8Array) {
    if (bytes.length < 5) throw new Error('it ends early');
    for (let i = 1; i < 5; i++) this.code = ((this.code << 8) | bytes[i]!) >>> 0;
  }

  bit(probabilities: Uint16Array, index: number): number {
    const p = probabilities[index]!;
    const bound = (this.range >>> 11) * p;
    if (this.code < bound) {
      this.range = bound;
      probabilities[index] = p + ((2048 - p) >> 5);
      this.normalise();
      return 0;
    }
    this.range -= bound;
    this.code -= bound;
    probabilities[index] = p - (p >> 5);
    this.normalise();
    return 1;
  }

  direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit) this.code -= this.range;
      value = value * 2 + bit;
      this.normalise();
    }
    return value;
  }

  tree(probabilities: Uint16Array, bits: number, base = 0): number {
    let m = 1;
    for (let i = 0; i < bits; i++) m = (m << 1) | this.bit(probabilities, base + m);
    return m - (1 << bits);
  }

  reverseTree(probabilities: Uint16Array, bits: number, base = 0): number {
    let m = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(probabilities, base + m);
      m = (m << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  private normalise(): void {
    if (this.range >= 0x1000000) return;
    // Reading beyond the end gives zeros, and the decoded size stops it: an end mark needs no further bytes.
    if (this.at > this.bytes.length + 8) throw new Error('it ends early');
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | (this.bytes[this.at++] ?? 0)) >>> 0;
  }
}

class LengthModel {
  private readonly choice = models(2);
  private readonly low = models(16 << 3);
  private readonly mid = models(16 << 3);
  private readonly high = models(256);

  read(rc: RangeCoder, posState: number): number {
    if (!rc.bit(this.choice, 0)) return rc.tree(this.low, 3, posState << 3);
    if (!rc.bit(this.choice, 1)) return 8 + rc.tree(this.mid, 3, posState << 3);
    return 16 + rc.tree(this.high, 8);
  }
}

class State {
  readonly isMatch = models(12 << 4);
  readonly isRep = models(12);
  readonly isRepG0 = models(12);
  readonly isRepG1 = models(12);
  readonly isRepG2 = models(12);
  readonly isRep0Long = models(12 << 4);
  readonly slots = [models(64), models(64), models(64), models(64)];
  readonly special = models(128);
  readonly align = models(16);
  readonly lengths = new LengthModel();
  readonly repLengths = new LengthModel();
  readonly literals: Uint16Array;
  state = 0;
  rep = [0, 0, 0, 0];
  constructor(literalBits: number) {
    this.literals = models(0x300 << literalBits);
  }
}

export class LzmaDecoder {
  private lc = 3;
  private lp = 0;
  private pb = 2;
  private s = new State(3);

  constructor(private readonly out: Growing) {}

  setProperties(byte: number): void {
    if (byte >= 225) throw new Error('its LZMA properties are out of range');
    this.lc = byte % 9;
    this.lp = Math.floor(byte / 9) % 5;
    this.pb = Math.floor(byte / 45);
    this.resetState();
  }

  resetState(): void {
    this.s = new State(this.lc + this.lp);
  }

  /** Decodes until `size` bytes came out, or the end mark where there may be one. */
  decode(bytes: Uint8Array, size: number, mayEnd = false): void {
    const rc = new RangeCoder(bytes);
    const end = this.out.length + size;
    const s = this.s;
    while (this.out.length < end) {
      const posState = this.out.length & ((1 << this.pb) - 1);
      if (!rc.bit(s.isMatch, (s.state << 4) + posState)) {
        this.literal(rc);
        continue;
      }
      const length = rc.bit(s.isRep, s.state) ? this.repeat(rc, posState) : this.match(rc, posState);
      if (s.rep[0] === 0xffffffff) {
        if (mayEnd) return;
        throw new Error('it ends early');
      }
      if (length > 0) this.out.copy(s.rep[0]! + 1, Math.min(length, end - this.out.length));
    }
  }

  private literal(rc: RangeCoder): void {
    const { s, out } = this;
    const previous = out.length > 0 ? out.back(1) : 0;
    const context = ((out.length & ((1 << this.lp) - 1)) << this.lc) + (previous >> (8 - this.lc));
    const base = 0x300 * context;
    let symbol = 1;
    if (s.state >= 7) {
      let matched = out.back(s.rep[0]! + 1);
      while (symbol < 0x100) {
        const matchBit = (matched >> 7) & 1;
        matched <<= 1;
        const bit = rc.bit(s.literals, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | rc.bit(s.literals, base + symbol);
    out.push(symbol & 0xff);
    s.state = s.state < 4 ? 0 : s.state < 10 ? s.state - 3 : s.state - 6;
  }

  private match(rc: RangeCoder, posState: number): number {
    const { s } = this;
    s.rep = [0, s.rep[0]!, s.rep[1]!, s.rep[2]!];
    const length = s.lengths.read(rc, posState);
    s.state = s.state < 7 ? 7 : 10;
    s.rep[0] = this.distance(rc, length);
    return length + 2;
  }

  private distance(rc: RangeCoder, length: number): number {
    const { s } = this;
    const slot = rc.tree(s.slots[Math.min(length, 3)]!, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + rc.reverseTree(s.special, bits, base - slot);
    return base + rc.direct(bits - 4) * 16 + rc.reverseTree(s.align, 4);
  }

  private repeat(rc: RangeCoder, posState: number): number {
    const { s } = this;
    if (!rc.bit(s.isRepG0, s.state)) {
      if (!rc.bit(s.isRep0Long, (s.state << 4) + posState)) {
        s.state = s.state < 7 ? 9 : 11;
        return 1;
      }
    } else this.rotate(this.repeatIndex(rc));
    s.state = s.state < 7 ? 8 : 11;
    return s.repLengths.read(rc, posState) + 2;
  }

  private repeatIndex(rc: RangeCoder): number {
    if (!rc.bit(this.s.isRepG1, this.s.state)) return 1;
    return rc.bit(this.s.isRepG2, this.s.state) ? 3 : 2;
  }

  private rotate(index: number): void {
    const [distance] = this.s.rep.splice(index, 1);
    this.s.rep.unshift(distance!);
  }
}
