/** The trust report: a converted model run here, and held against what its source says it should give. */
import type { Reference, Unreferenced } from '../../graph-model/builders/reference.ts';
import { getStrings } from '../../graph-model/core/attributes.ts';
import type { Model } from '../../graph-model/core/model.ts';
import type { DenseTensor } from '../../graph-model/core/tensor.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import { countOf, formatCount, formatNumber } from '../../graph-model/format.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { converterOf } from '../../converters/registry.ts';
import { generateInputs, requiredInputs } from '../../runtime/inputs/generate.ts';
import type { InputFile } from '../../runtime/inputs/read.ts';
import type { RunResult } from '../../runtime/types.ts';
import { runOne } from '../run.ts';
import { holdRows, type Held } from './compare.ts';
import { expectedOutputs, readGiven } from './given.ts';
import { checkLayers } from './layers.ts';
import type { LayersReport, RowKind, TrustReport, TrustVerdict } from './report.ts';
import { makeRows } from './rows.ts';

export type { TrustReport } from './report.ts';

export interface TrustOptions {
  readonly seed: number;
  /** The framework's inputs and outputs, where somebody has them. */
  readonly files?: readonly InputFile[];
}

/** Rows of random feeds and dims that no run of the runtime's own optimiser may change. */
const RUN = { provider: 'wasm', graphOptimization: 'all' } as const;

