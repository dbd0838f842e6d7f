/**
 * Steps up: `Op@V` rewrites a node of opset V - 1 for opset V where the signature or the meaning changed. What is not
 * listed needs nothing but wider types (ONNX, Changelog.md).
 */
import { getFloat, getFloats, getInt, getInts, getString } from '../core/attributes.ts';
import { floatTensor } from '../core/tensor.ts';
import { batchedScan } from './recurrences.ts';
import { softmaxOverTail } from './softmax.ts';
import type { Adapter, Step } from './step.ts';

const axesToInput: Adapter = (s) => s.moveToInput('axes', 1);

/** Reductions whose axes became an input with opset 18. */
export const REDUCTIONS_18 = [
  'ReduceMax',
  'ReduceMin',
  'ReduceMean',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceSumSquare',
];

export const UP: Readonly<Record<string, Adapter>> = {
  'BatchNormalization@9': (s) => {
    if (getInt(s.node, 'spatial', 1) !== 1) return 'spatial = 0 (statistics per element) has no later form';
    s.set({ spatial: undefined });
  },
  'Scan@9': batchedScan,
  'Upsample@9': (s) => {
    const scales = getFloats(s.node, 'scales');
    if (!scales) return 'it has no scales';
    s.setInputs([s.input(0), s.draft.constant(s.node.graph, floatTensor(scales))]);
    s.set({ scales: undefined });
  },
  'Upsample@10': (s) => s.draft.patchNode(s.id, { op: 'Resize' }),
  'Dropout@10': (s) => {
    if (!s.dropOutputs(1)) return 'its mask is read, and changed its type';
  },
  'Slice@10': sliceToInputs,
  'TopK@10': (s) => {
    const k = getInt(s.node, 'k');
    if (k === undefined) return 'it has no k';
    s.setInputs([s.input(0), s.int64([k])]);
    s.set({ k: undefined });
  },
  'Clip@11': clipToInputs,
  'Pad@11': padToInputs,
  // The old Resize and Upsample measured from the corner and took the element below (onnxruntime, upsample.cc).
  'Resize@11': (s) => {
    const roi = s.draft.constant(s.node.graph, floatTensor([]));
    s.setInputs([s.input(0), roi, s.input(1)]);
    const nearest = getString(s.node, 'mode', 'nearest') === 'nearest';
    s.set({ coordinate_transformation_mode: 'asymmetric', nearest_mode: nearest ? 'floor' : undefined });
  },
  'Scatter@11': (s) => s.draft.patchNode(s.id, { op: 'ScatterElements' }),
  'Dropout@12': (s) => {
    const ratio = getFloat(s.node, 'ratio', 0.5);
    s.setInputs([s.input(0), s.draft.constant(s.node.graph, floatTensor([ratio], []))]);
    s.set({ ratio: undefined });
  },
  'ReduceSum@13': axesToInput,
  'Squeeze@13': axesToInput,
  'Unsqueeze@13': axesToInput,
  'Split@13': (s) => s.moveToInput('split', 1),
  'Softmax@13': softmaxUp,
  'LogSoftmax@13': softmaxUp,
  'Hardmax@13': softmaxUp,
  'BatchNormalization@14': (s) => {
    if (!s.dropOutputs(1)) return 'its training outputs are read';
  },
  'RoiAlign@16': (s) => s.set({ coordinate_transformation_mode: 'output_half_pixel' }),
  ...Object.fromEntries(REDUCTIONS_18.map((op) => [`${op}@18`, axesToInput])),
  'Split@18': (s) => {
    if (s.input(1) === null) s.set({ num_outputs: s.node.outputs.length });
  },
  'DFT@20': (s) => {
    s.setInputs([s.input(0), s.input(1), s.int64([getInt(s.node, 'axis', 1)], [])]);
    s.set({ axis: undefined });
  },
  'GridSample@20': (s) => {
    const mode = getString(s.node, 'mode', 'bilinear');
    s.set({ mode: { bilinear: 'linear', bicubic: 'cubic' }[mode] ?? mode });
  },
  'GroupNormalization@21': groupToChannels,
};

function sliceToInputs(s: Step): string | void {
  const starts = getInts(s.node, 'starts');
  const ends = getInts(s.node, 'ends');
  if (!starts || !ends) return 'it has no starts and ends';
  const axes = getInts(s.node, 'axes');
  // INT64_MAX as a number rounds up past the range; "to the end" is what any larger value means.
  const clamp = (list: number[]) => list.map((v) => Math.max(-(2 ** 53), Math.min(2 ** 53, v)));
  s.setInputs([s.input(0), s.int64(clamp(starts)), s.int64(clamp(ends)), axes ? s.int64(axes) : null]);
  s.set({ starts: undefined, ends: undefined, axes: undefined });
}

function clipToInputs(s: Step): string | void {
  const min = getFloat(s.node, 'min');
  const max = getFloat(s.node, 'max');
  const dtype = s.dtype(0);
  if ((min !== undefined || max !== undefined) && !dtype) return 'the type of its input is not known';
  const bound = (v: number | undefined) => (v === undefined ? null : s.scalar(dtype!, v));
  s.setInputs([s.input(0), bound(min), bound(max)]);
  s.set({ min: undefined, max: undefined });
}

function padToInputs(s: Step): string | void {
  const pads = getInts(s.node, 'pads');
  if (!pads) return 'it has no pads';
  const value = getFloat(s.node, 'value', 0);
  const dtype = s.dtype(0);
  if (value !== 0 && !dtype) return 'the type of its input is not known';
  s.setInputs([s.input(0), s.int64(pads), value === 0 ? null : s.scalar(dtype!, value)]);
  s.set({ pads: undefined, value: undefined });
}

/** Until opset 12 softmax ran over all dimensions from `axis` on, flattened. */
function softmaxUp(s: Step): string | void {
  const axis = getInt(s.node, 'axis', 1);
  const rank = s.rank(0);
  if (axis === -1 || (rank !== null && axis === rank - 1)) return s.set({ axis: -1 });
  softmaxOverTail(s, axis);
}

/** Until opset 20 scale and bias were per group, from 21 on per channel. */
function groupToChannels(s: Step): string | void {
  const groups = getInt(s.node, 'num_groups');
  const channels = s.dims(0)?.[1] ?? null;
  if (!groups || channels === null) return 'the number of channels is not known';
  const spread = (v: ReturnType<Step['input']>) => {
    const column = s.add('Unsqueeze', [v, s.int64([1])]);
    const wide = s.add('Expand', [column, s.int64([groups, channels / groups])]);
    return s.add('Reshape', [wide, s.int64([channels])]);
  };
  s.setInputs([s.input(0), spread(s.input(1)), spread(s.input(2))]);
}
