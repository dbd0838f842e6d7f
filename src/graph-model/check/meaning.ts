/** What signatures cannot say: attributes and constant inputs that no input could make right. */
import { getInt, getInts, getString } from '../core/attributes.ts';
import { normalAxis } from '../core/dims.ts';
import { label } from '../core/draft.ts';
import { normalDomain, type Node } from '../core/model.ts';
import { toNumbers } from '../core/tensor.ts';
import { dtypeOfCode, type Dim, type TensorType } from '../core/types.ts';
import { diagnostic } from '../diagnostics.ts';
import type { TypeTable } from '../operators/operator.ts';
import type { CheckContext } from './context.ts';

class NodeView {
  constructor(
    readonly node: Node,
    readonly version: number,
    private readonly types: TypeTable,
  ) {}

  tensor(i: number): TensorType | null {
    const v = this.node.inputs[i] ?? null;
    const type = v === null ? null : this.types.typeOf(v);
    return type?.kind === 'tensor' ? type : null;
  }
  shape(i: number): readonly Dim[] | null {
    return this.tensor(i)?.shape ?? null;
  }
  rank(i: number): number | null {
    return this.shape(i)?.length ?? null;
  }
  /** A constant input of numbers. */
  numbers(i: number): number[] | null {
    const v = this.node.inputs[i] ?? null;
    const dense = v === null ? null : this.types.constantOf(v);
    return dense && dense.dtype !== 'string' ? Array.from(toNumbers(dense)) : null;
  }
  /** Axes from an attribute, or from an input since `since`. */
  axes(since: number): number[] | null {
    return this.version >= since ? this.numbers(1) : (getInts(this.node, 'axes') ?? null);
  }
}

/** A sentence part that says what is wrong, or null. */
type Meaning = (n: NodeView) => string | null;

const axisInRange =
  (otherwise: number): Meaning =>
  (n) => {
    const [axis, rank] = [getInt(n.node, 'axis', otherwise), n.rank(0)];
    const wrong = rank !== null && rank > 0 && normalAxis(axis, rank) === null;
    return wrong ? `axis ${axis} is outside a tensor of rank ${rank}` : null;
  };

const isOther = (d: Dim | undefined, want: number) => typeof d === 'number' && d !== want;

function transpose(n: NodeView): string | null {
  const [perm, rank] = [getInts(n.node, 'perm'), n.rank(0)];
  if (!perm || rank === null) return null;
  const whole = perm.length === rank && new Set(perm.map((p) => normalAxis(p, rank))).size === rank;
  return whole && perm.every((p) => normalAxis(p, rank) !== null)
    ? null
    : `perm [${perm.join(', ')}] is no order of ${rank} axes`;
}

function squeeze(n: NodeView): string | null {
  const [axes, shape] = [n.axes(13), n.shape(0)];
  const long = axes && shape ? axes.find((a) => isOther(shape.at(a), 1)) : undefined;
  return long === undefined ? null : `axis ${long} has the length ${shape!.at(long)} and only 1 can be squeezed`;
}

function unsqueeze(n: NodeView): string | null {
  const [axes, rank] = [n.axes(13), n.rank(0)];
  if (!axes || rank === null) return null;
  const places = axes.map((a) => normalAxis(a, rank + axes.length));
  return new Set(places).size === axes.length ? null : `the axes [${axes.join(', ')}] name one place twice`;
}

function split(n: NodeView): string | null {
  const sizes = n.version >= 13 ? n.numbers(1) : getInts(n.node, 'split');
  const length = n.shape(0)?.at(getInt(n.node, 'axis', 0));
  const sum = sizes?.reduce((a, b) => a + b, 0);
  return sum !== undefined && isOther(length, sum) ? `its parts make ${sum} together and there are ${length}` : null;
}

function reshape(n: NodeView): string | null {
  const open = n.numbers(1)?.filter((d) => d === -1).length ?? 0;
  return open > 1 ? `its shape leaves ${open} dimensions open and one at most can be worked out` : null;
}

