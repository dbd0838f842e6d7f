/** `graphwright convert`: any model to ONNX, and ONNX to another opset; with --report, checked against its source. */
import { writeFileSync } from 'node:fs';
import { addDetector } from '../../converters/custom-vision/detector.ts';
import type { ConvertOptions } from '../../converters/converter.ts';
import { cutToOutputs } from '../../graph-model/edit/cut-outputs.ts';
import { channelsFirst } from '../../graph-model/edit/input-layout.ts';
import { isOnnx, type Model } from '../../graph-model/core/model.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { toOnnx } from '../../services/convert.ts';
import { toOpset } from '../../services/opset.ts';
import { jsonNumber } from '../../services/trust/report.ts';
import { trustReport, type TrustReport } from '../../services/trust/trust.ts';
import { CommandError, UsageError, type Arguments, type Command, type Io } from '../command.ts';
import { inputFiles, openPaths } from '../files.ts';
import { eachModel, OUTPUT_OPTIONS, writeModel } from '../output.ts';

export const CONVERT: Command = {
  name: 'convert',
  usage:
    'FILE... -o OUT.onnx | --out-dir DIR [--opset N] [--outputs a,b] [--signature S] [--replace NODE=cut|OPERATOR|FILE.onnx|ONNX TEXT;...] [--detector-nms] [--input-layout source|channels-first] [--external-data auto|always|never|keep] [--text] [--report R.json [--compare-with FILE,...] [--seed N]]',
  summary: 'To ONNX, in one file where it fits; to another opset with --opset.',
  options: {
    ...OUTPUT_OPTIONS,
    opset: { type: 'string' },
    outputs: { type: 'string' },
    signature: { type: 'string' },
    'detector-nms': { type: 'boolean' },
    'input-layout': { type: 'string' },
    replace: { type: 'string' },
    text: { type: 'boolean' },
    report: { type: 'string' },
    'compare-with': { type: 'string' },
    seed: { type: 'string' },
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
        ...(await replacements(args.text('replace'), job)),
      };
      let model = await toOnnx(opened, asked, job);
      if (outputs) model = cutToOutputs(model, outputs).after;
      if (args.flag('detector-nms')) model = (await addDetector(model)).after;
      model = await atOpset(model, opset);
      job.progress(0, 0, `Writing ${out}`);
      await writeModel(laidOut(model, args.text('input-layout')), out, args, job.signal);
      await trust(opened.model, model, args, io, job);
      job.end();
      for (const d of opened.diagnostics) if (d.severity !== 'info') io.err(`${d.severity}: ${d.message}`);
    }),
};

/** The model as it is checked has its inputs as the source has them. */
function laidOut(model: Model, layout = 'source'): Model {
  if (layout === 'source') return model;
  if (layout === 'channels-first') return channelsFirst(model).after;
  throw new UsageError(`--input-layout ${layout}: it is source or channels-first.`);
}

/** `lambda=cut;lambda_1=LeakyRelu(alpha=0.1);lambda_2=swish.onnx;lambda_3=y = Relu(x)`. */
async function replacements(text: string | undefined, job: JobContext): Promise<Pick<ConvertOptions, 'replace'>> {
  if (text === undefined) return {};
  const replace: Record<string, string | Model> = {};
  for (const part of text.split(/;(?=[^;=]+=)/)) {
    const at = part.indexOf('=');
    if (at <= 0) throw new UsageError(`--replace ${part}: write NODE=cut, NODE=OPERATOR or NODE=FILE.onnx.`);
    const what = part.slice(at + 1).trim();
    replace[part.slice(0, at).trim()] = /\.(onnx|onnxtxt)$/i.test(what) ? await onnxFile(what, job) : what;
  }
  return { replace };
}

async function onnxFile(path: string, job: JobContext): Promise<Model> {
  const { model } = await openPaths([path], job);
  if (!isOnnx(model)) throw new UsageError(`--replace: ${path} is not an ONNX model.`);
  return model;
}

async function atOpset(model: Model, opset: number | undefined): Promise<Model> {
  if (opset === undefined) return model;
  const { change, problems } = await toOpset(model, opset);
  if (change) return change.after;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new CommandError(`${problems[0]!.message} ${problems[0]!.help}${more}`);
}

/** What `--compare-with` names, or a reference of the source, against the model just written. */
async function trust(source: Model, onnx: Model, args: Arguments, io: Io, job: JobContext): Promise<void> {
  const [path, given] = [args.text('report'), args.list('compare-with')];
  if (path === undefined && given === undefined) return;
  if (isOnnx(source))
    throw new UsageError('--report is for models of other frameworks; `optimize --report` compares ONNX models');
  const files = given && inputFiles(given);
  const result = await trustReport(source, onnx, { seed: args.number('seed') ?? 1, ...(files ? { files } : {}) }, job);
  if (path !== undefined) writeFileSync(path, `${JSON.stringify(result, jsonNumber, 2)}\n`);
  io.err(`${MARKS[result.verdict]} ${result.sentence}`);
}

const MARKS: Readonly<Record<TrustReport['verdict'], string>> = {
  agrees: 'trust: agrees.',
  near: 'trust: agrees within the limit.',
  differs: 'trust: DIFFERS.',
  plausible: 'trust: plausible, not proved.',
  unchecked: 'trust: not checked.',
};
