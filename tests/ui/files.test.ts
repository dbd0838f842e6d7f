import { describe, expect, it } from 'vitest';
import { gatherHandles, gatherList } from '../../src/ui/files/gather.ts';
import { downloadName, toDisk } from '../../src/ui/files/download.ts';
import { ago } from '../../src/ui/bars/format.ts';
import { CancelledError } from '../../src/workers/client.ts';

const file = (name: string): FileSystemFileHandle =>
  ({ kind: 'file', name, getFile: async () => new File(['x'], name) }) as unknown as FileSystemFileHandle;
const folder = (name: string, inner: FileSystemHandle[]): FileSystemHandle =>
  ({
    kind: 'directory',
    name,
    values: async function* () {
      yield* inner;
    },
  }) as unknown as FileSystemHandle;

describe('gathering', () => {
  it('walks a folder; paths are relative to it', async () => {
    const { files } = await gatherHandles([folder('m', [file('a.onnx'), folder('w', [file('a.bin')])])]);
    expect(files.map((f) => f.path)).toEqual(['a.onnx', 'w/a.bin']);
    expect(files.map((f) => f.name)).toEqual(['a.onnx', 'a.bin']);
  });

  it('keeps the folders apart when there are several things', async () => {
    const { files, handles } = await gatherHandles([file('a.onnx'), folder('w', [file('a.bin')])]);
    expect(files.map((f) => f.path)).toEqual(['a.onnx', 'w/a.bin']);
    expect(handles).toHaveLength(2);
  });

  it('takes a list of files as it is', () => {
    expect(gatherList([new File([], 'b.onnx')]).files.map((f) => f.path)).toEqual(['b.onnx']);
    expect(gatherList([]).files).toEqual([]);
  });
});

describe('the name of a download', () => {
  const state = (fileName: string, labels: string[] = [], at = labels.length) => ({
    fileName,
    history: labels.map((label) => ({ label }) as never),
    at,
  });

  it.each([
    [state('m.onnx'), 'm.onnx'],
    [state('m.onnx', ['Rename a to b']), 'm.onnx'],
    [state('m.onnx', ['Optimise', 'Rename a to b']), 'm-optimised.onnx'],
    [state('m.onnx', ['Optimise'], 0), 'm.onnx'],
    [state('m-optimised.onnx', ['Optimise']), 'm-optimised.onnx'],
    [state('churn.v2.txt'), 'churn.v2.onnx'],
    [state('saved_model/'), 'saved_model.onnx'],
    [state('forest.joblib'), 'forest.onnx'],
    [state('forest.pkl.gz'), 'forest.onnx'],
    [state('net.v2'), 'net.v2.onnx'],
    [state(''), 'model.onnx'],
  ])('%#', (given, name) => {
    expect(downloadName(given)).toBe(name);
  });
});

describe('when it was', () => {
  const now = new Date(2026, 10, 23, 15, 0).getTime();
  it.each([
    [20_000, 'just now'],
    [12 * 60_000, '12 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [20 * 3_600_000, 'Yesterday'],
    [20 * 86_400_000, '3 Nov'],
    [365 * 86_400_000, '23 Nov 2025'],
  ])('%d ms before', (before, text) => {
    expect(ago(now - before, now)).toBe(text);
  });
});

describe('writing to a folder of the disk', () => {
  const parts = new Map<string, Uint8Array[]>();
  const removed: string[] = [];
  const place = {
    kind: 'directory',
    removeEntry: async (name: string) => void removed.push(name),
    getFileHandle: async (name: string) => ({
      getFile: async () => new File([], name),
      createWritable: async () =>
        new WritableStream<Uint8Array>({ write: (part) => void parts.set(name, [...(parts.get(name) ?? []), part]) }),
    }),
  } as unknown as FileSystemDirectoryHandle;
  const files = [
    { name: 'a.onnx', blob: new Blob(['graph']) },
    { name: 'a.onnx_data', blob: new Blob([new Uint8Array(3_000_000)]) },
  ];

  it('writes all files and tells how far it is', async () => {
    const shares: number[] = [];
    await toDisk({ files }, place, (e) => e.type === 'progress' && shares.push(e.done / e.total)).done;
    const size = (name: string) => parts.get(name)!.reduce((sum, p) => sum + p.length, 0);
    expect([size('a.onnx'), size('a.onnx_data')]).toEqual([5, 3_000_000]);
    expect(shares.length).toBeGreaterThan(0);
    expect(shares.length).toBeLessThanOrEqual(100);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it('ends as cancelled and leaves no empty file', async () => {
    const job = toDisk({ files }, place, () => {});
    job.cancel();
    await expect(job.done).rejects.toBeInstanceOf(CancelledError);
    expect(removed).toEqual(['a.onnx']);
  });
});
