/**
 * The end of a Custom Vision detector: from the raw grid to boxes, classes and scores, with overlapping boxes left out. The
 * arithmetic is that of the export's own object_detection.py (YOLO version 2).
 */
import { declaredType } from '../../graph-model/builders/source-outputs.ts';
import { TypedEmitter } from '../../graph-model/builders/typed-emitter.ts';
import { edit, type Change, type Draft } from '../../graph-model/core/draft.ts';
import type { Model, ValueId } from '../../graph-model/core/model.ts';
import type { Dim } from '../../graph-model/core/types.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { ANCHORS } from '../../graph-model/image-input.ts';
import { loadOperators } from '../../graph-model/operators/schemas.ts';

const OVERLAP = 'CustomVision.Postprocess.Yolo.NmsThreshold';
/** As object_detection.py has them. */
const LEAST_SCORE = 0.1;
const MOST_BOXES = 20;

/**
 * The model with the outputs `detected_boxes` [n, 4] (left, top, right, bottom, as shares of the picture),
 * `detected_classes` [n] and `detected_scores` [n], best first, in the place of its grid. Throws a FormatError where the
 * model is no such detector.
 */
export async function addDetector(model: Model): Promise<Change> {
  await loadOperators();
  const anchors = anchorsOf(model);
  return edit(model, 'Add boxes and suppression', (draft) => new Detector(draft, model, anchors).run());
}

function refuse(why: string): never {
  throw new FormatError('custom-vision.no-detector', { why });
}

/** Width and height of each anchor, in cells of the grid. */
function anchorsOf(model: Model): number[][] {
  const text =
    model.metadata?.get(ANCHORS) ?? refuse('its metadata names no anchors (CustomVision.Postprocess.Yolo.Biases)');
  const numbers = text
    .replace(/[[\]\s]/g, '')
    .split(',')
    .filter(Boolean)
    .map(Number);
  if (numbers.length < 2 || numbers.length % 2 > 0 || numbers.some((n) => !Number.isFinite(n)))
    refuse(`its anchors ${text.slice(0, 60)} are no pairs of numbers`);
  return Array.from({ length: numbers.length / 2 }, (_, i) => numbers.slice(2 * i, 2 * i + 2));
}

interface Grid {
  readonly value: ValueId;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

class Detector {
  private readonly e: TypedEmitter;

  constructor(
    private readonly draft: Draft,
    private readonly model: Model,
    private readonly anchors: readonly (readonly number[])[],
  ) {
    this.e = new TypedEmitter(draft, draft.main);
    this.e.origin = { dialect: 'custom-vision', op: 'Detector', name: 'detector' };
  }

  run(): void {
    const { e } = this;
    const grid = this.grid();
    const { boxes, scores } = this.decoded(grid);
    const overlap = Number(this.model.metadata?.get(OVERLAP) ?? '') || 0.45;
    const kept = e.op('NonMaxSuppression', [
      e.unsqueeze(boxes, [0]),
      e.unsqueeze(e.transpose(scores, [1, 0]), [0]),
      e.ints([MOST_BOXES]),
      e.floats([overlap]),
      e.floats([LEAST_SCORE]),
    ]);
    const column = (i: number) => e.squeeze(e.slice(kept, [i], [i + 1], [1]), [1]);
    const [classes, places] = [column(1), column(2)];
    const pairs = e.op('Concat', [e.unsqueeze(places, [1]), e.unsqueeze(classes, [1])], { axis: 1 });
    const found = e.op('GatherND', [scores, pairs]);
    const count = e.op('Min', [e.op('Shape', [found]), e.ints([MOST_BOXES])]);
    const [best, order] = e.ops('TopK', [found, count], { axis: 0 }, 2);
    const pick = (v: ValueId) => e.op('Gather', [v, order!]);
    const outputs = {
      detected_boxes: e.op('Gather', [boxes, pick(places)]),
      detected_classes: pick(classes),
      detected_scores: best!,
    };
    for (const [name, value] of Object.entries(outputs))
      this.draft.patchValue(value, { name, type: declaredType(this.e.typeOf(value)) });
    this.draft.setGraphOutputs(this.draft.main, Object.values(outputs));
  }

  /** [height, width, anchors, 5 + classes] of the first picture. */
  private grid(): Grid {
    const { e } = this;
    const outputs = this.model.graphs.at(this.model.main).outputs;
    const raw = outputs.length === 1 ? outputs[0]! : refuse(`it has ${outputs.length} outputs and not one grid`);
    const dims = e.dims(raw);
    if (dims?.length !== 4) return refuse('its output is no grid of four dimensions');
    const per = this.anchors.length;
    const fits = (d: Dim | undefined): d is number => typeof d === 'number' && d % per === 0 && d / per > 5;
    const last = fits(dims[3]) && dims[1] === dims[2];
    if (!last && !fits(dims[1])) return refuse(`its output ${dims.join('×')} does not hold ${per} anchors`);
    const natural = last ? raw : e.transpose(raw, [0, 2, 3, 1]);
    const [height, width, channels] = last ? dims.slice(1) : [dims[2], dims[3], dims[1]];
    if (typeof height !== 'number' || typeof width !== 'number') return refuse('the size of its grid is not known');
    const first = e.slice(natural, [0], [1], [0]);
    const value = e.reshape(first, [height, width, per, (channels as number) / per]);
    return { value, height, width, classes: (channels as number) / per - 5 };
  }

  /** Boxes [n, 4] by their corners, and scores [n, classes]. */
  private decoded(g: Grid): { boxes: ValueId; scores: ValueId } {
    const { e, anchors } = this;
    const part = (from: number, to: number) => e.slice(g.value, [from], [to], [3]);
    const cells = Array.from({ length: g.height * g.width }, (_, i) => [i % g.width, Math.floor(i / g.width)]).flat();
    const place = e.floats(cells, [g.height, g.width, 1, 2]);
    const size = e.floats([g.width, g.height]);
    const centre = e.op('Div', [e.op('Add', [e.op('Sigmoid', [part(0, 2)]), place]), size]);
    const grown = e.op('Mul', [e.op('Exp', [part(2, 4)]), e.floats(anchors.flat(), [anchors.length, 2])]);
    const half = e.op('Mul', [e.op('Div', [grown, size]), e.float(0.5)]);
    const corners = e.op('Concat', [e.op('Sub', [centre, half]), e.op('Add', [centre, half])], { axis: 3 });
    const shares = e.op('Softmax', [part(5, 5 + g.classes)], { axis: 3 });
    const scores = e.op('Mul', [shares, e.op('Sigmoid', [part(4, 5)])]);
    return { boxes: e.reshape(corners, [-1, 4]), scores: e.reshape(scores, [-1, g.classes]) };
  }
}
