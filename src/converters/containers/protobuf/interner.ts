/** Names by number, found by their bytes: a string is made once for each name, not once for each mention. */
import { decodeLossy, decodeText } from './wire-reader.ts';

/** Names lie close to each other: so many bytes are decoded at once, and names are cut from the text that came of them. */
const WINDOW = 16_384;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export class Interner {
  /** Text by number. Number 0 is the empty name. */
  readonly texts: string[] = [''];
  /** Names that are not valid UTF-8, in which the wrong bytes became U+FFFD. */
  invalid = 0;
  private readonly begins: number[] = [0];
  private readonly lengths: number[] = [0];
  private readonly hashes: number[] = [0];
  private slots = new Int32Array(1024);
  private windowAt = 0;
  private window = '';
  private readonly seven = new Uint8Array(WINDOW);

  constructor(private readonly bytes: Uint8Array) {}

  /** The number of the name at [begin, end). */
  id(begin: number, end: number): number {
    const length = end - begin;
    if (length === 0) return 0;
    const hash = this.hash(begin, end);
    let slot = hash & (this.slots.length - 1);
    for (let id; (id = this.slots[slot]!) !== 0; slot = (slot + 1) & (this.slots.length - 1))
      if (this.hashes[id] === hash && this.same(id, begin, length)) return id;
    return this.add(begin, end, hash, slot);
  }

  text(begin: number, end: number): string {
    return this.texts[this.id(begin, end)]!;
  }

  private add(begin: number, end: number, hash: number, slot: number): number {
    const id = this.texts.length;
    const text = this.decode(begin, end);
    if (text === null) this.invalid++;
    this.texts.push(text ?? decodeLossy(this.bytes, begin, end));
    this.begins.push(begin);
    this.lengths.push(end - begin);
    this.hashes.push(hash);
    this.slots[slot] = id;
    if (id * 2 > this.slots.length) this.grow();
    return id;
  }

  private decode(begin: number, end: number): string | null {
    if (end - begin > WINDOW || !this.isAscii(begin, end)) return decodeText(this.bytes, begin, end);
    if (begin < this.windowAt || end > this.windowAt + this.window.length) this.moveWindow(begin);
    return this.window.slice(begin - this.windowAt, end - this.windowAt);
  }

  /** What lies between the names is no text: of seven bits it is some, and a letter stays where its byte was. */
  private moveWindow(begin: number): void {
    const { bytes, seven } = this;
    const length = Math.min(WINDOW, bytes.length - begin);
    for (let i = 0; i < length; i++) seven[i] = bytes[begin + i]! & 0x7f;
    this.windowAt = begin;
    this.window = utf8.decode(seven.subarray(0, length));
  }

  private isAscii(begin: number, end: number): boolean {
    let all = 0;
    for (let i = begin; i < end; i++) all |= this.bytes[i]!;
    return all < 0x80;
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 4);
    for (let id = 1; id < this.hashes.length; id++) {
      let slot = this.hashes[id]! & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = id;
    }
    this.slots = slots;
  }

  private hash(begin: number, end: number): number {
    let h = 0x811c9dc5;
    for (let i = begin; i < end; i++) h = Math.imul(h ^ this.bytes[i]!, 0x01000193);
    // The low bits choose the slot: names that differ in their last letter must not be neighbours.
    return (h ^ (h >>> 15)) & 0x3fffffff;
  }

  private same(id: number, begin: number, length: number): boolean {
    if (this.lengths[id] !== length) return false;
    const { bytes } = this;
    const from = this.begins[id]!;
    for (let i = 0; i < length; i++) if (bytes[from + i] !== bytes[begin + i]) return false;
    return true;
  }
}
