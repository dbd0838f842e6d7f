import { describe, expect, it } from 'vitest';
import { WireWriter } from '../../../src/converters/containers/protobuf/wire-writer.ts';
import { readOnnx } from '../../../src/converters/onnx/read.ts';
import { fileBytes, writeOnnx } from '../../../src/converters/onnx/write.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { readTensor, tensorAtHand } from '../../../src/graph-model/core/tensor.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError, type Diagnostic } from '../../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { HoleBlob } from '../../support/hole-blob.ts';
import { decodeModel, encodeModel, inputFile, sample } from '../../support/onnx-samples.ts';

const read = (plain: object, diagnostics: Diagnostic[] = []) =>
  readOnnx(inputFile('m.onnx', encodeModel(plain)), [], quietJob(diagnostics));
const open = (name: string) => readOnnx(sample(name).main, sample(name).files, quietJob());
const byName = (model: Model, name: string) => [...model.values.values()].filter((v) => v.name === name);

describe('names become ids', () => {
  it('innermost scope first, captured values from around', async () => {
    const model = await open('everything');
    const main = model.graphs.at(model.main);
    const y = byName(model, 'y').find((v) => v.graph === model.main)!;
    const muls = [...model.nodes.values()].filter((n) => n.op === 'Mul');
    expect(muls.length).toBe(5);
    for (const mul of muls) expect(mul.inputs[0]).toBe(y.id);
    // Five bodies and the training algorithm.
    expect(model.uses.get(y.id)!.filter((u) => u.node !== null && u.graph !== model.main)).toHaveLength(6);
    expect(main.parent).toBeNull();
    const deep = [...model.graphs.values()].find((g) => g.name === 'deep')!;
    expect(model.graphs.at(model.nodes.at(deep.parent!).graph).name).toBe('t');
  });

  it('keeps left-out inputs and outputs, and names that nothing makes', async () => {
    const model = await open('everything');
    const call = [...model.nodes.values()].find((n) => n.op === 'F')!;
    expect(call.inputs[1]).toBeNull();
    expect(call.outputs.map((v) => v === null)).toEqual([true, false, true]);
    const dangling = model.values.at(call.inputs[2]!);
    expect(dangling).toMatchObject({ name: 'dangling', producer: null });
    expect(dangling.constant).toBeUndefined();
  });

  it('keeps declarations that contradict the first one', async () => {
    const model = await open('everything');
    const { redeclared } = model.graphs.at(model.main);
    expect(redeclared?.map((r) => [r.list, r.index])).toEqual([
      ['outputs', 1],
      ['valueInfo', 0],
    ]);
  });

  it('of an initializer that is an input too are one value', async () => {
    const model = await open('ir3_init_inputs');
    const { inputs, initializers } = model.graphs.at(model.main);
    expect(initializers.length).toBeGreaterThan(0);
    for (const id of initializers) expect(inputs).toContain(id);
  });

  it('leaves an unsorted graph as it is', async () => {
    const model = await open('unsorted');
    const wanted = (decodeModel(sample('unsorted').bytes).graph as { node: { op_type: string }[] }).node;
    const { order } = model.graphs.at(model.main);
    expect(order.map((id) => model.nodes.at(id).op)).toEqual(wanted.map((n) => n.op_type));
  });

  it('are safe when they are words of JavaScript', async () => {
    expect(brokenLaws(await open('js_names'))).toEqual([]);
  });
});

