/** How many outputs a node has, what they are called in a function, and of which type each is. */
import { OP_OUTPUTS } from './op-outputs.generated.ts';
import { typeOfName } from './dtype.ts';
import type { TfAttr, TfNode, TfType } from './records.ts';

interface Arg {
  readonly name: string;
  /** The attribute that counts it. */
  readonly number: string | null;
  /** The attribute that lists its types. */
  readonly types: string | null;
  readonly type: string | null;
  readonly byDefault: string | null;
}

/** No operator has more outputs than this; a count is an attribute of the file. */
const OUTPUT_LIMIT = 100_000;

let table: Map<string, readonly Arg[]> | null = null;

function argsOf(op: string): readonly Arg[] | null {
  table ??= parse(OP_OUTPUTS);
  return table.get(op) ?? null;
}

function parse(text: string): Map<string, readonly Arg[]> {
  const out = new Map<string, readonly Arg[]>();
  for (const line of text.trim().split('\n')) {
    const [op, ...args] = line.trim().split(' ');
    out.set(op!, args.map(parseArg));
  }
  return out;
}

function parseArg(text: string): Arg {
  const [, name, number, types, type, byDefault] = /^(\w+)(?:\*(\w+))?(?:\+(\w+))?(?:@(\w+))?(?:=(\w+))?$/.exec(text)!;
  const or = (s: string | undefined) => s ?? null;
  return { name: name!, number: or(number), types: or(types), type: or(type), byDefault: or(byDefault) };
}

export interface NodeOutputs {
  /** By position; null where the type is not known. */
  readonly types: readonly (TfType | null)[];
  /** The position of `arg:index`, as functions name outputs. */
  place(arg: string, index: number): number;
}

/** null: an operator that the table does not have, whose outputs are those that are read. */
export function outputsOf(node: Pick<TfNode, 'op' | 'attrs'>): NodeOutputs | null {
  const args = argsOf(node.op);
  if (!args) return null;
  const begins = new Map<string, number>();
  const types: (TfType | null)[] = [];
  for (const arg of args) {
    begins.set(arg.name, types.length);
    for (const type of argTypes(arg, node)) types.push(type);
  }
  return { types, place: (arg, index) => (begins.get(arg) ?? 0) + index };
}

function argTypes(arg: Arg, { attrs }: Pick<TfNode, 'attrs'>): readonly (TfType | null)[] {
  if (arg.types !== null) {
    const list = attrs.get(arg.types);
    return list?.kind === 'list' ? list.value.map(typeIn) : [];
  }
  const type = typeIn(attrs.get(arg.type ?? '')) ?? typeOfName(arg.byDefault ?? arg.type ?? '');
  if (arg.number === null) return [type];
  const count = attrs.get(arg.number);
  const n = count?.kind === 'i' ? Number(count.value) : 1;
  return new Array<TfType | null>(Math.max(0, Math.min(OUTPUT_LIMIT, n))).fill(type);
}

function typeIn(attr: TfAttr | undefined): TfType | null {
  return attr?.kind === 'type' ? attr.value : null;
}
