/** The nodes of the `sklearn` dialect back as the objects they describe: the opposite of encode.ts. */
import type { Attribute } from '../../../graph-model/core/attributes.ts';
import type { Progress } from '../../../graph-model/job.ts';
import type { GraphId, Model, Node } from '../../../graph-model/core/model.ts';
import { readTensor, tensorAtHand, type DenseTensor, type Tensor } from '../../../graph-model/core/tensor.ts';
import { NdArray, NumpyDtype, PyGlobal, PyObject, type PyValue } from '../../containers/pickle/index.ts';
import { ForeignObject, isForeignNode } from '../foreign.ts';

/** The estimator that a graph describes: its one node's, or the pipeline of its nodes. */
export async function decodeGraph(model: Model, graph: GraphId, progress: Progress = () => {}): Promise<PyObject> {
  const g = model.graphs.at(graph);
  const nodes = g.order.map((id) => model.nodes.at(id)).filter((n) => n.op !== 'Columns');
  const cls = g.metadata?.get('class');
  if (nodes.length === 1 && !cls) return (await new Decoder(model, progress).node(nodes[0]!)) as PyObject;
  const pipeline = new PyObject(globalOf(cls ?? 'sklearn.pipeline.Pipeline'));
  const steps: PyValue[] = [];
  for (const n of nodes) steps.push([n.name, await new Decoder(model, progress).node(n)]);
  pipeline.attrs.set('steps', steps);
  return pipeline;
}

/** Lists of more are worth a word on progress. */
const LONG = 64;

class Decoder {
  constructor(
    private readonly model: Model,
    private readonly progress: Progress,
  ) {}

  async node(node: Node): Promise<PyValue> {
    if (node.op === 'passthrough') return 'passthrough';
    const steps = node.attributes.get('steps');
    if (node.op === 'Pipeline' && steps?.kind === 'graph') return decodeGraph(this.model, steps.value, this.progress);
    const cls = node.metadata?.get('class') ?? `${node.domain}.${node.op}`;
    if (isForeignNode(node)) return new ForeignObject(globalOf(cls), node);
    const tree = treeOf(node.attributes);
    const out = new PyObject(globalOf(cls), (await this.child(tree, 'args')) as PyValue[] | undefined);
    for (const [name, branch] of tree.children) if (name !== 'args') out.attrs.set(name, await this.value(branch));
    return out;
  }

  private async child(branch: Branch, name: string): Promise<PyValue | undefined> {
    const found = branch.children.get(name);
    return found && this.value(found);
  }

  private async items(branch: Branch, name: string): Promise<PyValue[]> {
    const value = await this.child(branch, name);
    if (value instanceof NdArray) return value.values();
    return Array.isArray(value) ? value : [];
  }

  private async value(b: Branch): Promise<PyValue> {
    const a = b.attribute;
    if (!a) return null;
    if (a.doc !== undefined) {
      const special = await this.special(b, a, a.doc);
      if (special !== undefined) return special;
    }
    return this.plain(a);
  }

  private async plain(a: Attribute): Promise<PyValue> {
    switch (a.kind) {
      case 'int':
        return Number(a.value);
      case 'float':
      case 'string':
        return a.value;
      case 'strings':
        return [...a.value];
      case 'ints':
        return Array.from(a.value, Number);
      case 'floats':
        return [...a.value];
      case 'tensor':
        return arrayOf(a.value);
      case 'graph':
        return decodeGraph(this.model, a.value, this.progress);
      case 'graphs':
        return Promise.all(a.value.map((g) => decodeGraph(this.model, g, this.progress)));
      default:
        return null;
    }
  }

