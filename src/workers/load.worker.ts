/** Reads, checks and writes models. */
import { openModel } from '../converters/open.ts';
import { CONVERTERS } from '../converters/registry.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import type { Model } from '../graph-model/core/model.ts';
import { encodeTypes } from '../graph-model/wire/types.ts';
import { decodeModel, encodeModel, type WireModel } from '../graph-model/wire/wire.ts';
import type { Analyst } from '../services/analyse.ts';
import { expose } from './expose.ts';
import { handOver } from './transfer.ts';
import type { AnalysedEdit, Analysis, EditStep, LoadService, WriteOptions } from './protocol.ts';

const EXTERNAL = { auto: 'auto', inside: 'never', external: 'always' } as const satisfies Record<
  WriteOptions['weights'],
  string
>;

/** The model read last, until it is analysed: the page shows it first and asks for its types then. */
let kept: { readonly job: string; readonly model: Model } | null = null;

/** Holds the last states of the model, so that an edit is followed instead of everything being inferred anew. */
let analyst: Analyst | null = null;

// What only reads must not wait for the code of what comes after.
async function theAnalyst(): Promise<Analyst> {
  const { Analyst: Made } = await import('../services/analyse.ts');
  return (analyst ??= new Made());
}

async function analysisOf(model: Model, state: number): Promise<Analysis> {
  const { inference, problems } = await (await theAnalyst()).begin(model, state);
  return { types: handOver(encodeTypes(inference.types)), problems };
}

async function analysisOfEdit(wire: WireModel, { base, state, touched }: EditStep): Promise<AnalysedEdit | null> {
  const before = analyst?.modelOf(base) ?? null;
  if (analyst === null || before === null) return null;
  const change = { label: '', before, after: decodeModel(wire, before), touched: new Set(touched) };
  const { changes, problems } = await analyst.follow(base, change, state);
  return { types: handOver(encodeTypes(new Map(changes.set))), removed: changes.removed, problems };
}

expose<LoadService>((jobs) => ({
  open: (id, on, files) =>
    jobs.run(id, on, 'open the model', async (job) => {
      const { model, missing, diagnostics } = await openModel(files, job);
      kept = { job: id, model };
      return { model: handOver(encodeModel(model)), opening: diagnostics, missing };
    }),
  analyse: (id, on, wire, state) => jobs.run(id, on, 'check the model', () => analysisOf(decodeModel(wire), state)),
  reanalyse: (id, on, wire, step) => jobs.run(id, on, 'check the model', () => analysisOfEdit(wire, step)),
  analyseOpened: (id, on, opened, state) =>
    jobs.run(id, on, 'check the model', async () => {
      if (kept?.job !== opened) return null;
      const { model } = kept;
      kept = null;
      return analysisOf(model, state);
    }),
  convert: (id, on, wire, options) =>
    jobs.run(id, on, 'convert the model', async (job) => {
      const { convertAsAsked } = await import('../services/convert.ts');
      const model = decodeModel(wire);
      return handOver(encodeModel(await convertAsAsked({ model, converterId: model.source.format }, options, job)));
    }),
  refusals: (id, on, wire, options) =>
    jobs.run(id, on, 'look for what has no ONNX form', async (job) => {
      const { allRefusals } = await import('../services/refusals.ts');
      const model = decodeModel(wire);
      return allRefusals({ model, converterId: model.source.format }, options, job);
    }),
  write: (id, on, wire, { fileName, weights }) =>
    jobs.run(id, on, `write ${fileName}`, async () => {
      const { toBlob, writeOnnx } = await import('../converters/onnx/write.ts');
      const model = decodeModel(wire);
      const { files, refersTo } = writeOnnx(model, { fileName, externalData: EXTERNAL[weights] });
      if (refersTo.length > 0 && weights !== 'auto')
        throw new FormatError('run.missing-weights', { file: refersTo[0]! });
      return { files: files.map((f) => ({ name: f.name, blob: toBlob(f) })), refersTo };
    }),
}));

// What most files are is read at once when one comes.
void CONVERTERS.find((c) => c.id === 'onnx')?.load();
