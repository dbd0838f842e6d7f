/** Runs plans on models, with proof. */
import { FormatError } from '../graph-model/diagnostics.ts';
import { decodeModel, encodeChanges } from '../graph-model/wire/wire.ts';
import { findPreset, PRESETS } from '../optimizer/presets.ts';
import type { Plan } from '../optimizer/rule.ts';
import { optimise } from '../services/optimise.ts';
import { expose } from './expose.ts';
import { handOver } from './transfer.ts';
import type { OptimizeService } from './protocol.ts';

expose<OptimizeService>((jobs) => ({
  run: (id, on, wire, plan) =>
    jobs.run(id, on, 'optimise the model', async (job) => {
      const before = decodeModel(wire);
      const { after, passes, rounds, proof } = await optimise(before, planOf(plan), { verify: true }, job);
      return { model: handOver(encodeChanges(before, after)), passes, rounds, proof };
    }),
}));

function planOf(plan: Plan | string): Plan {
  if (typeof plan !== 'string') return plan;
  const preset = findPreset(plan);
  if (preset) return preset.plan;
  throw new FormatError('optimize.unknown-pass', { pass: plan, known: PRESETS.map((p) => p.id).join(', ') });
}