describe('tensors', () => {
  it('of every storage and type hold what the file says', async () => {
    const model = await open('everything');
    const value = (name: string) =>
      Array.from(tensorAtHand(byName(model, name)[0]!.constant!)!.values as Iterable<unknown>);
    expect(value('i8')).toEqual([-1, 5]);
    expect(value('u64')).toEqual([2n ** 64n - 1n]);
    expect(value('i64')).toEqual([-(2n ** 63n), 7n]);
    expect(value('f64')).toEqual([0.1]);
    expect(value('c64')).toEqual([1, 2]);
    expect(value('i4')).toEqual([1, 2, 3]);
    expect(value('i4b')).toEqual([1, 2, 3]);
    expect(value('u2')).toEqual([3, 2, 1, 0, 1]);
    expect(value('bool')).toEqual([1]);
    expect(value('none')).toEqual([]);
    expect(byName(model, 'sparse')[0]!.sparse!.dims).toEqual([3]);
  });

  it('below 4 KB are at hand, above they are ranges of the file', async () => {
    const floats = (n: number) => ({ data_type: 1, dims: [n], raw_data: new Uint8Array(4 * n).fill(1) });
    const plain = {
      graph: {
        initializer: [
          { name: 'a', ...floats(1024) },
          { name: 'b', ...floats(1025) },
        ],
      },
    };
    const model = await read(plain);
    expect(byName(model, 'a')[0]!.constant!.data.kind).toBe('bytes');
    const b = byName(model, 'b')[0]!.constant!;
    expect(b.data.kind).toBe('blob');
    expect((await readTensor(b)).values.length).toBe(1025);
  });

  it('unpacked lists are read as packed ones', async () => {
    const w = new WireWriter();
    w.message(7, () =>
      w.message(5, () => {
        w.int(1, 2);
        w.int(2, 1);
        w.float(4, 1.5);
        w.float(4, -2);
        w.string(8, 'w');
      }),
    );
    const model = await readOnnx(inputFile('m.onnx', w.toBytes()), [], quietJob());
    const again = decodeModel(await fileBytes(writeOnnx(model).files[0]!)) as { graph: { initializer: unknown[] } };
    expect(again.graph.initializer[0]).toMatchObject({ float_data: [1.5, -2] });
  });

  const bad: [string, object][] = [
    ['too few floats', { data_type: 1, dims: [3], float_data: [1, 2] }],
    ['too many integers', { data_type: 7, dims: [1], int64_data: [1, 2] }],
    ['no data', { data_type: 1, dims: [3] }],
    ['strings as raw data', { data_type: 8, dims: [1], raw_data: new Uint8Array(1) }],
    ['a negative dimension', { data_type: 1, dims: [-1] }],
    ['dimensions past 2^53', { data_type: 1, dims: ['9007199254740992'] }],
    ['an odd count of sub-byte elements', { data_type: 22, dims: [3], raw_data: new Uint8Array(1) }],
  ];
  it.each(bad)('with %s are refused', async (_, tensor) => {
    const error = await read({ graph: { initializer: [{ name: 'w', ...tensor }] } }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as FormatError).diagnostic.code).toBe('onnx.bad-dims');
    expect((error as FormatError).message).toContain('w');
  });

  it('given twice: the later one counts, and it is said', async () => {
    const t = (v: number) => ({ name: 'w', data_type: 1, dims: [1], float_data: [v] });
    const diagnostics: Diagnostic[] = [];
    const model = await read({ graph: { initializer: [t(1), t(2)] } }, diagnostics);
    expect(tensorAtHand(byName(model, 'w')[0]!.constant!)!.values[0]).toBe(2);
    expect(diagnostics.map((d) => d.code)).toEqual(['onnx.duplicate-initializer']);
  });
});

