/** The terminal: results on stdout, everything else on stderr, progress only where somebody watches. */
import type { Diagnostic } from '../graph-model/diagnostics.ts';
import type { Io } from './command.ts';

const REDRAW_MS = 80;

export function terminalIo(): Io {
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    job: () => watchedJob(process.stderr.isTTY === true),
  };
}

function watchedJob(shown: boolean) {
  const diagnostics: Diagnostic[] = [];
  let drawn = 0;
  return {
    diagnostics,
    // Ctrl-C ends the process at once, also within long computing: what is half written removes itself.
    signal: new AbortController().signal,
    report: (d: Diagnostic) => void diagnostics.push(d),
    progress(done: number, total: number, label: string) {
      if (!shown || Date.now() - drawn < REDRAW_MS) return;
      drawn = Date.now();
      const share = total > 0 ? ` ${Math.floor((100 * done) / total)} %` : '';
      process.stderr.write(`\r\x1b[2K${label}${share}`);
    },
    end() {
      if (drawn) process.stderr.write('\r\x1b[2K');
    },
  };
}
