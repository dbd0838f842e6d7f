/** Suppression of overlapping boxes within each class, as detectors end. */
import type { ValueId } from '../core/model.ts';
import type { TypedEmitter } from './typed-emitter.ts';

export interface KeptBoxes {
  /** Each [n], best first: the numbers of the boxes (int64), of their classes (int64), and the scores. */
  readonly boxes: ValueId;
  readonly classes: ValueId;
  readonly scores: ValueId;
}

export interface Suppression {
  /** Each [1]: boxes a class (int64), the overlap from which a box is left out, and the score above which one is kept. */
  readonly perClass: ValueId;
  readonly overlap: ValueId;
  readonly above: ValueId;
  /** Boxes of all classes together. */
  readonly most: number;
}

/** `boxes` [n, 4], `scores` [n, classes]: the best of what each class keeps. */
export function keptByClass(e: TypedEmitter, boxes: ValueId, scores: ValueId, how: Suppression): KeptBoxes {
  const turned = e.unsqueeze(e.transpose(scores, [1, 0]), [0]);
  const given = [e.unsqueeze(boxes, [0]), turned, how.perClass, how.overlap, how.above];
  const kept = e.op('NonMaxSuppression', given);
  const column = (i: number) => e.squeeze(e.slice(kept, [i], [i + 1], [1]), [1]);
  const [classes, places] = [column(1), column(2)];
  const pairs = e.op('Concat', [e.unsqueeze(places, [1]), e.unsqueeze(classes, [1])], { axis: 1 });
  const found = e.op('GatherND', [scores, pairs]);
  const count = e.op('Min', [e.op('Shape', [found]), e.ints([how.most])]);
  const [best, order] = e.ops('TopK', [found, count], { axis: 0 }, 2);
  const pick = (v: ValueId) => e.op('Gather', [v, order!]);
  return { boxes: pick(places), classes: pick(classes), scores: best! };
}
