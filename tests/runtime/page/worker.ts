/** Runs a model on arrays in a worker and answers in plain numbers. */
import type { ByteSource } from '../../../src/graph-model/core/bytes.ts';
import { toNumbers } from '../../../src/graph-model/core/tensor.ts';
import type { DType, Shape } from '../../../src/graph-model/core/types.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { readInputs } from '../../../src/runtime/inputs/read.ts';
import { runModel } from '../../../src/runtime/run.ts';
import type { RunOptions } from '../../../src/runtime/types.ts';

interface Request {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly data?: Uint8Array<ArrayBuffer>;
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
  readonly inputs: readonly { readonly name: string; readonly dtype: DType; readonly shape: Shape }[];
  readonly options: RunOptions;
  /** As in a browser without JavaScript Promise Integration. */
  readonly withoutJspi?: boolean;
}

/** How many bytes of weights were asked for at once: the proof that they are read through the worker's own reader. */
let lazyBytes = 0;
const readAsArrayBuffer = FileReaderSync.prototype.readAsArrayBuffer;
FileReaderSync.prototype.readAsArrayBuffer = function (blob: Blob) {
  lazyBytes += blob.size;
  return readAsArrayBuffer.call(this, blob);
};

const whole = (bytes: Uint8Array<ArrayBuffer>): ByteSource => {
  const blob = new Blob([bytes]);
  return { kind: 'blob', blob, begin: 0, end: blob.size };
};

async function run({ model, data, files, inputs, options, withoutJspi }: Request) {
  if (withoutJspi) delete (WebAssembly as { Suspending?: unknown }).Suspending;
  lazyBytes = 0;
  const given = files.map(({ name, bytes }) => ({ name, blob: new Blob([bytes]) }));
  const { values } = await readInputs(given, inputs);
  const source = { model: [whole(model)], data: data ? [{ path: 'model.data', parts: [whole(data)] }] : [] };
  const result = await runModel(source, new Map(values.map((v) => [v.name, v.tensor])), options, quietJob());
  const outputs = [...result.outputs].map(([name, o]) => {
    if ('opaque' in o) return [name, o.opaque];
    return [name, o.dtype === 'string' ? o.values : [...toNumbers(o)]];
  });
  const { provider, providerNote, threads, nodes, timing } = result;
  return {
    outputs: Object.fromEntries(outputs) as unknown,
    inputs: Object.fromEntries(values.map((v) => [v.name, [...toNumbers(v.tensor)].slice(0, 8)])) as unknown,
    nodes,
    provider,
    providerNote,
    threads,
    timing,
    lazyBytes,
    isolated: crossOriginIsolated,
  };
}

addEventListener('message', ({ data }: MessageEvent<{ id: number; request: Request }>) => {
  run(data.request).then(
    (result) => postMessage({ id: data.id, result }),
    (error: unknown) => postMessage({ id: data.id, result: { error: String(error) } }),
  );
});
