/** Rules for tensors whose channels stand last: the data is seen as channels-first, and results are turned back. */
import type { Shape, TensorType, ValueType } from '../../core/types.ts';
import { NodeContext, type InferRule } from './context.ts';
import { likeInput } from './elementwise.ts';
import { withTraits, type Rows } from './row.ts';
import { SHAPES } from './shapes.ts';
import { WINDOWS } from './windows.ts';

const toFirst = (shape: Shape): Shape =>
  shape === null || shape.length < 3 ? shape : [shape[0]!, shape.at(-1)!, ...shape.slice(1, -1)];
const toLast = (shape: Shape): Shape =>
  shape === null || shape.length < 3 ? shape : [shape[0]!, ...shape.slice(2), shape[1]!];

class ChannelsLast extends NodeContext {
  constructor(
    c: NodeContext,
    private readonly data: readonly number[],
  ) {
    super(c.facts, c.node, c.version, c.frame, (body, inputs) => c.run(c.facts.view.graph(body), inputs));
  }

  override tensor(i: number): TensorType | null {
    const t = super.tensor(i);
    return t && this.data.includes(i) ? { ...t, shape: toFirst(t.shape) } : t;
  }

  override set(i: number, type: ValueType | null): void {
    super.set(i, type?.kind === 'tensor' ? { ...type, shape: toLast(type.shape) } : type);
  }
}

/** A rule for channels-first data, applied to channels-last data in the inputs `data`. */
export const channelsLast =
  (rule: InferRule, data: readonly number[] = [0]): InferRule =>
  (c) =>
    rule(new ChannelsLast(c, data));

/** Channels last where the attribute says so. */
export const channelsLastIf =
  (attribute: string, rule: InferRule): InferRule =>
  (c) =>
    c.int(attribute, 0) ? channelsLast(rule)(c) : rule(c);

const standard = (rows: Rows, ops: readonly string[]): Record<string, InferRule> =>
  Object.fromEntries(ops.map((op) => [op, channelsLast(rows[op]!.infer!)]));

const TURNED = [
  ...['AveragePool', 'Conv', 'ConvTranspose', 'GlobalAveragePool', 'GlobalLpPool', 'GlobalMaxPool', 'GridSample'],
  ...['LpPool', 'MaxPool', 'MaxUnpool', 'QLinearConv'],
];

/** ONNX Runtime's internal operators with channels last. */
export const NHWC: Rows = withTraits([], {
  ...standard(WINDOWS, TURNED),
  ...standard(SHAPES, ['DepthToSpace', 'SpaceToDepth']),
  QLinearAveragePool: channelsLast(WINDOWS['AveragePool']!.infer!),
  QLinearConvTranspose: channelsLast((c) => c.setTensor(0, c.dtype(7) ?? c.dtype(0), null)),
  // Scales and sizes are given in the order of the data.
  Resize: WINDOWS['Resize']!.infer!,
  BatchNormalization: likeInput(),
  InstanceNormalization: likeInput(),
  LRN: likeInput(),
});

const reorderOutput: InferRule = (c) => {
  const shape = c.shape(0);
  const out = shape && [shape[0]!, c.optionalInt('channels') ?? shape[1]!, ...shape.slice(2)];
  c.setTensor(0, c.dtype(0), c.int('channels_last', 0) ? toLast(out) : out);
};

const reorderInput: InferRule = (c) =>
  c.setTensor(0, c.dtype(0), c.int('channels_last', 0) ? toFirst(c.shape(0)) : c.shape(0));

const upsampleBlocked: InferRule = (c) => {
  const scales = c.ints('scales');
  const shape = c.shape(0);
  c.setTensor(
    0,
    c.dtype(0),
    shape && shape.map((d, i) => (typeof d === 'number' ? d * (scales?.[i] ?? 1) : scales?.[i] === 1 ? d : null)),
  );
};

/** ONNX Runtime's internal operators on blocks of channels. */
export const NCHWC: Rows = withTraits([], {
  ...Object.fromEntries(
    ['Conv', 'MaxPool', 'AveragePool', 'GlobalMaxPool', 'GlobalAveragePool'].map((op) => [op, WINDOWS[op]!.infer!]),
  ),
  Upsample: upsampleBlocked,
  ReorderInput: reorderInput,
  ReorderOutput: reorderOutput,
});
