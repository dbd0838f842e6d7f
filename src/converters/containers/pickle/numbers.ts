/** Python's number literals as pickles write them. */

/** A number where it is exact, else a bigint. */
export function plainInt(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Two's complement, little-endian, of any length. */
export function longOf(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  let hex = '';
  for (let i = bytes.length - 1; i >= 0; i--) hex += bytes[i]!.toString(16).padStart(2, '0');
  return plainInt(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)));
}

/** `12`, `-3L`; null for anything else. */
export function intOf(text: string): number | bigint | null {
  return /^-?\d{1,20000}L?$/.test(text.trim()) ? plainInt(BigInt(text.trim().replace('L', ''))) : null;
}

/** A decimal number, `nan`, `inf` or `-inf`; null for anything else. */
export function floatOf(text: string): number | null {
  const words: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity, '-nan': NaN };
  const word = words[text.trim()];
  if (word !== undefined) return word;
  return /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : null;
}

/** A protocol-0 string literal of Python: quotes, backslash escapes. */
export function unquote(text: string): string {
  const inner = text.replace(/^(['"])([\s\S]*)\1$/, '$2');
  const plain: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };
  return inner.replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])/g, (_, e: string) => {
    if (/^x..$/.test(e)) return String.fromCharCode(parseInt(e.slice(1), 16));
    if (/^[0-7]+$/.test(e)) return String.fromCharCode(parseInt(e, 8));
    return plain[e] ?? e;
  });
}

/** Protocol-0 unicode: `\uXXXX` and `\UXXXXXXXX` alone are escapes. */
export function rawUnicode(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (all, short?: string, long?: string) => {
    const code = parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
