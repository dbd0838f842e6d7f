/** Runs models. */
import { decodeModel } from '../graph-model/wire/wire.ts';
import { prepareInputs } from '../services/inputs.ts';
import { runBoth, runOne } from '../services/run.ts';
import { trustReport } from '../services/trust/trust.ts';
import { expose } from './expose.ts';
import type { RunService } from './protocol.ts';

expose<RunService>((jobs) => ({
  run: (id, on, wire, originalWire, plan) =>
    jobs.run(id, on, 'run the model', async (job) => {
      const original = originalWire && decodeModel(originalWire);
      const current = decodeModel(wire, original ?? undefined);
      const values = await prepareInputs(original ?? current, plan);
      const feeds = new Map(values.map((v) => [v.name, v.tensor]));
      const inputs = values.map(({ name, description }) => ({ name, description }));
      if (original) return { ...(await runBoth(original, current, feeds, plan.options, job)), inputs };
      const result = await runOne(current, feeds, plan.options, job);
      return { original: null, current: result, differences: [], inputs };
    }),
  trust: (id, on, source, onnx, options) =>
    jobs.run(id, on, 'check the converted model', (job) =>
      trustReport(decodeModel(source), decodeModel(onnx), options, job),
    ),
}));
