/** Suppression of overlapping boxes, and the detection head of SSD models. */
import { keptByClass, type KeptBoxes } from '../../../graph-model/builders/kept-boxes.ts';
import type { ValueId } from '../../../graph-model/core/model.ts';
import type { Lowering, TfliteCall } from './call.ts';

/** Places of the kept boxes, best first: [n] of int64. Scores must be above `threshold`. */
function suppressed(
  c: TfliteCall,
  boxes: ValueId,
  scores: ValueId,
  most: ValueId,
  overlap: ValueId,
  threshold: ValueId,
): ValueId {
  const { e } = c;
  const all = e.op('NonMaxSuppression', [
    e.unsqueeze(boxes, [0]),
    e.unsqueeze(scores, [0, 1]),
    most,
    overlap,
    threshold,
  ]);
  return e.squeeze(e.slice(all, [2], [3], [1]), [1]);
}

/** The values with zeros behind, up to `length` of the first axis. */
function filledUp(c: TfliteCall, values: ValueId, length: ValueId, trailing = 0): ValueId {
  const { e } = c;
  const count = e.slice(e.op('Shape', [values]), [0], [1], [0]);
  const lack = e.op('Sub', [e.reshape(length, [1]), count]);
  const none = e.ints(new Array<number>(trailing + 1).fill(0));
  const zeros = e.ints(new Array<number>(trailing).fill(0));
  const pads = e.op('Concat', trailing > 0 ? [none, lack, zeros] : [none, lack], { axis: 0 });
  const float = e.dtype(values) === 'float';
  return e.op('Pad', float ? [values, pads] : [values, pads, e.numbers(e.dtype(values), [0])]);
}

/** Inputs: boxes [n, 4], scores [n], how many, overlap, score threshold (V5: sigma). Outputs: places, (scores,) count. */
const nonMaxSuppression: Lowering = (c) => {
  const { e } = c;
  const soft = c.node.op.endsWith('V5');
  if (soft && (c.numbers(5)?.[0] ?? 1) !== 0) c.refuse('scores are lowered softly (its sigma is not 0)');
  const [boxes, scores, overlap, threshold] = [0, 1, 3, 4].map((i) => c.natural(c.real(i)));
  const most = c.int64(2);
  const one = (v: ValueId) => e.reshape(v, [1]);
  const kept = suppressed(c, boxes!, scores!, one(most), one(overlap!), one(threshold!));
  const places = e.op('Cast', [filledUp(c, kept, most)], { to: 6 });
  const count = e.op('Cast', [e.squeeze(e.op('Shape', [kept]), [0])], { to: 6 });
  if (!soft) return [c.keep(places), c.keep(count)];
  const best = filledUp(c, e.op('Gather', [scores!, kept]), most);
  return [c.keep(places), c.keep(best), c.keep(count)];
};

/** Encoded boxes [n, 4] about anchors (both y, x, height, width) as corners y0, x0, y1, x1. */
function decodedBoxes(c: TfliteCall): ValueId {
  const { e } = c;
  const encoded = e.squeeze(c.natural(), [0]);
  const anchors = c.natural(c.real(2));
  const part = (v: ValueId, from: number) => e.slice(v, [from], [from + 2], [1]);
  const scales = (a: string, b: string) => e.floats([c.number(a, 1), c.number(b, 1)]);
  const centres = e.op('Add', [
    e.op('Mul', [e.op('Div', [part(encoded, 0), scales('y_scale', 'x_scale')]), part(anchors, 2)]),
    part(anchors, 0),
  ]);
  const grown = e.op('Exp', [e.op('Div', [part(encoded, 2), scales('h_scale', 'w_scale')])]);
  const half = e.op('Mul', [e.op('Mul', [grown, part(anchors, 2)]), e.float(0.5)]);
  return e.op('Concat', [e.op('Sub', [centres, half]), e.op('Add', [centres, half])], { axis: 1 });
}

/**
 * TFLite_Detection_PostProcess (detection_postprocess.cc). Inputs: boxes [1, n, 4], scores [1, n, classes], anchors [n, 4].
 * Outputs: boxes [1, k, 4], classes [1, k], scores [1, k], the count [1]; what is lacking is zero.
 */
const detectionPostProcess: Lowering = (c) => {
  const { e } = c;
  const most = c.number('max_detections', 100);
  const each = c.number('max_classes_per_detection', 1);
  const classes = c.number('num_classes', 1);
  const background = c.length(1, 2) - classes;
  const boxes = decodedBoxes(c);
  const scores = e.slice(e.squeeze(c.natural(c.real(1)), [0]), [background], [background + classes], [1]);
  const regular = c.number('use_regular_nms', 0) !== 0;
  const found = regular ? byClass(c, boxes, scores, most) : byBox(c, boxes, scores, most, Math.min(each, classes));
  const total = e.ints([regular ? most : most * Math.min(each, classes)]);
  const count = e.op('Cast', [e.op('Shape', [found.counted])], { to: 1 });
  const lead = (v: ValueId) => c.keep(e.unsqueeze(v, [0]));
  return [
    lead(filledUp(c, e.op('Gather', [boxes, found.boxes]), total, 1)),
    lead(filledUp(c, e.toFloat(found.classes), total)),
    lead(filledUp(c, found.scores, total)),
    c.keep(count),
  ];
};

interface Found extends KeptBoxes {
  /** What the count counts: boxes, also where each stands for several classes. */
  readonly counted: ValueId;
}

/** ONNX keeps what is above the threshold, TensorFlow Lite what reaches it. */
const thresholds = (c: TfliteCall) => {
  const score = c.number('nms_score_threshold', 0);
  const below = score - Math.max(Math.abs(score) * 2 ** -23, 2 ** -149);
  return { overlap: c.e.floats([c.number('nms_iou_threshold', 0.5)]), score: c.e.floats([below]) };
};

/** Boxes are kept by their best class; each then counts once for its `each` best ones. */
function byBox(c: TfliteCall, boxes: ValueId, scores: ValueId, most: number, each: number): Found {
  const { e } = c;
  const t = thresholds(c);
  const best = e.reduce('ReduceMax', scores, [1], false);
  const kept = suppressed(c, boxes, best, e.ints([most]), t.overlap, t.score);
  const rows = e.op('Gather', [scores, kept]);
  const [values, classes] = e.ops('TopK', [rows, e.ints([each])], { axis: 1 }, 2);
  const flat = (v: ValueId) => e.reshape(v, [-1]);
  if (each === 1) return { boxes: kept, classes: flat(classes!), scores: flat(values!), counted: kept };
  const repeated = e.op('Expand', [e.unsqueeze(kept, [1]), e.ints([1, each])]);
  return { boxes: flat(repeated), classes: flat(classes!), scores: flat(values!), counted: kept };
}

/** Boxes are kept within each class; the best of all classes together are given. */
function byClass(c: TfliteCall, boxes: ValueId, scores: ValueId, most: number): Found {
  const { overlap, score: above } = thresholds(c);
  const perClass = c.e.ints([c.number('detections_per_class', 100)]);
  const kept = keptByClass(c.e, boxes, scores, { perClass, overlap, above, most });
  return { ...kept, counted: kept.scores };
}

export const DETECTION: Readonly<Record<string, Lowering>> = {
  NON_MAX_SUPPRESSION_V4: nonMaxSuppression,
  NON_MAX_SUPPRESSION_V5: nonMaxSuppression,
};

/** Custom operators that the runtime itself brings along. */
export const CUSTOM: Readonly<Record<string, Lowering>> = {
  TFLite_Detection_PostProcess: detectionPostProcess,
};
