/**
 * Protobuf's text format (protobuf.dev/reference/protobuf/textformat-spec) put into wire format, so that one reader serves
 * both. The schema names the fields that are kept; others are passed over.
 */
import { FormatError } from '../../../graph-model/diagnostics.ts';
import { WireWriter } from './wire-writer.ts';

export interface TextSchema {
  readonly [field: string]: TextField;
}

export type TextField =
  | { readonly number: number; readonly kind: 'text' | 'int' | 'bool' | 'float' | 'double' }
  /** Names or numbers. */
  | { readonly number: number; readonly kind: 'enum'; readonly of: (name: string) => number | null }
  | { readonly number: number; readonly kind: 'message'; readonly of: () => TextSchema };

/** Messages nested deeper are refused. */
const DEPTH_LIMIT = 100;

/** Throws a FormatError that names the line where the text is not of the format. */
export function encodeTextFormat(file: string, text: string, schema: TextSchema): Uint8Array {
  const w = new WireWriter();
  const parser = new Parser(file, text);
  parser.fields(w, schema, 0, null);
  return w.toBytes();
}

const TOKEN =
  /(?:\s|#[^\n]*)*(?:([A-Za-z_][\w.]*)|([-+]?(?:\.\d|\d)[\w.+-]*)|("(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')|([^]))?/y;

interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

class Parser {
  private at = 0;
  private ahead: Token;

  constructor(
    private readonly file: string,
    private readonly text: string,
  ) {
    this.ahead = this.scan();
  }

  private scan(): Token {
    TOKEN.lastIndex = this.at;
    const m = TOKEN.exec(this.text)!;
    this.at = TOKEN.lastIndex;
    const kinds = ['word', 'number', 'string', 'sign'] as const;
    const k = [m[1], m[2], m[3], m[4]].findIndex((t) => t !== undefined);
    if (k < 0) return { kind: 'end', text: '', at: this.at };
    return { kind: kinds[k]!, text: m[k + 1]!, at: this.at - m[k + 1]!.length };
  }

  private next(): Token {
    const token = this.ahead;
    this.ahead = this.scan();
    return token;
  }

  private fail(why: string, at = this.ahead.at): never {
    const line = this.text.slice(0, at).split('\n').length;
    const params = { file: this.file, why, where: `line ${line}`, byte: at };
    throw new FormatError('file.broken', params, { offset: at });
  }

  private take(sign: string): boolean {
    if (this.ahead.kind !== 'sign' || this.ahead.text !== sign) return false;
    this.next();
    return true;
  }

  /** Fields up to `close`, or to the end of the text. w null: passed over. */
  fields(w: WireWriter | null, schema: TextSchema, depth: number, close: string | null): void {
    if (depth > DEPTH_LIMIT) this.fail('messages are nested too deeply');
    for (;;) {
      if (close === null ? this.ahead.kind === 'end' : this.take(close)) return;
      if (this.ahead.kind === 'end') this.fail('a message is not closed');
      this.field(w, schema, depth);
      if (!this.take(',')) this.take(';');
    }
  }

  private field(w: WireWriter | null, schema: TextSchema, depth: number): void {
    const name = this.fieldName();
    const field = w === null ? undefined : Object.hasOwn(schema, name) ? schema[name] : undefined;
    const colon = this.take(':');
    if (colon && this.take('[')) {
      while (!this.take(']')) {
        this.value(w, field, depth);
        this.take(',');
      }
      return;
    }
    this.value(w, field, depth);
  }

  /** `name`, or `[extension.name]`, which no schema has. */
  private fieldName(): string {
    if (this.take('[')) {
      while (this.ahead.kind !== 'end' && !this.take(']')) this.next();
      return '';
    }
    const token = this.next();
    return token.kind === 'word' || token.kind === 'number'
      ? token.text
      : this.fail('the name of a field is due', token.at);
  }

  private value(w: WireWriter | null, field: TextField | undefined, depth: number): void {
    const close = this.take('{') ? '}' : this.take('<') ? '>' : null;
    if (close === null) return this.scalar(w, field);
    if (w === null || field?.kind !== 'message') return this.fields(null, {}, depth + 1, close);
    w.message(field.number, () => this.fields(w, field.of(), depth + 1, close));
  }

  private scalar(w: WireWriter | null, field: TextField | undefined): void {
    const negative = this.take('-');
    const token = this.next();
    if (token.kind === 'sign' || token.kind === 'end') this.fail('a value is due', token.at);
    if (token.kind === 'string') {
      const bytes = this.joined(token);
      if (w && field?.kind === 'text') w.bytes(field.number, bytes);
      return;
    }
    if (w && field) this.write(w, field, (negative ? '-' : '') + token.text, token.at);
  }

  /** Strings side by side are one. */
  private joined(first: Token): Uint8Array {
    const out = unescaped(first.text);
    while (this.ahead.kind === 'string') for (const b of unescaped(this.next().text)) out.push(b);
    return Uint8Array.from(out);
  }

  private write(w: WireWriter, field: TextField, text: string, at: number): void {
    if (field.kind === 'message' || field.kind === 'text') this.fail('a value is not of its kind', at);
    if (field.kind === 'float') return w.float(field.number, this.number(text, at));
    if (field.kind === 'double') return writeDouble(w, field.number, this.number(text, at));
    if (field.kind === 'bool') return w.int(field.number, /^(true|t|1|True)$/.test(text) ? 1 : 0);
    const named = field.kind === 'enum' && !/^-?\d/.test(text) ? field.of(text) : null;
    if (named !== null) return w.int(field.number, named);
    if (!/^-?(0x[0-9a-f]+|\d+)$/i.test(text)) this.fail(`${text.slice(0, 40)} is no whole number`, at);
    const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
    w.int(field.number, value);
  }

  private number(text: string, at: number): number {
    const plain = text.replace(/f$/i, '');
    if (/^-?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
    if (/^-?nan$/i.test(text)) return NaN;
    const value = Number(plain);
    return Number.isNaN(value) ? this.fail(`${text.slice(0, 40)} is no number`, at) : value;
  }
}

function writeDouble(w: WireWriter, number: number, value: number): void {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  w.tag(number, 1);
  w.raw(bytes);
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11 };
const utf8 = new TextEncoder();

/** The bytes of a quoted string: `\n`, `\x41`, `\101`, `\u00e9` and the character itself after any other backslash. */
function unescaped(quoted: string): number[] {
  const out: number[] = [];
  const pattern = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))|([^\\]+)/g;
  for (const m of quoted.slice(1, -1).matchAll(pattern)) {
    const [, octal, hex, short, long, letter, plain] = m;
    if (octal !== undefined) out.push(parseInt(octal, 8) & 0xff);
    else if (hex !== undefined) out.push(parseInt(hex, 16));
    else if (letter !== undefined)
      push(out, ESCAPES[letter] === undefined ? letter : String.fromCharCode(ESCAPES[letter]));
    else if (plain !== undefined) push(out, plain);
    else push(out, String.fromCodePoint(Math.min(0x10ffff, parseInt(short ?? long!, 16))));
  }
  return out;
}

function push(out: number[], text: string): void {
  for (const b of utf8.encode(text)) out.push(b);
}
