/** Characters to tokens, by the lexical rules of the ONNX text form. */
import { FormatError, type DiagnosticCode, type Params } from '../diagnostics.ts';
import { NOTE_MARK } from './notes.ts';

export type Literal =
  | { readonly kind: 'int' | 'float'; readonly text: string; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number };

const SPACE = /[ \t\n\v\f\r]*/y;
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?(?:[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?|(inf|infinity|nan)(?![A-Za-z0-9_]))/iy;
const SPECIAL = /(?:inf|infinity|nan)(?![A-Za-z0-9_])/iy;
const PLAIN_STRING = /"[^"\\]*"/y;

/** Nesting of types, graphs and training graphs; beyond it lies only text made to overflow the stack. */
export const DEPTH_LIMIT = 64;

export class Scanner {
  at = 0;
  private depth = 0;

  constructor(readonly text: string) {}

  // ---- looking

  /** Skips space and comments, but stops at an annotation. */
  skip(): void {
    for (;;) {
      SPACE.lastIndex = this.at;
      SPACE.test(this.text);
      this.at = SPACE.lastIndex;
      if (this.text[this.at] !== '#' || this.text[this.at + 1] === '@') return;
      const end = this.text.indexOf('\n', this.at);
      this.at = end < 0 ? this.text.length : end;
    }
  }

  /** The next character after space, '' at the end. */
  peek(): string {
    this.skip();
    return this.text[this.at] ?? '';
  }

  /** Whether `text` stands next. */
  sees(text: string): boolean {
    this.skip();
    return this.text.startsWith(text, this.at);
  }

  atEnd(): boolean {
    return this.peek() === '';
  }

  /** The identifier that stands next, '' where none does; nothing is consumed. */
  peekIdentifier(): string {
    this.skip();
    IDENTIFIER.lastIndex = this.at;
    return IDENTIFIER.exec(this.text)?.[0] ?? '';
  }

  seesSpecialFloat(): boolean {
    this.skip();
    SPECIAL.lastIndex = this.at;
    return SPECIAL.test(this.text);
  }

  /** Runs `look` and comes back to where the scanner stood. */
  ahead<T>(look: () => T): T {
    const { at } = this;
    try {
      return look();
    } finally {
      this.at = at;
    }
  }

  // ---- taking

  matches(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.matches(text)) throw this.expected(`"${text}"`);
  }

  identifier(what = 'a name'): string {
    const id = this.peekIdentifier();
    if (id === '') throw this.expected(what);
    this.at += id.length;
    return id;
  }

  /** An identifier, or any name in quotes. */
  quotable(what = 'a name'): string {
    return this.peek() === '"' ? this.string() : this.identifier(what);
  }

  /** As ONNX lists operands: `(, x)` and `("", x)` both begin with one that is left out; null: there is no further one. */
  optionalQuotable(): string | null {
    if (this.peek() === '"') return this.string();
    const id = this.peekIdentifier();
    this.at += id.length;
    return id !== '' || this.peek() === ',' ? id : null;
  }

  /** In quotes; a backslash takes the next character as it is (so `\n` is the letter n, as in ONNX). */
  string(what = 'a string'): string {
    if (this.peek() !== '"') throw this.expected(what);
    PLAIN_STRING.lastIndex = this.at;
    const plain = PLAIN_STRING.exec(this.text);
    if (plain) {
      this.at += plain[0].length;
      return plain[0].slice(1, -1);
    }
    return this.escapedString();
  }

  private escapedString(): string {
    const parts: string[] = [];
    let from = this.at + 1;
    for (let i = from; i < this.text.length; i++) {
      const c = this.text[i];
      if (c === '"') {
        parts.push(this.text.slice(from, i));
        this.at = i + 1;
        return parts.join('');
      }
      if (c !== '\\') continue;
      parts.push(this.text.slice(from, i));
      from = ++i;
    }
    throw this.fail('text.literal', { problem: 'the string that begins here has no end' });
  }

  /** A number; `inf`, `infinity` and `nan` in any case are floats. */
  number(what = 'a number'): Literal {
    this.skip();
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (!found) throw this.expected(what);
    const { at } = this;
    this.at = NUMBER.lastIndex;
    const float = found[1] !== undefined || found[2] !== undefined || found[3] !== undefined;
    return { kind: float ? 'float' : 'int', text: found[0], at };
  }

  literal(): Literal {
    const { at } = this;
    return this.peek() === '"' ? { kind: 'string', text: this.string(), at } : this.number('a value');
  }

  /** A whole number that JavaScript holds exactly. */
  integer(what = 'a whole number'): number {
    const big = this.bigInteger(what);
    const value = Number(big);
    if (!Number.isSafeInteger(value)) throw this.fail('text.literal', { problem: `${big} is too large` });
    return value;
  }

  bigInteger(what = 'a whole number'): bigint {
    const { at } = this;
    const token = this.number(what);
    if (token.kind === 'int') return BigInt(token.text);
    this.at = at;
    throw this.expected(what);
  }

  /** The text of the annotation that stands next, without its mark; null where none does. */
  note(): string | null {
    if (!this.sees(NOTE_MARK)) return null;
    const end = this.text.indexOf('\n', this.at);
    const stop = end < 0 ? this.text.length : end;
    const json = this.text.slice(this.at + NOTE_MARK.length, stop);
    this.at = stop;
    return json;
  }

  // ---- nesting and failing

  nested<T>(parse: () => T): T {
    if (++this.depth > DEPTH_LIMIT) throw this.fail('text.too-deep', { limit: DEPTH_LIMIT });
    const result = parse();
    this.depth--;
    return result;
  }

  expected(what: string): FormatError {
    const found = this.peek() === '' ? 'the end of the text' : `"${this.snippet()}"`;
    return this.fail('text.syntax', { what, found });
  }

  private snippet(): string {
    const id = this.peekIdentifier();
    if (id !== '') return id.length > 40 ? `${id.slice(0, 40)}…` : id;
    return this.text.slice(this.at, this.at + 12).split('\n', 1)[0]!;
  }

  fail(code: DiagnosticCode, params: Params, at = this.at): FormatError {
    return new FormatError(code, { at: lineAndColumn(this.text, at), ...params }, { offset: at });
  }
}

/** `line:column`, both from 1. */
export function lineAndColumn(text: string, at: number): string {
  let line = 1;
  let start = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) {
    line++;
    start = i + 1;
  }
  return `${line}:${at - start + 1}`;
}