describe('large files', () => {
  /** Two initializers of 3 GB each, and a node that is written behind them. */
  function giant(): { blob: HoleBlob; offsets: number[] } {
    const payload = 3_000_000_000;
    const head = (name: string) => {
      const w = new WireWriter();
      w.int(1, payload);
      w.int(2, 2);
      w.string(8, name);
      w.tag(9, 2);
      w.varint(payload);
      const inner = w.toBytes();
      const outer = new WireWriter();
      outer.tag(5, 2);
      outer.varint(inner.length + payload);
      outer.raw(inner);
      return outer.toBytes();
    };
    const node = new WireWriter();
    node.message(1, () => {
      node.string(1, 'w0');
      node.string(2, 'out');
      node.string(4, 'Identity');
    });
    const parts = [head('w0'), head('w1'), node.toBytes()];
    const total = parts[0]!.length + parts[1]!.length + parts[2]!.length + 2 * payload;
    const top = new WireWriter();
    top.tag(7, 2);
    top.varint(total);
    const starts = [top.size, top.size + parts[0]!.length + payload];
    starts.push(starts[1]! + parts[1]!.length + payload);
    const pieces = [{ at: 0, bytes: top.toBytes() }, ...parts.map((bytes, i) => ({ at: starts[i]!, bytes }))];
    const offsets = [starts[0]! + parts[0]!.length, starts[1]! + parts[1]!.length];
    return { blob: new HoleBlob(pieces, top.size + total), offsets };
  }

  it('of 6 GB cost what their structure costs, with offsets beyond 2^32', async () => {
    const { blob, offsets } = giant();
    const model = await readOnnx({ name: 'm.onnx', path: 'm.onnx', blob }, [], quietJob());
    expect(blob.count.bytes).toBeLessThan(1024 * 1024);
    const [w0, w1] = ['w0', 'w1'].map((n) => byName(model, n)[0]!.constant!.data);
    expect(w0).toMatchObject({ kind: 'blob', begin: offsets[0], end: offsets[0]! + 3_000_000_000 });
    expect(w1).toMatchObject({ kind: 'blob', begin: offsets[1], end: offsets[1]! + 3_000_000_000 });
    expect(offsets[1]! + 3_000_000_000).toBeGreaterThan(2 ** 32);
    expect(model.nodes.size).toBe(1);
  });

  it('that are cut off say where', async () => {
    const { blob } = giant();
    const cut = blob.slice(0, 5_000_000_000);
    await expect(readOnnx({ name: 'm.onnx', path: 'm.onnx', blob: cut }, [], quietJob())).rejects.toThrow(
      /the model needs 6000000\d+ bytes from byte 6, and 4999999994 are left/,
    );
  });

  it('are given up when the job is', async () => {
    const control = new AbortController();
    control.abort();
    const job = quietJob([], control.signal);
    await expect(readOnnx({ name: 'm', path: 'm', blob: giant().blob }, [], job)).rejects.toThrow(/abort/i);
  });
});

describe('hostile files', () => {
  it('nested too deeply are refused', async () => {
    let bytes = new Uint8Array(0);
    const wrap = (field: number, inner: Uint8Array) => {
      const w = new WireWriter();
      w.bytes(field, inner);
      return w.toBytes();
    };
    // graph { node { attribute { g: graph … type: GRAPH } } }
    for (let i = 0; i < 400; i++) {
      const attribute = new WireWriter();
      attribute.bytes(6, bytes);
      attribute.int(20, 5);
      bytes = new Uint8Array(wrap(1, wrap(5, attribute.toBytes())));
    }
    for (const wholeLimit of [undefined, 0]) {
      const file = inputFile('m.onnx', wrap(7, bytes));
      await expect(readOnnx(file, [], quietJob(), { wholeLimit })).rejects.toThrow(/graphs more than 100 deep/);
    }
  });

  it('with types nested too deeply are refused', async () => {
    let type = new Uint8Array(0);
    for (let i = 0; i < 5000; i++) {
      const [inner, outer] = [new WireWriter(), new WireWriter()];
      inner.bytes(1, type);
      outer.bytes(4, inner.toBytes());
      type = new Uint8Array(outer.toBytes());
    }
    const w = new WireWriter();
    w.message(7, () =>
      w.message(11, () => {
        w.string(1, 'x');
        w.bytes(2, type);
      }),
    );
    await expect(readOnnx(inputFile('m.onnx', w.toBytes()), [], quietJob())).rejects.toThrow(
      /types more than 100 deep/,
    );
  });

  it('with names that are not UTF-8 open, and it is said', async () => {
    const w = new WireWriter();
    w.message(7, () =>
      w.message(11, () => {
        w.bytes(1, new Uint8Array([0xff, 0x61]));
      }),
    );
    const diagnostics: Diagnostic[] = [];
    const model = await readOnnx(inputFile('m.onnx', w.toBytes()), [], quietJob(diagnostics));
    expect(byName(model, '\ufffda')).toHaveLength(1);
    expect(diagnostics.map((d) => d.code)).toEqual(['onnx.bad-names']);
  });
});
