import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/graph-model/core/bytes.ts';
import { toNumbers, type DenseTensor } from '../../src/graph-model/core/tensor.ts';
import { FormatError } from '../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { parseModel } from '../../src/graph-model/text/parse.ts';
import { runModel } from '../../src/runtime/run.ts';
import { openSession } from '../../src/runtime/session.ts';
import { runSource } from '../../src/runtime/source.ts';
import type { OpaqueOutput } from '../../src/runtime/types.ts';
import { arraysOf, bytesAt, CountedFile, sourceOf } from './support.ts';

const WASM = { provider: 'wasm' } as const;

/** Python's onnxruntime runs other kernels than wasm: float32 agrees to 1e-5, float16 to one step of its 11 bits. */
function expectSame(have: DenseTensor | OpaqueOutput | undefined, want: DenseTensor, name: string): void {
  if (!have || 'opaque' in have) throw new Error(`${name} was not handed over`);
  expect(have.dims, name).toEqual(want.dims);
  expect(have.dtype, name).toBe(want.dtype);
  if (!/^(float|double)/.test(want.dtype)) return void expect(have.values, name).toEqual(want.values);
  const tolerance = want.dtype === 'float16' ? 2e-3 : 1e-5;
  const a = toNumbers(have);
  toNumbers(want).forEach((v, i) => {
    if (Number.isFinite(v))
      expect(Math.abs(a[i]! - v), `${name}[${i}]`).toBeLessThanOrEqual(tolerance * (1 + Math.abs(v)));
    else expect(a[i], `${name}[${i}]`).toBe(v);
  });
}

const refusal = (work: Promise<unknown>): Promise<FormatError> =>
  work.then(
    () => Promise.reject(new Error('it was not refused')),
    (e: unknown) => (e instanceof FormatError ? e : Promise.reject(e)),
  );

describe('running models', () => {
  const cases = [
    'conv',
    'external',
    'if',
    'loop',
    'strings',
    'tree',
    'zipmap',
    'sequence',
    'fp16',
    'qdq',
    'dynamic',
    'dtypes',
  ];
  it.each(cases)('%s gives what Python gives', async (sample) => {
    const feeds = arraysOf(sample, 'in');
    const result = await runModel(sourceOf(`${sample}/model.onnx`), feeds, WASM, quietJob());
    const wanted = arraysOf(sample, 'out');
    expect(wanted.size).toBeGreaterThan(0);
    for (const [name, want] of wanted) expectSame(result.outputs.get(name), want, name);
    expect(result).toMatchObject({ provider: 'wasm', providerNote: '', threads: 1 });
  });

  it('reports outputs that cannot be handed over as opaque, and the others', async () => {
    const zip = {
      ...sourceOf('zipmap/model.onnx'),
      opaqueTypes: new Map([['probabilities', 'seq(map(int64,tensor(float)))']]),
    };
    const a = await runModel(zip, arraysOf('zipmap', 'in'), WASM, quietJob());
    expect(a.outputs.get('probabilities')).toEqual({ opaque: 'seq(map(int64,tensor(float)))' });
    const b = await runModel(sourceOf('sequence/model.onnx'), arraysOf('sequence', 'in'), WASM, quietJob());
    expect(b.outputs.get('parts')).toEqual({ opaque: 'sequence, map or optional' });
    const c = await runModel(sourceOf('unusual/model.onnx'), arraysOf('unusual', 'in'), WASM, quietJob());
    expect(c.outputs.get('i4')).toEqual({ opaque: 'tensor(int4)' });
    expectSame(c.outputs.get('same'), arraysOf('unusual', 'out').get('same')!, 'same');
  });

  it('times the runs and the nodes', async () => {
    const options = { provider: 'wasm', runs: 3, profile: true, graphOptimization: 'disabled' } as const;
    const { timing, nodes } = await runModel(sourceOf('conv/model.onnx'), arraysOf('conv', 'in'), options, quietJob());
    expect(timing.runs).toHaveLength(3);
    expect(timing.median).toBe([...timing.runs].sort((a, b) => a - b)[1]);
    expect(timing.create).toBeGreaterThan(0);
    expect(nodes.map((n) => [n.node, n.op, n.provider])).toEqual([
      ['stem', 'Conv', 'CPU'],
      ['act', 'Relu', 'CPU'],
      ['pool', 'GlobalAveragePool', 'CPU'],
      ['flat', 'Flatten', 'CPU'],
    ]);
    for (const n of nodes) expect(n.ms).toBeGreaterThanOrEqual(0);
  });

  it('reads external weights on demand, from several parts', async () => {
    const whole = bytesAt('external/model.data');
    const cut = 100;
    const source = sourceOf('external/model.onnx');
    CountedFile.read = 0;
    await runModel(source, arraysOf('external', 'in'), WASM, quietJob());
    expect(CountedFile.read).toBeGreaterThan(0);
    expect(CountedFile.read).toBeLessThanOrEqual(whole.length);
    const parts = [bytesOf(whole.slice(0, cut)), bytesOf(whole.slice(cut))];
    const pieces = { ...source, data: [{ path: 'model.data', parts }] };
    const result = await runModel(pieces, arraysOf('external', 'in'), WASM, quietJob());
    expectSame(result.outputs.get('y'), arraysOf('external', 'out').get('y')!, 'y');
  });

  it('runs a session again and fetches what is asked for', async () => {
    const session = await openSession(sourceOf('dtypes/model.onnx'), WASM, quietJob());
    const feeds = arraysOf('dtypes', 'in');
    expect([...(await session.run(feeds, ['i64_out'])).keys()]).toEqual(['i64_out']);
    expect((await session.run(feeds)).size).toBe(11);
    expect((await refusal(session.run(feeds, ['nothing']))).message).toContain('no output named nothing');
    await session.release();
  });

  it('falls back to wasm and says why', async () => {
    const { provider, providerNote } = await runModel(
      sourceOf('conv/model.onnx'),
      arraysOf('conv', 'in'),
      { provider: 'webgpu' },
      quietJob(),
    );
    expect(provider).toBe('wasm');
    expect(providerNote).toBe("WebGPU is a browser's: the model ran on the CPU (WebAssembly).");
  });
});

