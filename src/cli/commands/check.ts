/** `graphwright check`: everything that is wrong with a model. */
import type { Model } from '../../graph-model/core/model.ts';
import { label } from '../../graph-model/core/draft.ts';
import { FormatError, type Diagnostic } from '../../graph-model/diagnostics.ts';
import { repairOf } from '../../graph-model/check/repair.ts';
import { analyse } from '../../services/analyse.ts';
import { printJson, type Command } from '../command.ts';
import { openPaths } from '../files.ts';

export const CHECK: Command = {
  name: 'check',
  usage: 'FILE... [--json]',
  summary: 'Everything that the standard and the runtimes object to.',
  options: { json: { type: 'boolean' } },
  async run(args, io) {
    const job = io.job();
    const problems = await problemsOf(args.files, job);
    job.end();
    if (args.flag('json')) printJson(io, { problems });
    else io.out(problems.length === 0 ? 'No problems found.' : problems.map(line).join('\n'));
  },
};

interface Problem {
  readonly code: string;
  readonly severity: Diagnostic['severity'];
  readonly message: string;
  readonly help: string;
  readonly node?: string;
  readonly offset?: number;
  readonly repair?: string;
}

/** A file that cannot be opened is a problem too: the document says so, and the exit code stays 0. */
async function problemsOf(files: readonly string[], job: Parameters<typeof openPaths>[1]): Promise<Problem[]> {
  try {
    const opened = await openPaths(files, job);
    const { problems } = await analyse(opened.model);
    return unique([...opened.diagnostics, ...problems]).map((d) => problemOf(d, opened.model));
  } catch (error) {
    if (error instanceof FormatError) return [problemOf(error.diagnostic, null)];
    throw error;
  }
}

/** Opening and checking may both find a missing file. */
function unique(problems: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return problems.filter((p) => !seen.has(p.message) && seen.add(p.message));
}

function problemOf(d: Diagnostic, model: Model | null): Problem {
  const node = d.node === undefined ? undefined : model?.nodes.get(d.node);
  const repair = repairOf(d)?.label;
  return {
    code: d.code,
    severity: d.severity,
    message: d.message,
    help: d.help,
    ...(node ? { node: label(node) } : {}),
    ...(d.offset === undefined ? {} : { offset: d.offset }),
    ...(repair ? { repair } : {}),
  };
}

function line(p: Problem): string {
  const at = p.offset === undefined ? '' : ` (byte ${p.offset})`;
  return `${p.severity.padEnd(7)} ${p.code}: ${p.message}${at} ${p.help}`;
}
