/** Branches and loops: bodies of the source as bodies of the result; calls of subgraphs are laid out in place. */
import { Held, naturalOf } from '../../../graph-model/builders/axis-orders.ts';
import type { TypedEmitter } from '../../../graph-model/builders/typed-emitter.ts';
import type { GraphId, ValueId } from '../../../graph-model/core/model.ts';
import { tensorType, type Dim, type ValueType } from '../../../graph-model/core/types.ts';
import type { Lowering, TfliteCall } from './call.ts';
import { Operand } from './operand.ts';

const inputsFrom = (c: TfliteCall, from: number): Operand[] =>
  Array.from({ length: c.count - from }, (_, i) => c.operand(from + i));

const branch = (graph: GraphId) => ({ kind: 'graph' as const, value: graph });

/** A body whose results are the operands as stored; it reads the tensors of the graph around it. */
function branchBody(c: TfliteCall, source: GraphId, inputs: readonly Operand[], name: string): GraphId {
  const body = c.e.draft.newGraph(name);
  const inner = c.e.within(body);
  const copies = inputs.map((o) => o.copy());
  const results = c.given.around
    .within(inner, source, copies)
    .map((o) => inner.op('Identity', [naturalOf(inner, o.stored)]));
  c.e.draft.setGraphOutputs(body, results);
  return body;
}

function chosen(c: TfliteCall, condition: ValueId, yes: GraphId, no: GraphId): Operand[] {
  const count = c.node.outputs.length;
  const made = c.e.ops('If', [condition], { then_branch: branch(yes), else_branch: branch(no) }, count);
  return made.map((v, i) => Operand.of(c.keep(v), c.quantizationOf(i)));
}

const scalar = (e: TypedEmitter, v: ValueId) => (e.dims(v)?.length === 0 ? v : e.reshape(v, []));

const ifThen: Lowering = (c) => {
  const inputs = inputsFrom(c, 1);
  const condition = scalar(c.e, c.natural(c.stored(0)));
  const [yes, no] = [c.body('then_subgraph'), c.body('else_subgraph')];
  return chosen(c, condition, branchBody(c, yes, inputs, 'then'), branchBody(c, no, inputs, 'else'));
};

/** The last branch stands for every number that none has. */
const hloCase: Lowering = (c) => {
  const list = c.node.attributes.get('branch_subgraph');
  const sources = list?.kind === 'graphs' ? list.value : [];
  if (sources.length < 2) return c.refuse('it has fewer than two branches');
  const inputs = inputsFrom(c, 1);
  const index = c.natural(c.stored(0));
  const nested = (e: TypedEmitter, from: number): GraphId => {
    if (from === sources.length - 1) return branchBody(c, sources[from]!, inputs, `branch_${from}`);
    const body = c.e.draft.newGraph(`branches_from_${from}`);
    const inner = e.within(body);
    const is = inner.op('Equal', [index, inner.numbers('int32', [from])]);
    const plain = {
      then_branch: branch(branchBody(c, sources[from]!, inputs, `branch_${from}`)),
      else_branch: branch(nested(inner, from + 1)),
    };
    c.e.draft.setGraphOutputs(body, inner.ops('If', [is], plain, c.node.outputs.length));
    return body;
  };
  const is = c.e.op('Equal', [index, c.e.numbers('int32', [0])]);
  return chosen(c, is, branchBody(c, sources[0]!, inputs, 'branch_0'), nested(c.e, 1));
};

/** What is the same before and after every step is read from around the loop; the rest is carried through it. */
const loop: Lowering = (c) => {
  const { e } = c;
  const { around } = c.given;
  const [condition, source] = [c.body('cond_subgraph'), c.body('body_subgraph')];
  const inputs = inputsFrom(c, 0);
  const fixed = around.unchanged(source);
  const carried = inputs.flatMap((_, i) => (fixed[i] ? [] : [i]));
  const declared = around.typesIn(source);
  const start = around.inline(condition, inputs)[0]!;
  const body = e.draft.newGraph('body');
  const inner = e.within(body);
  const parameter = (name: string, type: ValueType) => e.draft.newValue(body, name, null, { type });
  const own = [parameter('iteration', tensorType('int64', [])), parameter('condition', tensorType('bool', []))];
  const states = carried.map((i) => {
    const type = carriedType(
      e.typeOf(naturalOf(e, inputs[i]!.stored)),
      declared.inputs[i] ?? null,
      declared.outputs[i] ?? null,
    );
    return parameter(`state_${i}`, type ?? c.refuse(`the type of its input ${i} is not known`));
  });
  e.draft.setGraphInputs(body, [...own, ...states]);
  const before = inputs.map((o, i) =>
    fixed[i] ? o.copy() : Operand.of(Held.of(states[carried.indexOf(i)]!), o.quantization),
  );
  const after = around.within(inner, source, before);
  const again = around.within(
    inner,
    condition,
    after.map((o) => o.copy()),
  )[0]!;
  const results = [again, ...carried.map((i) => after[i]!)].map((o, k) => {
    const v = naturalOf(inner, o.stored);
    return inner.op('Identity', [k === 0 ? scalar(inner, v) : v]);
  });
  e.draft.setGraphOutputs(body, results);
  const initial = carried.map((i) => naturalOf(e, inputs[i]!.stored));
  const first = scalar(e, naturalOf(e, start.stored));
  const made = e.ops('Loop', [null, first, ...initial], { body: branch(body) }, carried.length);
  return inputs.map((o, i) => (fixed[i] ? o : Operand.of(c.keep(made[carried.indexOf(i)]!), o.quantization)));
};

/** Lengths that are the same before the loop and after every step, as far as the file says. */
function carriedType(initial: ValueType | null, before: ValueType | null, after: ValueType | null): ValueType | null {
  if (initial?.kind !== 'tensor') return before;
  const shapes = [initial, before, after].map((t) => (t?.kind === 'tensor' ? t.shape : null));
  const [first] = shapes;
  if (!first || shapes.some((s) => s === null || s.length !== first.length)) return tensorType(initial.dtype, null);
  const dims = first.map((d, i): Dim => (typeof d === 'number' && shapes.every((s) => s![i] === d) ? d : null));
  return tensorType(initial.dtype, dims);
}

const inPlace =
  (key: string): Lowering =>
  (c) =>
    c.given.around.inline(c.body(key), inputsFrom(c, 0));

/** Sets variables and tables before the first step of the rest. */
const once: Lowering = (c) => {
  c.given.around.inline(c.body('init_subgraph'), []);
  return [];
};

export const CONTROL: Readonly<Record<string, Lowering>> = {
  CALL: inPlace('subgraph'),
  CALL_ONCE: once,
  IF: ifThen,
  STABLEHLO_CASE: hloCase,
  STABLEHLO_COMPOSITE: inPlace('decomposition_subgraph'),
  STABLEHLO_WHILE: loop,
  WHILE: loop,
};
