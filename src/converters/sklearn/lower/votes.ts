/** Labels as the classifying operators of ai.onnx.ml give them: whole numbers or text. */
import type { Labels } from '../../../graph-model/builders/heads.ts';
import type { NdArray } from '../../containers/pickle/index.ts';
import type { Builder, Val } from './builder.ts';
import { classValues } from './lowered.ts';

/** The labels as the operator names them: positions where they are neither text nor whole numbers. */
export function votedLabels(classes: NdArray): Labels {
  if (classes.isText) return classes.strings();
  return 'iu'.includes(classes.dtype.kind) ? Array.from(classes.numbers()) : classes.values().map((_, i) => i);
}

/** The labels themselves, where the operator gave positions. */
export function namedLabel(o: Builder, label: Val, classes: NdArray): Val {
  return classes.isText || 'iu'.includes(classes.dtype.kind) ? label : o.gather(classValues(o, classes), label);
}