/** Throws what the job throws, and FormatError where given files cannot be used; a model that does not run is reported. */
export async function trustReport(
  source: Model,
  onnx: Model,
  options: TrustOptions,
  job: JobContext,
): Promise<TrustReport> {
  const started = performance.now();
  const entry = converterOf(source.source.format);
  const base: Base = {
    source,
    onnx,
    seed: options.seed,
    format: entry?.label ?? source.source.format,
    ms: () => Math.round(performance.now() - started),
  };
  try {
    if (options.files?.length) return await againstFramework(base, options.files, job);
    const reference = await referenceOf(source, job);
    if (!reference) return await againstLayers(base, job, '');
    const without = 'none' in reference ? `there is no second evaluation of ${reference.none}` : null;
    const held = 'none' in reference ? null : await againstReference(base, reference, job);
    return held ?? (await againstLayers(base, job, without ?? 'no rows could be made for its inputs'));
  } catch (error) {
    if (job.signal.aborted || (options.files?.length && error instanceof FormatError)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return report(base, { verdict: 'unchecked', sentence: `The converted model was not checked: ${why}` });
  }
}

interface Base {
  readonly source: Model;
  readonly onnx: Model;
  readonly seed: number;
  readonly format: string;
  ms(): number;
}

function report(base: Base, part: Partial<TrustReport> & Pick<TrustReport, 'verdict' | 'sentence'>): TrustReport {
  return {
    report: 'graphwright trust',
    version: 1,
    file: base.source.source.fileName,
    format: base.format,
    opsets: base.onnx.opsets.map((o) => `${o.domain || 'ai.onnx'} ${o.version}`),
    against: { kind: 'nothing', what: '' },
    seed: base.seed,
    rows: null,
    groups: [],
    outputs: [],
    firstRows: [],
    layers: null,
    notes: [],
    ...part,
    ms: base.ms(),
  };
}

async function referenceOf(source: Model, job: JobContext): Promise<Reference | Unreferenced | null> {
  const converter = await converterOf(source.source.format)?.load();
  return (await converter?.reference?.(source, job)) ?? null;
}

async function againstReference(base: Base, reference: Reference, job: JobContext): Promise<TrustReport | null> {
  const rows = makeRows(base.onnx, reference, base.seed);
  if (!rows) return null;
  job.progress(0, 0, `Evaluating ${formatCount(rows.kinds.length)} rows`);
  const expected = reference.evaluate(rows.feeds);
  if (expected.size === 0) return null;
  job.signal.throwIfAborted();
  job.progress(0, 0, `Running ${formatCount(rows.kinds.length)} rows`);
  const { outputs } = await runOne(base.onnx, rows.feeds, RUN, job);
  const held = holdRows(expected, outputs, rows.feeds, rows.kinds);
  return heldReport(base, held, { kind: 'evaluator', what: reference.what });
}

async function againstFramework(base: Base, files: readonly InputFile[], job: JobContext): Promise<TrustReport> {
  const given = await readGiven(files, base.onnx, featuresOf(base.source));
  const { outputs } = await runOne(base.onnx, given.feeds, RUN, job);
  const expected = expectedOutputs(given.candidates, tensorsOf(outputs));
  if (expected.size === 0) {
    const names = [...outputs.keys()].join(', ');
    throw new FormatError('trust.no-output', { files: given.what, outputs: names });
  }
  const rows = Math.min(...[...expected.values()].map((t) => t.dims[0] ?? 1));
  const kinds = new Array<RowKind>(Math.max(1, rows)).fill('given');
  const held = holdRows(expected, outputs, given.feeds, kinds);
  const absent = [...outputs.keys()].filter((name) => !expected.has(name));
  const notes = absent.map((name) => `The files hold nothing for the output ${name}; it was not compared.`);
  return heldReport(base, { ...held, notes: [...held.notes, ...notes] }, { kind: 'framework', what: given.what });
}

function tensorsOf(outputs: RunResult['outputs']): Map<string, DenseTensor> {
  return new Map([...outputs].flatMap(([name, o]) => ('opaque' in o ? [] : [[name, o] as const])));
}

/** Names of the columns of a single matrix, where the source model was fitted on named ones. */
export function featuresOf(source: Model): readonly string[] {
  for (const node of source.nodes.values())
    for (const key of ['feature_names', 'feature_names_in_']) {
      const own = getStrings(node, key);
      if (own && own.length > 0) return own;
    }
  return [];
}

function heldReport(base: Base, held: Held, against: TrustReport['against']): TrustReport {
  const { rows } = held;
  const missing = held.outputs.length === 0;
  const verdict: TrustVerdict = missing || rows.differing > 0 ? 'differs' : rows.near > 0 ? 'near' : 'agrees';
  const { rows: counts, groups, outputs, firstRows, notes } = held;
  const sentence = missing
    ? `No output could be compared. ${notes[0] ?? ''}`.trim()
    : sentenceOf(held, verdict, against, base.format);
  return report(base, { verdict, sentence, against, rows: counts, groups, outputs, firstRows, notes });
}

function sentenceOf(
  { rows, outputs }: Held,
  verdict: TrustVerdict,
  against: TrustReport['against'],
  format: string,
): string {
  const whom =
    against.kind === 'framework' ? `the outputs in ${against.what}` : `a direct evaluation of the ${format} model`;
  const most = Math.max(0, ...outputs.map((o) => o.maxAbs ?? 0));
  const by = most > 0 ? `, largest difference ${formatNumber(most, { digits: 2 })}` : '';
  const all = formatCount(rows.rows);
  if (verdict === 'agrees') return `All ${all} rows agree with ${whom}${by}.`;
  if (verdict === 'near')
    return `All ${all} rows agree with ${whom} within the limit; ${formatCount(rows.near)} of them by more than rounding${by}.`;
  return `${formatCount(rows.differing)} of ${all} rows differ from ${whom}${by}.`;
}

/** No reference, and why: a run on made-up inputs, and every layer looked at. */
async function againstLayers(base: Base, job: JobContext, why: string): Promise<TrustReport> {
  const { source, onnx, seed } = base;
  const { values, problems } = generateInputs(onnx, { seed });
  if (problems.length > 0 || values.length < requiredInputs(onnx).length)
    return report(base, {
      verdict: 'unchecked',
      sentence: `No inputs could be made: ${problems[0]?.message ?? ''}`.trim(),
    });
  const feeds = new Map(values.map((v) => [v.name, v.tensor]));
  await runOne(onnx, feeds, RUN, job);
  const layers = await checkLayers(source, onnx, feeds, job);
  const shapes = layers.layers.filter((l) => l.shape === 'differs').length;
  const numbers = layers.layers.filter((l) => l.nan + l.infinite > 0).length;
  const verdict: TrustVerdict = shapes + numbers > 0 ? 'near' : 'plausible';
  const what = `the shapes that the ${base.format} model declares`;
  const skipped = layers.skipped > 0 ? [`${layers.skipped} layers could not be looked at.`] : [];
  return report(base, {
    verdict,
    sentence: `${why ? `The values were not compared, since ${why}. ` : ''}${layersSentence(base.format, layers, shapes, numbers)}`,
    against: { kind: 'layers', what },
    layers,
    notes: skipped,
  });
}

function layersSentence(format: string, { checked, layers }: LayersReport, shapes: number, numbers: number): string {
  const prove = `To prove it, give rows with the outputs that ${format} computed.`;
  if (checked === 0) return `It runs on made-up inputs; there was nothing else to hold it against. ${prove}`;
  const of = (count: number) =>
    `${formatCount(count)} of ${countOf(checked, 'layer')} ${count === 1 ? 'gives' : 'give'}`;
  const wrong = [
    ...(shapes > 0 ? [`${of(shapes)} another shape than declared`] : []),
    ...(numbers > 0 ? [`${of(numbers)} values that are no numbers on made-up inputs`] : []),
  ];
  if (wrong.length > 0) return `${wrong.join('; ')}. ${prove}`;
  const declared = layers.filter((l) => l.shape === 'same' || l.shape === 'reordered').length;
  const which = declared === checked ? 'all have' : declared === 1 ? '1 has' : `${formatCount(declared)} have`;
  const known = declared > 0 ? `, and ${which} the shape that the file declares` : '';
  const subject = checked === 1 ? 'its one layer gives' : `its ${formatCount(checked)} layers give`;
  return `It runs on made-up inputs; ${subject} finite values${known}. ${prove}`;
}