  /** undefined where the doc says nothing about Python's type. */
  private async special(b: Branch, a: Attribute, doc: string): Promise<PyValue | undefined> {
    if (doc === 'None') return null;
    if (a.kind === 'int' && doc === 'bool') return a.value !== 0n;
    if (a.kind === 'int' && doc === 'dict') {
      const values = await this.items(b, 'values');
      return new Map((await this.items(b, 'keys')).map((k, i) => [k, values[i] ?? null]));
    }
    if (a.kind === 'int' && doc === 'set') return new Set(await this.items(b, 'items'));
    if (a.kind === 'int' && doc === 'list') return this.list(b, Number(a.value));
    if (a.kind === 'ints' && doc === 'objects')
      return new NdArray(new NumpyDtype('O', 8), Array.from(a.value, Number), await this.items(b, 'items'));
    if (a.kind === 'ints' && doc === 'records') return this.records(b);
    if (a.kind === 'tensor' && doc === 'float') return (await arrayOf(a.value)).values()[0] ?? null;
    if (a.kind === 'tensor' && doc === 'list') return (await arrayOf(a.value)).values();
    if (a.kind === 'tensor' && doc === 'bytes') return (await arrayOf(a.value)).data as Uint8Array;
    if (a.kind !== 'string') return undefined;
    if (doc === 'int') return BigInt(a.value);
    if (doc === 'name') return globalOf(a.value);
    if (doc === 'dtype') return NumpyDtype.parse(a.value);
    return doc === 'object' ? this.object(b, a.value) : undefined;
  }

  private async list(b: Branch, length: number): Promise<PyValue[]> {
    const out: PyValue[] = [];
    for (let i = 0; i < length; i++) {
      if (length > LONG && i % 16 === 0) this.progress(i, length, 'Reading the estimators');
      out.push((await this.child(b, String(i))) ?? null);
    }
    return out;
  }

  /** Arrays of records stay one array a field. */
  private async records(b: Branch): Promise<PyValue> {
    const out = new PyObject(new PyGlobal('numpy', 'records'));
    for (const [name, branch] of b.children) out.attrs.set(name, await this.value(branch));
    return out;
  }

  private async object(b: Branch, cls: string): Promise<PyValue> {
    const out = new PyObject(globalOf(cls), await this.items(b, 'args'));
    for (const [name, branch] of b.children) {
      if (name === 'items') out.items.push(...(await this.items(b, 'items')));
      else if (name === 'state') out.state = await this.value(branch);
      if (name !== 'args') out.attrs.set(name, await this.value(branch));
    }
    return out;
  }
}

/** Dotted names as a tree. */
interface Branch {
  attribute: Attribute | null;
  readonly children: Map<string, Branch>;
}

function treeOf(attributes: ReadonlyMap<string, Attribute>): Branch {
  const root: Branch = { attribute: null, children: new Map() };
  for (const [name, attribute] of attributes) {
    let at = root;
    for (const part of name.split('.')) {
      let next = at.children.get(part);
      if (!next) at.children.set(part, (next = { attribute: null, children: new Map() }));
      at = next;
    }
    at.attribute = attribute;
  }
  return root;
}

function globalOf(path: string): PyGlobal {
  const dot = path.lastIndexOf('.');
  return new PyGlobal(path.slice(0, Math.max(0, dot)), path.slice(dot + 1));
}

const KINDS: Readonly<Record<string, string>> = {
  double: 'f8',
  float: 'f4',
  int64: 'i8',
  int32: 'i4',
  int16: 'i2',
  int8: 'i1',
  uint64: 'u8',
  uint32: 'u4',
  uint16: 'u2',
  uint8: 'u1',
  bool: 'b1',
};

async function arrayOf(tensor: Tensor): Promise<NdArray> {
  const dense: DenseTensor = tensorAtHand(tensor) ?? (await readTensor(tensor));
  const { values } = dense;
  if (Array.isArray(values)) return new NdArray(new NumpyDtype('O', 8), tensor.dims, values as string[]);
  const view = values as Float64Array;
  const dtype = NumpyDtype.parse(KINDS[tensor.dtype] ?? 'u1')!;
  return new NdArray(dtype, tensor.dims, new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}
