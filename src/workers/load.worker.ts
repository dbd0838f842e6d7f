/** Reads, checks and writes models. */
import { openModel } from '../converters/open.ts';
import { toBlob, writeOnnx } from '../converters/onnx/write.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import { decodeModel, encodeModel } from '../graph-model/wire/wire.ts';
import { Analyst } from '../services/analyse.ts';
import { toOnnx } from '../services/convert.ts';
import { atOpset } from '../services/opset.ts';
import { expose } from './expose.ts';
import { handOver } from './transfer.ts';
import type { LoadService, WriteOptions } from './protocol.ts';

const EXTERNAL = { auto: 'auto', inside: 'never', external: 'always' } as const satisfies Record<
  WriteOptions['weights'],
  string
>;

/** Holds the last states of the model, so that an edit is followed instead of everything being inferred anew. */
const analyst = new Analyst();

expose<LoadService>((jobs) => ({
  open: (id, on, files, state) =>
    jobs.run(id, on, 'open the model', async (job) => {
      const { model, missing, diagnostics } = await openModel(files, job);
      job.progress(0, 0, 'Inferring shapes');
      const { inference, problems } = await analyst.begin(model, state);
      return {
        model: handOver(encodeModel(model)),
        types: [...inference.types],
        problems,
        opening: diagnostics,
        missing,
      };
    }),
  analyse: (id, on, wire, state) =>
    jobs.run(id, on, 'check the model', async () => {
      const { inference, problems } = await analyst.begin(decodeModel(wire), state);
      return { types: [...inference.types], problems };
    }),
  reanalyse: (id, on, wire, { base, state, touched }) =>
    jobs.run(id, on, 'check the model', async () => {
      const before = analyst.modelOf(base);
      if (before === null) return null;
      const change = { label: '', before, after: decodeModel(wire, before), touched: new Set(touched) };
      const { changes, problems } = await analyst.follow(base, change, state);
      return { changes, problems };
    }),
  convert: (id, on, wire, { opset }) =>
    jobs.run(id, on, 'convert the model', async (job) => {
      const model = decodeModel(wire);
      const onnx = await toOnnx({ model, converterId: model.source.format }, {}, job);
      return handOver(encodeModel(opset === undefined ? onnx : await atOpset(onnx, opset)));
    }),
  write: (id, on, wire, { fileName, weights }) =>
    jobs.run(id, on, `write ${fileName}`, () => {
      const model = decodeModel(wire);
      const { files, refersTo } = writeOnnx(model, { fileName, externalData: EXTERNAL[weights] });
      if (refersTo.length > 0 && weights !== 'auto')
        throw new FormatError('run.missing-weights', { file: refersTo[0]! });
      return { files: files.map((f) => ({ name: f.name, blob: toBlob(f) })), refersTo };
    }),
}));