function pad(n: NodeView): string | null {
  const pads = n.version >= 11 ? n.numbers(1) : getInts(n.node, 'pads');
  const axes = n.version >= 18 && (n.node.inputs[3] ?? null) !== null;
  const rank = axes ? (n.numbers(3)?.length ?? null) : n.rank(0);
  return pads && rank !== null && pads.length !== 2 * rank
    ? `${pads.length} pads are given and ${2 * rank} are needed`
    : null;
}

function topK(n: NodeView): string | null {
  const k = n.version >= 10 ? n.numbers(1)?.[0] : getInt(n.node, 'k');
  const length = n.shape(0)?.at(getInt(n.node, 'axis', -1));
  return k !== undefined && typeof length === 'number' && k > length ? `k is ${k} and there are ${length}` : null;
}

function perChannel(n: NodeView): string | null {
  const channels = n.shape(0)?.[1];
  for (let i = 1; i < n.node.inputs.length; i++) {
    const own = n.shape(i)?.[0];
    if (typeof channels === 'number' && isOther(own, channels))
      return `input ${i} has ${own} elements and there are ${channels} channels`;
  }
  return null;
}

function einsum(n: NodeView): string | null {
  const terms = getString(n.node, 'equation', '').split('->')[0]!.split(',').length;
  const { length } = n.node.inputs;
  return terms === length ? null : `its equation has ${terms} terms and ${length} inputs are given`;
}

function constant(n: NodeView): string | null {
  const { size } = n.node.attributes;
  return size > 1 ? `${size} values are given and it makes one` : null;
}

function cast(n: NodeView): string | null {
  const to = getInt(n.node, 'to', 1);
  return to > 0 && dtypeOfCode(to) !== null ? null : `there is no element type ${to}`;
}

function recurrent(gates: number): Meaning {
  return (n) => {
    const hidden = getInt(n.node, 'hidden_size');
    const rows = n.shape(1)?.[1];
    return hidden !== undefined && isOther(rows, gates * hidden)
      ? `hidden_size is ${hidden} and its weights are of ${Number(rows) / gates}`
      : null;
  };
}

function convolution(n: NodeView): string | null {
  const [x, w] = [n.shape(0), n.shape(1)];
  const group = getInt(n.node, 'group', 1);
  if (!x || !w) return null;
  if (x.length !== w.length) return `its input has ${x.length} dimensions and its weights have ${w.length}`;
  const [channels, own] = [x[1], w[1]];
  return typeof own === 'number' && isOther(channels, own * group)
    ? `its input has ${channels} channels and its weights take ${own * group}`
    : null;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Split: split,
  Reshape: reshape,
  Pad: pad,
  TopK: topK,
  BatchNormalization: perChannel,
  InstanceNormalization: perChannel,
  Einsum: einsum,
  Constant: constant,
  Cast: cast,
  LSTM: recurrent(4),
  GRU: recurrent(3),
  RNN: recurrent(1),
  Conv: convolution,
  Softmax: (n) => (n.version >= 13 ? axisInRange(-1)(n) : null),
  LogSoftmax: (n) => (n.version >= 13 ? axisInRange(-1)(n) : null),
  Hardmax: (n) => (n.version >= 13 ? axisInRange(-1)(n) : null),
};

/** One node of ONNX's own domain, at the version that rules it. Bodies are left out: a branch may be one that is never taken. */
export function checkMeaning(c: CheckContext, node: Node, version: number): void {
  if (c.model.graphs.at(node.graph).parent !== null) return;
  if (!c.types || normalDomain(node.domain) !== '' || !Object.hasOwn(MEANINGS, node.op)) return;
  const why = MEANINGS[node.op]!(new NodeView(node, version, c.types));
  if (why) c.add(diagnostic('check.meaning', { node: label(node), why }, { node: node.id }));
}
