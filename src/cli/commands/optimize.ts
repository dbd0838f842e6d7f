/** `graphwright optimize`: runs a plan, proves the result, reports what was done and refused. */
import { writeFileSync } from 'node:fs';
import type { Model } from '../../graph-model/core/model.ts';
import { PASSES } from '../../optimizer/passes.ts';
import { findPreset, PRESETS } from '../../optimizer/presets.ts';
import type { Plan } from '../../optimizer/rule.ts';
import { toOnnx } from '../../services/convert.ts';
import { optimise, type Optimised } from '../../services/optimise.ts';
import { printJson, UsageError, type Arguments, type Command, type Io } from '../command.ts';
import { openPaths } from '../files.ts';
import { eachModel, OUTPUT_OPTIONS, writeModel } from '../output.ts';

export const OPTIMIZE: Command = {
  name: 'optimize',
  usage: `FILE... -o OUT.onnx | --out-dir DIR [--preset ${PRESETS.map((p) => p.id).join('|')} | --passes a,b] [--report R.json] [--no-verify] [--json]`,
  summary: 'Fewer nodes, the same outputs: folds, removes, shares and fuses, and runs both to prove it.',
  options: {
    ...OUTPUT_OPTIONS,
    preset: { type: 'string' },
    passes: { type: 'string' },
    report: { type: 'string' },
    'no-verify': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(args, io) {
    const plan = planOf(args);
    // Writing types down changes nothing that could be proved by running.
    const verify = !args.flag('no-verify') && plan.some((s) => s.pass !== 'infer-shapes');
    await eachModel(args, io, async (files, out) => {
      const job = io.job();
      const opened = await openPaths(files, job);
      const result = await optimise(await toOnnx(opened, {}, job), plan, { verify }, job);
      await writeModel(result.after, out, args, job.signal);
      job.end();
      report(
        result,
        job.diagnostics.map((d) => d.message),
        args,
        io,
        out,
      );
    });
  },
};

function planOf(args: Arguments): Plan {
  const [passes, preset] = [args.list('passes'), args.text('preset')];
  if (passes && preset !== undefined) throw new UsageError('give --preset or --passes, not both');
  if (!passes) {
    const found = findPreset(preset ?? 'simplify');
    if (!found)
      throw new UsageError(`there is no preset '${preset}'; there are ${PRESETS.map((p) => p.id).join(', ')}`);
    return found.plan;
  }
  for (const id of passes) {
    if (!PASSES.some((p) => p.id === id))
      throw new UsageError(`there is no pass '${id}'; there are ${PASSES.map((p) => p.id).join(', ')}`);
  }
  return passes.map((pass) => ({ pass }));
}

const count = (model: Model) => model.graphs.at(model.main).order.length;

function report(result: Optimised, notes: readonly string[], args: Arguments, io: Io, out: string): void {
  const passes = result.passes.map((p) => ({
    pass: p.pass,
    label: p.label,
    applied: p.applied.length,
    refused: p.refused.map((r) => ({ by: r.by, place: r.place, reason: r.reason })),
    matches: p.applied.map((a) => ({ by: a.by, place: a.place, removed: a.removed.length, added: a.added.length })),
    ms: Math.round(p.ms),
    ...(p.undone ? { undone: p.undone } : {}),
  }));
  const document = {
    output: out,
    nodesBefore: count(result.before),
    nodesAfter: count(result.after),
    rounds: result.rounds,
    proof: result.proof,
    passes,
    notes,
  };
  const path = args.text('report');
  if (path) writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
  if (args.flag('json')) return printJson(io, document);
  io.out(`${out}: ${document.nodesBefore} nodes before, ${document.nodesAfter} after, ${proofLine(result)}`);
  for (const p of passes)
    if (p.applied > 0 || p.undone) io.out(`  ${p.label}: ${p.undone ? `undone, ${p.undone}` : p.applied}`);
  for (const note of new Set(notes)) io.err(note);
}

function proofLine({ proof }: Optimised): string {
  if (proof.kind === 'not verified') return `not verified: ${proof.reason}`;
  const worst = Math.max(0, ...proof.differences.map((d) => d.maxAbs));
  return `verified by running both: largest difference ${worst === 0 ? 'none' : worst.toPrecision(2)}`;
}
