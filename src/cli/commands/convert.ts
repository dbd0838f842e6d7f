/** `graphwright convert`: any model to ONNX, and ONNX to another opset. */
import { cutToOutputs } from '../../graph-model/edit/cut-outputs.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { toOnnx } from '../../services/convert.ts';
import { toOpset } from '../../services/opset.ts';
import { CommandError, type Command } from '../command.ts';
import { openPaths } from '../files.ts';
import { eachModel, OUTPUT_OPTIONS, writeModel } from '../output.ts';

export const CONVERT: Command = {
  name: 'convert',
  usage:
    'FILE... -o OUT.onnx | --out-dir DIR [--opset N] [--signature S] [--outputs a,b] [--external-data auto|always|never|keep] [--text]',
  summary: 'To ONNX, in one file where it fits; to another opset with --opset.',
  options: {
    ...OUTPUT_OPTIONS,
    opset: { type: 'string' },
    outputs: { type: 'string' },
    signature: { type: 'string' },
    text: { type: 'boolean' },
  },
  run: (args, io) =>
    eachModel(args, io, async (files, out) => {
      const job = io.job();
      const opened = await openPaths(files, job);
      // A text may be anything that looks like one; it becomes a model only where somebody means it to.
      if (opened.converterId === 'onnx-text' && !args.flag('text')) {
        throw new CommandError(`${opened.main.name} is a model in the ONNX text form. Give --text to convert it.`);
      }
      const [outputs, opset, signature] = [args.list('outputs'), args.number('opset'), args.text('signature')];
      const asked = {
        ...(outputs ? { outputs } : {}),
        ...(opset ? { opset } : {}),
        ...(signature ? { signature } : {}),
      };
      let model = await toOnnx(opened, asked, job);
      if (outputs) model = cutToOutputs(model, outputs).after;
      model = await atOpset(model, opset);
      await writeModel(model, out, args, job.signal);
      job.end();
      for (const d of opened.diagnostics) if (d.severity !== 'info') io.err(`${d.severity}: ${d.message}`);
    }),
};

async function atOpset(model: Model, opset: number | undefined): Promise<Model> {
  if (opset === undefined) return model;
  const { change, problems } = await toOpset(model, opset);
  if (change) return change.after;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new CommandError(`${problems[0]!.message} ${problems[0]!.help}${more}`);
}
