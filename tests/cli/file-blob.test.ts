import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { FileBlob } from '../../src/cli/file-blob.ts';
import { writeToPath } from '../../src/cli/write-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'file-blob-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('reads slices beyond 4 GB', async () => {
  const path = join(folder, 'sparse.bin');
  const size = 5 * 2 ** 30;
  writeFileSync(path, 'begin');
  truncateSync(path, size);
  const fd = openSync(path, 'r+');
  writeSync(fd, 'end', size - 3);
  closeSync(fd);
  const blob = FileBlob.open(path);
  expect(blob.size).toBe(size);
  const text = async (b: FileBlob) => new TextDecoder().decode(await b.arrayBuffer());
  expect(await text(blob.slice(size - 3, size + 100))).toBe('end');
  expect(await text(blob.slice(0, size).slice(2, 5))).toBe('gin');
  expect(blob.slice(5, 3).size).toBe(0);
  blob.close();
});

it('writes composed files piece by piece', async () => {
  const path = join(folder, 'source.bin');
  const bytes = Uint8Array.from({ length: 20_000_000 }, (_, i) => i % 251);
  writeFileSync(path, bytes);
  const blob = FileBlob.open(path);
  const out = join(folder, 'out.bin');
  const parts = [new Uint8Array([1, 2]), { kind: 'blob', blob, begin: 10, end: 19_000_010 } as const];
  await writeToPath({ name: 'out.bin', size: 19_000_002, parts }, out);
  const written = readFileSync(out);
  expect(written.length).toBe(19_000_002);
  expect(Buffer.compare(written.subarray(2), Buffer.from(bytes.subarray(10, 19_000_010)))).toBe(0);
  blob.close();
});