describe('what cannot run', () => {
  const create = (path: string) => refusal(openSession(sourceOf(path), WASM, quietJob()));

  it.each([
    ['refused/opset.onnx', 'The runtime knows opset 26 of ai.onnx and the model asks for 99.'],
    ['refused/ir.onnx', 'The model has IR version 99 and the runtime reads up to 13.'],
    ['refused/unknown-op.onnx', 'The runtime has no operator Frobnicate in opset 21.'],
    ['refused/unknown-domain.onnx', 'The runtime has no operator acme:Frobnicate.'],
    ['refused/no-kernel.onnx', 'The runtime cannot compute Relu act for the element types it is given.'],
    ['refused/garbage.onnx', 'The runtime cannot read the model: its bytes are not an ONNX model.'],
    [
      'unusual/float8.onnx',
      'The model has an input or output of type float8e4m3fn, which the runtime in a page cannot exchange.',
    ],
    [
      'refused/no-maker.onnx',
      "The runtime refuses the model: Node input 'z' is not a graph input, initializer, or output of a previous node.",
    ],
    [
      'refused/wrong-type.onnx',
      "The runtime refuses the model: Type Error: Type 'tensor(float)' of input parameter (x) of operator (BitwiseNot) in node (bits) is invalid.",
    ],
  ])('%s is one sentence', async (path, sentence) => {
    expect((await create(path)).message).toBe(sentence);
  });

  it('says what failed at run time', async () => {
    const feeds = new Map([['x', { dtype: 'float', dims: [3], values: new Float32Array(3) } as const]]);
    const error = await refusal(runModel(sourceOf('refused/run-time.onnx'), feeds, WASM, quietJob()));
    expect(error.message).toBe(
      'The model failed while running: The input tensor cannot be reshaped to the requested shape. Input shape:{3}, requested shape:{2,2}.',
    );
  });

  it('names the node that failed at run time', async () => {
    const model = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
      g (float[n] x) => (float[2,2] y, float[n] z) <int64[2] s = {2, 2}>
      { a = Neg (x)  e = Exp (a)  [bend] b = Reshape (a, s)  [last] y = Abs (b)  z = Identity (e) }`);
    const feeds = new Map([['x', { dtype: 'float', dims: [3], values: new Float32Array(3) } as const]]);
    const error = await refusal(runModel(runSource(model), feeds, WASM, quietJob()));
    expect(error.message).toBe(
      'Reshape bend failed while running: The input tensor cannot be reshaped to the requested shape. Input shape:{3}, requested shape:{2,2}.',
    );
  });

  it('checks inputs before the runtime does', async () => {
    const session = await openSession(sourceOf('conv/model.onnx'), WASM, quietJob());
    const run = (dense?: DenseTensor) =>
      refusal(session.run(new Map(dense ? [['x', dense]] : []))).then((e) => e.message);
    expect(await run()).toBe('The input x has no values.');
    expect(await run({ dtype: 'float', dims: [1, 3, 2, 2], values: new Float32Array(12) })).toBe(
      'The input x has the shape 1×3×2×2 and the model wants 1×3×8×8.',
    );
    expect(await run({ dtype: 'int32', dims: [1, 3, 8, 8], values: new Int32Array(192) })).toBe(
      'The input x has elements of type int32 and the model wants float32.',
    );
    await session.release();
  });

  it('names a weight file that was not given', async () => {
    const missing = sourceOf('external/model.onnx', { kind: 'missing', file: 'model.data', begin: 0, end: 10 });
    const error = await refusal(openSession(missing, WASM, quietJob()));
    expect(error.diagnostic.code).toBe('run.missing-weights');
    expect(error.message).toContain('model.data');
  });

  it('refuses weights that cannot fit before reading them', async () => {
    const huge = { kind: 'missing', file: 'x', begin: 0, end: 5 * 2 ** 30 } as const;
    const error = await refusal(openSession(sourceOf('external/model.onnx', huge), WASM, quietJob()));
    expect(error.message).toBe('The weights take 5.0 GiB and the runtime can hold less than 4 GiB in all.');
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    stop.abort();
    const work = openSession(sourceOf('conv/model.onnx'), WASM, quietJob([], stop.signal));
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  });
});
