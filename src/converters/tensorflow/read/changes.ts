/** Which variables a node changes, itself or in the functions that it calls. */
import type { TfAttr, TfFunction, TfNode } from './records.ts';

const CHANGES = /^(Assign\w*VariableOp|ResourceScatter\w+|ResourceStridedSliceAssign|Resource\w*Apply\w+)$/;
/** These give their functions all inputs but the first, which decides. */
const DECIDES = /^(If|StatelessIf|Case|StatelessCase)$/;

const nodeOf = (input: string) => input.split(':')[0]!;
const NONE: ReadonlySet<number> = new Set();

export class Changes {
  private readonly functions: ReadonlyMap<string, TfFunction>;
  private readonly known = new Map<string, ReadonlySet<number>>();

  constructor(functions: readonly TfFunction[]) {
    this.functions = new Map(functions.map((f) => [f.name, f]));
  }

  /** The places of a node's inputs that are variables which it changes. */
  inputsOf(node: TfNode): ReadonlySet<number> {
    if (CHANGES.test(node.op)) return new Set([0]);
    const names = [node.op, ...[...node.attrs.values()].flatMap(functionsIn)].filter((n) => this.functions.has(n));
    if (names.length === 0) return NONE;
    const skipped = DECIDES.test(node.op) ? 1 : 0;
    return new Set(names.flatMap((n) => [...this.argumentsOf(n)].map((i) => i + skipped)));
  }

  private argumentsOf(name: string): ReadonlySet<number> {
    const known = this.known.get(name);
    if (known) return known;
    const found = new Set<number>();
    // A function that calls itself finds what is known so far.
    this.known.set(name, found);
    const { inputs, nodes } = this.functions.get(name)!;
    const places = new Map(inputs.map((a, i) => [a.name, i]));
    const behind = new Map(nodes.map((n) => [n.name, n]));
    for (const node of nodes) {
      for (const i of this.inputsOf(node)) {
        const place = places.get(origin(node.inputs[i] ?? '', behind));
        if (place !== undefined) found.add(place);
      }
    }
    return found;
  }
}

function functionsIn(attr: TfAttr): string[] {
  if (attr.kind === 'func') return [attr.value];
  return attr.kind === 'list' ? attr.value.flatMap(functionsIn) : [];
}

/** The name behind nodes that only pass on. */
function origin(input: string, nodes: ReadonlyMap<string, TfNode>): string {
  let name = nodeOf(input);
  for (let n = 0; n < 20; n++) {
    const node = nodes.get(name);
    if (node?.op !== 'Identity' || node.inputs[0] === undefined) break;
    name = nodeOf(node.inputs[0]);
  }
  return name;
}
