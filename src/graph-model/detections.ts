/**
 * What detectors give, by the names that exporters use: boxes, their classes and their scores.
 */
import { numbersOf } from './stats/numbers.ts';
import type { DenseTensor } from './core/tensor.ts';

export interface Detection {
  /** Shares of the picture from its left and top edge: left, top, right, bottom. */
  readonly box: readonly [number, number, number, number];
  readonly classIndex: number;
  readonly score: number;
}

interface Naming {
  readonly boxes: RegExp;
  readonly classes: RegExp;
  readonly scores: RegExp;
  /** Corners in the order y, x, y, x, as TensorFlow has them. */
  readonly yFirst: boolean;
}

const NAMINGS: readonly Naming[] = [
  { boxes: /^detected_boxes$/, classes: /^detected_classes$/, scores: /^detected_scores$/, yFirst: false },
  { boxes: /^detection_boxes/, classes: /^detection_classes/, scores: /^detection_scores/, yFirst: true },
  {
    boxes: /^TFLite_Detection_PostProcess(:0)?$/,
    classes: /^TFLite_Detection_PostProcess:1$/,
    scores: /^TFLite_Detection_PostProcess:2$/,
    yFirst: true,
  },
];

/** The detections among the outputs of a run, best first; null where the outputs are none. Only the first picture's. */
export function detectionsIn(outputs: ReadonlyMap<string, DenseTensor>): readonly Detection[] | null {
  for (const naming of NAMINGS) {
    const named = (pattern: RegExp) => [...outputs].find(([name]) => pattern.test(name))?.[1];
    const [boxes, classes, scores] = [named(naming.boxes), named(naming.classes), named(naming.scores)];
    const found = boxes && classes && scores ? joined(boxes, classes, scores, naming.yFirst) : null;
    if (found) return found;
  }
  return null;
}

function joined(boxes: DenseTensor, classes: DenseTensor, scores: DenseTensor, yFirst: boolean): Detection[] | null {
  const count = boxes.dims.at(-2);
  if (boxes.dims.at(-1) !== 4 || count === undefined || boxes.dims.length > 3) return null;
  if ([classes, scores].some((t) => t.dtype === 'string' || t.dims.at(-1) !== count || t.dims.length > 2)) return null;
  const [b, c, s] = [boxes, classes, scores].map((t) => numbersOf(t));
  const all = Array.from({ length: count }, (_, i): Detection => {
    const [p, q, r, t] = [b![4 * i]!, b![4 * i + 1]!, b![4 * i + 2]!, b![4 * i + 3]!];
    return { box: yFirst ? [q, p, t, r] : [p, q, r, t], classIndex: Number(c![i]), score: s![i]! };
  });
  // Places that are left over are filled with zeros.
  return all.filter((d) => d.score > 0).sort((x, y) => y.score - x.score);
}
