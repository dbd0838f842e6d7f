/** What onnxruntime prints: its profile is given in no other way. */

/** Where lines go while they are captured; null: to the console, as ever. */
let sink: string[] | null = null;
let tapped = false;

/**
 * Puts itself between console.log and the console. In a page the runtime binds console.log when its wasm starts, so this
 * must be called before; replacing console.log later would catch nothing.
 */
export function tapConsole(): void {
  if (tapped) return;
  tapped = true;
  const log = console.log.bind(console);
  console.log = (...args: unknown[]) => {
    if (sink) sink.push(args.map(String).join(' '));
    else log(...args);
  };
}

/** The lines that `print` prints. It must be synchronous, so that nobody else's lines are caught. */
export function captureLines(print: () => void): string[] {
  const lines: string[] = [];
  sink = lines;
  const restore = tapStdout(lines);
  try {
    print();
  } finally {
    restore();
    sink = null;
  }
  return lines;
}

/** In Node the runtime writes to file descriptor 1 itself. Asked of the process, so that no bundler sees an import. */
function tapStdout(lines: string[]): () => void {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs');
  if (!fs) return () => {};
  const write = fs.writeSync;
  const tapped = (fd: number, text: unknown, ...rest: never[]): number => {
    if (fd !== 1 || typeof text !== 'string') return write(fd, text as string, ...rest);
    lines.push(text.trimEnd());
    return text.length;
  };
  fs.writeSync = tapped as typeof fs.writeSync;
  return () => void (fs.writeSync = write);
}
