/** Whatever was thrown, as one line for a person. */
import { EditError } from '../graph-model/core/draft.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import { CommandError, UsageError } from './command.ts';

const LONGEST = 1500;

export function sentence(error: unknown): string {
  if (error instanceof FormatError) return oneLine(`${error.message} ${error.diagnostic.help}`);
  if (error instanceof CommandError || error instanceof UsageError || error instanceof EditError)
    return oneLine(error.message);
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `there is no file ${path}.`;
  if (code === 'EACCES' || code === 'EISDIR' || code === 'ENOSPC' || code === 'ENOTDIR')
    return oneLine((error as Error).message);
  if (process.env.GRAPHWRIGHT_DEBUG) throw error;
  const text = error instanceof Error ? error.message : String(error);
  return oneLine(`${text} (This is a fault of Graphwright; GRAPHWRIGHT_DEBUG=1 shows where.)`);
}

function oneLine(text: string): string {
  const flat = text.replace(/\s*\n\s*/g, ' ').trim();
  return flat.length > LONGEST ? `${flat.slice(0, LONGEST)}…` : flat;
}
