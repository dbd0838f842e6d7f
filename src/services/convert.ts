/** Any opened model to ONNX, through the converter that opened it. */
import type { ConvertOptions } from '../converters/converter.ts';
import { addDetector } from '../converters/custom-vision/detector.ts';
import type { OpenedModel } from '../converters/open.ts';
import { converterOf } from '../converters/registry.ts';
import { EditError } from '../graph-model/core/draft.ts';
import { isOnnx, type Metadata, type Model } from '../graph-model/core/model.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import { channelsFirst, type InputLayout } from '../graph-model/edit/input-layout.ts';
import { openNewInputs } from '../graph-model/edit/new-inputs.ts';
import { applyReplacements } from '../graph-model/edit/replace-node.ts';
import type { JobContext } from '../graph-model/job.ts';
import { analyse } from './analyse.ts';
import { atOpset } from './opset.ts';

/** The opset that converters write for, and pieces of ONNX are brought to. */
const PIECE_OPSET = 17;

/** The model itself where it is ONNX already. Throws a FormatError where the format, or a part of the model, has no ONNX form. */
export async function toOnnx(
  { model, converterId }: Pick<OpenedModel, 'model' | 'converterId'>,
  options: ConvertOptions,
  job: JobContext,
): Promise<Model> {
  if (isOnnx(model)) return model;
  const entry = converterOf(converterId);
  const converter = await entry?.load();
  if (!converter?.toOnnx) throw new FormatError('convert.no-lowering', { format: entry?.label ?? converterId });
  const ready = await asked(() => replaced(model, options));
  const lowered = await converter.toOnnx(ready, options, job);
  const onnx = await asked(() => Promise.resolve(openNewInputs(lowered)));
  const metadata = carried(model.metadata, onnx.metadata);
  const made: Model = {
    ...onnx,
    source: { ...onnx.source, format: 'onnx' },
    ...(metadata.size > 0 ? { metadata } : {}),
  };
  if (Object.keys(options.replace ?? {}).length > 0) await refuseWrongPieces(made);
  return made;
}

export interface WholeOptions extends ConvertOptions {
  /** Of a Custom Vision detector: boxes, classes and scores in the place of its grid. */
  readonly boxes?: boolean;
  /** Of pictures and volumes: as the source has them (the default), or channels before height and width. */
  readonly inputLayout?: InputLayout;
}

/** {@link toOnnx}, with boxes, the layout of inputs and the opset that are asked for. */
export async function convertAsAsked(
  opened: Pick<OpenedModel, 'model' | 'converterId'>,
  { opset, boxes, inputLayout, ...options }: WholeOptions,
  job: JobContext,
): Promise<Model> {
  const onnx = await toOnnx(opened, options, job);
  const boxed = boxes ? (await addDetector(onnx)).after : onnx;
  const whole = inputLayout === 'channels-first' ? channelsFirst(boxed).after : boxed;
  return opset === undefined ? whole : atOpset(whole, opset);
}

/** What the user asked for and cannot be done is said as a diagnostic. */
async function asked<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof EditError) throw new FormatError('convert.replace', { why: error.message });
    throw error;
  }
}

/** What stands in the place of a node must be an operator that ONNX has, with the inputs and attributes that it takes. */
async function refuseWrongPieces(onnx: Model): Promise<void> {
  const { problems } = await analyse(onnx);
  const wrong = problems.find((p) => p.severity === 'error' && /^check\.(operator|inputs|attribute)/.test(p.code));
  if (wrong) throw new FormatError('convert.replace', { why: wrong.message });
}

/** The model with what the user wants done about nodes without an ONNX form. */
async function replaced(model: Model, { replace = {} }: ConvertOptions): Promise<Model> {
  const pieces = Object.entries(replace).map(
    async ([name, what]) => [name, typeof what === 'string' ? what : await atOpset(what, PIECE_OPSET)] as const,
  );
  return applyReplacements(model, Object.fromEntries(await Promise.all(pieces)));
}

/** What a source says about itself as a whole stays said, but for its signatures, which the result has none of. */
function carried(source: Metadata | undefined, made: Metadata | undefined): Metadata {
  const kept = [...(source ?? [])].filter(([key]) => !/^(tf\.)?signature\./.test(key));
  return new Map([...kept, ...[...(made ?? [])].filter(([key]) => !/^(tf\.)?signature\./.test(key))]);
}
