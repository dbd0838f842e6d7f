/** Writes composed files to the disk without holding them in memory. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { byteLength, readBytes, sliceBytes, type ByteSource } from '../graph-model/core/bytes.ts';
import type { WrittenFile } from '../converters/onnx/write.ts';

const STEP = 8 * 1024 * 1024;

/** What a shell expects of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Writes a file to an open descriptor, 8 MB at a time. */
export async function writeToFile(file: WrittenFile, fd: number, signal?: AbortSignal): Promise<void> {
  for (const part of file.parts) {
    if (part instanceof Uint8Array) await writeBytes(fd, part);
    else await writeSource(fd, part, signal);
  }
}

/**
 * Writes a file under a path. It appears there whole or not at all; the path may be that of the opened model, whose slices
 * stay readable until the end.
 */
export async function writeToPath(file: WrittenFile, path: string, signal?: AbortSignal): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  const fd = openSync(partial, 'w');
  const stop = () => {
    rmSync(partial, { force: true });
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', stop);
  try {
    await writeToFile(file, fd, signal);
    closeSync(fd);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  } finally {
    process.removeListener('SIGINT', stop);
  }
}

async function writeSource(fd: number, source: ByteSource, signal?: AbortSignal): Promise<void> {
  const length = byteLength(source);
  for (let at = 0; at < length; at += STEP) {
    const bytes = await readBytes(sliceBytes(source, at, Math.min(length, at + STEP)), signal);
    writeAll(fd, bytes);
  }
}

/** Signals are heard between steps. */
async function writeBytes(fd: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += STEP) {
    writeAll(fd, bytes.subarray(at, at + STEP));
    if (bytes.length > STEP) await setImmediate();
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, Math.min(bytes.length - at, STEP));
}
