/** Sessions: a model opened in onnxruntime, ready to run. */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web';
import { byteLength } from '../graph-model/core/bytes.ts';
import { elementCount, type DenseTensor } from '../graph-model/core/tensor.ts';
import { dtypeInfo, shapeLabel, type Dim, type DType } from '../graph-model/core/types.ts';
import { FormatError } from '../graph-model/diagnostics.ts';
import type { JobContext } from '../graph-model/job.ts';
import { captureLines } from './host/printed.ts';
import { loadOrt, type LoadedOrt } from './host.ts';
import { joined, lazyBytes } from './lazy-bytes.ts';
import { explainOrtError } from './ort-error.ts';
import { dtypeOfOrt, fromOrt, toOrt } from './ort-tensor.ts';
import type { Feeds, OpaqueOutput, Provider, RunOptions, RunSource, SessionPort } from './types.ts';

const GiB = 2 ** 30;
/** The wasm heap ends at 4 GiB; what the runtime itself and the smallest activations need is left out. */
const WEIGHT_LIMIT = 3.8 * GiB;
/** Above this the runtime must not keep a second, rearranged copy of the weights. */
const PREPACK_LIMIT = 1.25 * GiB;

/** Errors come back as exceptions; the console is no place for them. */
const QUIET = { logSeverityLevel: 4 } as const;

export interface Session {
  readonly provider: Provider;
  readonly providerNote: string;
  readonly threads: number;
  /** Milliseconds that creating it took, the runtime's own start left out. */
  readonly createMs: number;
  readonly inputs: readonly SessionPort[];
  readonly outputs: readonly SessionPort[];
  /** Runs once. `fetch`: the outputs that are wanted (all by default); those that cannot be handed over are opaque. */
  run(feeds: Feeds, fetch?: readonly string[]): Promise<Map<string, DenseTensor | OpaqueOutput>>;
  /** Ends profiling (once) and gives its lines, for profile.ts; empty where `profile` was not asked for. */
  endProfiling(): readonly string[];
  release(): Promise<void>;
}

/**
 * Opens a session. Where the provider cannot run this model, the plain wasm build does and `providerNote` says why. Throws
 * FormatError (codes `run.*`).
 */
export async function openSession(source: RunSource, options: RunOptions, job: JobContext): Promise<Session> {
  checkSize(source);
  job.progress(0, 0, 'Starting the runtime');
  const loaded = await loadOrt(options.provider, options.threads);
  try {
    return await create(loaded, source, options, job);
  } catch (error) {
    if (loaded.provider === 'wasm' || isAbort(error)) throw error;
    const note = fallbackNote(loaded.provider, error);
    return create({ ...(await loadOrt('wasm', options.threads)), note }, source, options, job);
  }
}

/** The sentences for a model that another provider than wasm refused. */
export function fallbackNote(provider: Provider, error: unknown): string {
  const label = provider === 'webgpu' ? 'WebGPU' : 'WebNN';
  const why = (error instanceof Error ? error.message : String(error)).replace(
    /^The runtime /,
    `The runtime's ${label} build `,
  );
  return `${label} cannot run this model, so it ran on the CPU (WebAssembly). ${why}`;
}

const isAbort = (error: unknown) => error instanceof Error && error.name === 'AbortError';

function checkSize(source: RunSource): void {
  let size = 0;
  for (const file of source.data ?? []) for (const part of file.parts) size += byteLength(part);
  if (size > WEIGHT_LIMIT) throw new FormatError('run.too-large', { size: (size / GiB).toFixed(1) });
}

async function create(loaded: LoadedOrt, source: RunSource, options: RunOptions, job: JobContext): Promise<Session> {
  job.signal.throwIfAborted();
  job.progress(0, 0, 'Opening the model in the runtime');
  const started = performance.now();
  let session: InferenceSession;
  try {
    const bytes = await joined(source.model, job.signal);
    const settings = await sessionOptions(loaded.provider, source, options, job.signal);
    session = await loaded.ort.InferenceSession.create(bytes, settings);
  } catch (error) {
    throw explainOrtError(error, 'create');
  }
  const createMs = performance.now() - started;
  return new OpenSession(loaded, session, createMs, options.profile === true, source);
}

async function sessionOptions(
  provider: Provider,
  source: RunSource,
  options: RunOptions,
  signal: AbortSignal,
): Promise<InferenceSession.SessionOptions> {
  const externalData = [];
  let weights = 0;
  for (const file of source.data ?? []) {
    const data = await lazyBytes(file.parts, signal);
    weights += data.byteLength;
    externalData.push({ path: file.path, data });
  }
  return {
    executionProviders: [provider],
    graphOptimizationLevel: options.graphOptimization ?? 'all',
    enableProfiling: options.profile === true,
    ...QUIET,
    ...(externalData.length ? { externalData } : {}),
    ...(weights > PREPACK_LIMIT ? { extra: { session: { disable_prepacking: '1' } } } : {}),
  };
}

