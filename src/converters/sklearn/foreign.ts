/** Estimators of other libraries within scikit-learn's: found in what a pickle holds, kept as nodes of their own dialect. */
import { emitHead, type Head } from '../../graph-model/builders/heads.ts';
import { headOf } from '../../graph-model/builders/dialect-model.ts';
import type { Model, Node } from '../../graph-model/core/model.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { NdArray, NumpyDtype, type PyGlobal, PyObject, type PyValue } from '../containers/pickle/index.ts';
import { libraryOf, type ForeignInput, type ForeignLibrary, type ForeignReader } from '../foreign.ts';
import { once, type Builder, type Val } from './lower/builder.ts';
import { classifier, regressor, type Lowered, type Lowerer } from './lower/lowered.ts';
import type { Table } from './lower/table.ts';

/** A fitted estimator of another library: the node that describes it. */
export class ForeignObject extends PyObject {
  constructor(
    cls: PyGlobal,
    readonly node: Node,
  ) {
    super(cls);
    const columns = Number(node.metadata?.get('columns') ?? 0);
    if (columns > 0) this.attrs.set('n_features_in_', columns);
    const classes = classesOf(headOf(node), 0);
    if (classes) this.attrs.set('classes_', classes);
  }
}

/** Nodes of sklearn's own hold no task. */
export const isForeignNode = (node: Node): boolean => node.domain !== 'sklearn' && node.attributes.has('task');

/** Reads every fitted estimator of another library within a value; those that are not fitted are parameters. */
export async function readForeign(
  root: PyValue,
  libraries: readonly ForeignLibrary[],
  file: string,
  job: JobContext,
): Promise<ReadonlyMap<PyObject, Model>> {
  const out = new Map<PyObject, Model>();
  const fittedOf = (object: PyObject): ForeignLibrary | null => {
    const library = libraryOf(libraries, object.cls.path);
    return library?.fitted.some((name) => (object.get(name) ?? null) !== null) ? library : null;
  };
  for (const object of objectsIn(root, (o) => fittedOf(o) !== null)) {
    job.signal.throwIfAborted();
    const library = fittedOf(object);
    if (library) out.set(object, await (await library.load()).read(object, file, job));
  }
  return out;
}

/** All objects, but what is within whole ones; without recursion: hostile files nest as deep as they are long. */
function objectsIn(root: PyValue, isWhole: (object: PyObject) => boolean): PyObject[] {
  const out: PyObject[] = [];
  const seen = new Set<PyValue>();
  const stack: PyValue[] = [root];
  while (stack.length > 0) {
    const v = stack.pop()!;
    if (v === null || typeof v !== 'object' || seen.has(v)) continue;
    seen.add(v);
    if (v instanceof PyObject) out.push(v);
    if (v instanceof PyObject && isWhole(v)) continue;
    for (const child of childrenOf(v)) stack.push(child);
  }
  return out;
}

function childrenOf(v: object): Iterable<PyValue> {
  if (Array.isArray(v)) return v as PyValue[];
  if (v instanceof Map) return [...(v as Map<PyValue, PyValue>).keys(), ...(v as Map<PyValue, PyValue>).values()];
  if (v instanceof Set) return v as Set<PyValue>;
  if (v instanceof NdArray) return v.data instanceof Uint8Array ? [] : v.data;
  return v instanceof PyObject ? [...v.attrs.values(), ...v.args, ...v.items, v.state ?? null] : [];
}

/** The readers of the libraries whose nodes a model holds, by domain. */
export async function readersFor(
  model: Model,
  libraries: readonly ForeignLibrary[],
): Promise<ReadonlyMap<string, ForeignReader>> {
  const domains = new Set<string>();
  for (const [, node] of model.nodes.entries()) domains.add(node.domain);
  const used = libraries.filter((l) => domains.has(l.id));
  return new Map(await Promise.all(used.map(async (l) => [l.id, await l.load()] as const)));
}

/** What an estimator of another library gives: the results of its scores, as its wrapper answers. */
export function lowerForeign(l: Lowerer, object: ForeignObject, reader: ForeignReader, x: Table): Lowered {
  const { node } = object;
  const head = headOf(node);
  const made = once(() => {
    l.o.origin = { dialect: node.domain, op: node.op, name: node.name };
    const e = l.o.emitter();
    const { value, type, outputs } = reader.scores(e, node, inputOf(l.o, x), node.name);
    const results = emitHead(e, value, outputs, { ...head, labels: undefined }, type);
    return { results, type, outputs, scores: value };
  });
  const result = (i: number): Val => l.o.double({ id: made().results[i]!, t: made().type });
  if (head.kind === 'regression') return regressor(() => result(0));
  const index = once((): Val => ({ id: made().results[0]!, t: 'int64' }));
  if (head.kind === 'multilabel') return { label: index, proba: once(() => result(1)) };
  const classes = classesOf(head, made().outputs)!;
  const decision = (): Val => {
    const scores = l.o.double({ id: made().scores, t: made().type });
    return head.kind === 'binary' ? l.o.flat(scores) : scores;
  };
  const own = node.attributes.has('decision_function') ? { decision } : {};
  return classifier(l, { classes, index, proba: () => result(1), ...own });
}

function inputOf(o: Builder, x: Table): ForeignInput {
  return {
    matrix: (type) => o.cast(x.matrix(), type).id,
    column: (index, type) => o.cast(x.column(index), type).id,
  };
}

/** The labels, or 0, 1, 2 … of so many; null for a regressor. */
function classesOf(head: Head, outputs: number): NdArray | null {
  if (head.kind === 'regression' || head.kind === 'multilabel') return null;
  if (head.labels && typeof head.labels[0] === 'string')
    return new NdArray(new NumpyDtype('O', 8), [head.labels.length], [...head.labels]);
  const count = head.kind === 'binary' ? 2 : outputs;
  const numbers = head.labels ?? Array.from({ length: count }, (_, i) => i);
  const data = BigInt64Array.from(numbers as readonly number[], BigInt);
  return new NdArray(NumpyDtype.parse('i8')!, [data.length], new Uint8Array(data.buffer));
}
