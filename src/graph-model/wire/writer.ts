/**
 * The low level of the worker message: one stream of 32-bit integers, one pool of bytes, the strings and the blobs. Records are spread over them, so that what crosses to the worker is four flat things: cloning
 * records as objects was measured at several times the cost.
 */
import type { BlobLike } from '../core/bytes.ts';

/** What is posted. `ints` and `bytes` own their buffers, which may be transferred: {@link transferables}. */
export interface WireModel {
  /** Strings that come again, each once. */
  readonly strings: readonly string[];
  /** All others, one behind the other: one long string crosses, and is cut, at a fraction of the cost of many. */
  readonly text: string;
  readonly ints: Int32Array;
  readonly bytes: Uint8Array;
  readonly blobs: readonly BlobLike[];
}

/** The buffers to hand over with `postMessage(wire, transferables(wire))`. */
export function transferables(wire: WireModel): ArrayBuffer[] {
  return [wire.ints.buffer as ArrayBuffer, wire.bytes.buffer as ArrayBuffer];
}

const doubles = new Float64Array(1);
const bigs = new BigInt64Array(doubles.buffer);
const words = new Int32Array(doubles.buffer);

/** Typed arrays in the pool begin at multiples of this, so that they can be viewed in place. */
const ALIGN = 8;

export class WireWriter {
  private ints: Int32Array;
  private at = 0;
  private readonly strings = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly chunks: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  private pool = 0;
  private readonly blobs = new Map<BlobLike, number>();

  /** `room` is how many integers are expected. */
  constructor(room = 1024) {
    this.ints = new Int32Array(room);
  }

  int(value: number): void {
    if (this.at === this.ints.length) this.grow();
    this.ints[this.at++] = value;
  }

  /** The place of an integer to be set later. */
  reserve(): number {
    this.int(0);
    return this.at - 1;
  }

  setAt(place: number, value: number): void {
    this.ints[place] = value;
  }

  /** A string that is probably unlike all others; it costs no look-up and is read in the order of writing. */
  text(value: string): void {
    this.int(value.length);
    this.texts.push(value);
  }

  /** A string that probably comes again. */
  string(value: string): void {
    let id = this.strings.get(value);
    if (id === undefined) {
      id = this.strings.size;
      this.strings.set(value, id);
    }
    this.int(id);
  }

  float(value: number): void {
    doubles[0] = value;
    this.twoWords();
  }

  bigint(value: bigint): void {
    bigs[0] = value;
    this.twoWords();
  }

  bytes(value: Uint8Array): void {
    this.int(this.pool);
    this.int(value.byteLength);
    if (value.byteLength > 0) this.chunks.push({ at: this.pool, bytes: value });
    this.pool += Math.ceil(value.byteLength / ALIGN) * ALIGN;
  }

  blob(value: BlobLike): void {
    let id = this.blobs.get(value);
    if (id === undefined) {
      id = this.blobs.size;
      this.blobs.set(value, id);
    }
    this.int(id);
  }

  finish(): WireModel {
    const bytes = new Uint8Array(this.pool);
    for (const chunk of this.chunks) bytes.set(chunk.bytes, chunk.at);
    return {
      strings: [...this.strings.keys()],
      text: this.texts.join(''),
      ints: this.ints.subarray(0, this.at),
      bytes,
      blobs: [...this.blobs.keys()],
    };
  }

  private twoWords(): void {
    this.int(words[0]!);
    this.int(words[1]!);
  }

  private grow(): void {
    const next = new Int32Array(this.ints.length * 2);
    next.set(this.ints);
    this.ints = next;
  }
}

export class WireReader {
  private at = 0;
  private readonly ints: Int32Array;
  private readonly pool: Uint8Array;
  private readonly strings: readonly string[];
  private readonly texts: string;
  private textAt = 0;
  private readonly blobs: readonly BlobLike[];

  constructor(wire: WireModel) {
    this.ints = wire.ints;
    this.pool = wire.bytes;
    this.strings = wire.strings;
    this.texts = wire.text;
    this.blobs = wire.blobs;
  }

  int(): number {
    return this.ints[this.at++]!;
  }

  text(): string {
    const begin = this.textAt;
    this.textAt += this.int();
    return this.texts.slice(begin, this.textAt);
  }

  string(): string {
    return this.strings[this.int()]!;
  }

  float(): number {
    this.twoWords();
    return doubles[0]!;
  }

  bigint(): bigint {
    this.twoWords();
    return bigs[0]!;
  }

  /** A view into the pool. */
  bytes(): Uint8Array {
    const begin = this.int() >>> 0;
    return this.pool.subarray(begin, begin + (this.int() >>> 0));
  }

  blob(): BlobLike {
    return this.blobs[this.int()]!;
  }

  private twoWords(): void {
    words[0] = this.int();
    words[1] = this.int();
  }
}