class OpenSession implements Session {
  readonly inputs: readonly SessionPort[];
  readonly outputs: readonly SessionPort[];
  private profiling: boolean;

  constructor(
    private readonly loaded: LoadedOrt,
    private readonly session: InferenceSession,
    readonly createMs: number,
    profile: boolean,
    source: RunSource,
  ) {
    this.inputs = session.inputMetadata.map((m) => port(m, source));
    this.outputs = session.outputMetadata.map((m) => port(m, source));
    this.profiling = profile;
  }

  get provider(): Provider {
    return this.loaded.provider;
  }

  get providerNote(): string {
    return this.loaded.note;
  }

  get threads(): number {
    return this.loaded.threads;
  }

  async run(feeds: Feeds, fetch?: readonly string[]): Promise<Map<string, DenseTensor | OpaqueOutput>> {
    const wanted = this.wantedOutputs(fetch);
    const tensors = this.feed(feeds);
    const fetched = wanted.filter((p) => p.dtype !== null).map((p) => p.name);
    // With nothing to fetch the runtime would fetch everything and fail on it.
    const results = fetched.length ? await this.call(tensors, fetched) : {};
    const out = new Map<string, DenseTensor | OpaqueOutput>();
    for (const p of wanted) {
      const tensor = results[p.name];
      out.set(p.name, tensor ? await fromOrt(tensor) : { opaque: p.kind });
      tensor?.dispose();
    }
    return out;
  }

  endProfiling(): readonly string[] {
    if (!this.profiling) return [];
    this.profiling = false;
    return captureLines(() => this.session.endProfiling());
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private async call(tensors: Record<string, OrtTensor>, fetch: string[]): Promise<Record<string, OrtTensor>> {
    try {
      return (await this.session.run(tensors, fetch, QUIET)) as Record<string, OrtTensor>;
    } catch (error) {
      throw explainOrtError(error, 'run');
    }
  }

  private wantedOutputs(fetch?: readonly string[]): readonly SessionPort[] {
    if (!fetch) return this.outputs;
    return fetch.map((name) => {
      const found = this.outputs.find((p) => p.name === name);
      const outputs = this.outputs.map((p) => p.name).join(', ');
      if (!found) throw new FormatError('run.output-unknown', { output: name, outputs });
      return found;
    });
  }

  private feed(feeds: Feeds): Record<string, OrtTensor> {
    const out: Record<string, OrtTensor> = {};
    for (const input of this.inputs) {
      const value = feeds.get(input.name);
      if (!value) throw new FormatError('run.input-missing', { input: input.name });
      checkFeed(input, value);
      out[input.name] = toOrt(this.loaded.ort, input.name, value);
    }
    return out;
  }
}

function port(m: InferenceSession.ValueMetadata, { opaqueTypes, unranked }: RunSource): SessionPort {
  const opaque = opaqueTypes?.get(m.name) ?? 'sequence, map or optional';
  if (!m.isTensor) return { name: m.name, dtype: null, dims: [], kind: opaque };
  const dtype = dtypeOfOrt(m.type);
  const open = unranked?.has(m.name) ? ({ unranked: true } as const) : {};
  return { name: m.name, dtype, dims: m.shape.map(dimOf), kind: `tensor(${dtype ?? m.type})`, ...open };
}

/** The runtime writes an unnamed dimension as -1, or as that in 32 bits. */
function dimOf(d: number | string): Dim {
  return d === -1 || d === 0xffff_ffff || d === '' ? null : d;
}

/** Says what is wrong with a value before the runtime does, which names indices and numbers only. */
export function checkFeed(input: SessionPort, value: DenseTensor): void {
  if (input.dtype === null) throw new FormatError('run.input-kind', { input: input.name, type: input.kind });
  if (input.dtype !== value.dtype)
    throw new FormatError('run.input-wrong-dtype', wrongType(input.name, value, input.dtype));
  const fits = input.dims.length === value.dims.length && input.dims.every((d, i) => matches(d, value.dims[i]!));
  if (!fits && !input.unranked)
    throw new FormatError('run.input-shape', wrongShape(input.name, value.dims, input.dims));
  if (value.values.length !== elementCount(value.dims))
    throw new FormatError('run.input-shape', wrongShape(input.name, [value.values.length], value.dims));
}

const matches = (want: Dim, have: number) => typeof want !== 'number' || want === have;

const wrongType = (input: string, value: DenseTensor, want: DType) => ({
  input,
  have: dtypeInfo(value.dtype).label,
  want: dtypeInfo(want).label,
});

const wrongShape = (input: string, have: readonly Dim[], want: readonly Dim[]) => ({
  input,
  have: shapeLabel(have),
  want: shapeLabel(want),
});
