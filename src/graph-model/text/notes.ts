/**
 * Annotations: what the ONNX text form has no words for. One is a comment that begins with `#@` and goes to the end of
 * its line; it holds JSON with one key that names what it is about, which stands right before it:
 *
 *     y = Relu (x) #@{"node":{"metadata":[["layer","3"]]}}
 *
 * Bytes are base64. Other readers of the text see a comment and lose only what they could not have read anyway.
 */
import { fromBase64, toBase64 } from '../core/base64.ts';
import type { Metadata, Origin } from '../core/model.ts';
import type { ExternalData, TensorStorage } from '../core/tensor.ts';

/** What begins an annotation. */
export const NOTE_MARK = '#@';

export type Subject =
  'model' | 'opset' | 'function' | 'graph' | 'node' | 'attribute' | 'value' | 'tensor' | 'sparse' | 'type';

export interface CarriedNote {
  readonly doc?: string;
  readonly metadata?: Metadata;
  readonly extra?: Uint8Array;
}
export type ValueNote = CarriedNote;
export type FunctionNote = CarriedNote;
export interface ExtraNote {
  readonly extra?: Uint8Array;
}

export interface DeviceNote {
  readonly configuration: string;
  readonly shardings: readonly { readonly value: string | null; readonly extra?: Uint8Array }[];
  readonly extra?: Uint8Array;
}
export interface NodeNote extends CarriedNote {
  readonly origin?: Origin;
  readonly devices?: readonly DeviceNote[];
}

export interface QuantizationNote {
  readonly value: string | null;
  readonly parameters: readonly (readonly [string, string | null])[];
  readonly extra?: Uint8Array;
}
export interface GraphNote extends CarriedNote {
  readonly quantization?: readonly QuantizationNote[];
}

export interface TrainingNote {
  /** The graphs in the text form. */
  readonly initialization: string | null;
  readonly algorithm: string | null;
  readonly initializationBinding: readonly (readonly [string, string])[];
  readonly updateBinding: readonly (readonly [string, string])[];
  readonly extra?: Uint8Array;
}
export interface ModelNote {
  readonly extra?: Uint8Array;
  /** The storage of every tensor that does not say another; without it each dtype's own typed field. */
  readonly storage?: TensorStorage;
  readonly devices?: readonly Uint8Array[];
  readonly training?: readonly TrainingNote[];
}

export interface TensorNote extends CarriedNote {
  readonly storage?: TensorStorage;
  /** The storage field's bytes where printing and parsing the elements would not give them again. */
  readonly data?: Uint8Array;
  readonly external?: ExternalData;
  readonly name?: string;
}

export interface TypeNote {
  readonly denotation?: string;
  readonly dims?: readonly (string | undefined)[];
  readonly extra?: Uint8Array;
}

export interface AttributeNote {
  readonly doc?: string;
  readonly untyped?: true;
  readonly extra?: Uint8Array;
  /** The bytes of a string that is not valid UTF-8, or of floats among which is an unusual NaN. */
  readonly raw?: Uint8Array;
  readonly raws?: readonly Uint8Array[];
}

// ---- writing

/** JSON of an annotation, or null when it would say nothing. */
export function noteText(subject: Subject, note: object): string | null {
  const said = Object.entries(note).filter(([, v]) => v !== undefined);
  if (said.length === 0) return null;
  return JSON.stringify({ [subject]: Object.fromEntries(said) }, (_, v: unknown) => {
    if (v instanceof Uint8Array) return toBase64(v);
    if (v instanceof Map) return [...v];
    return v;
  });
}

// ---- reading

/** Typed access to the JSON of an annotation; `bad` makes the error. */
export class Fields {
  constructor(
    private readonly record: Readonly<Record<string, unknown>>,
    private readonly bad: (problem: string) => Error,
  ) {}

  string(key: string): string | undefined {
    return this.of(key, 'a string', (v) => typeof v === 'string');
  }

  text(key: string): string {
    return this.string(key) ?? '';
  }

  flag(key: string): true | undefined {
    return this.of(key, 'true', (v) => v === true);
  }

  nullable(key: string): string | null {
    const v = this.record[key];
    return v === null || v === undefined ? null : this.string(key)!;
  }

  bytes(key: string): Uint8Array | undefined {
    const text = this.string(key);
    return text === undefined ? undefined : this.decoded(key, text);
  }

  bytesList(key: string): Uint8Array[] | undefined {
    return this.list(key)?.map((v) => this.decoded(key, String(v)));
  }

  list(key: string): readonly unknown[] | undefined {
    return this.of(key, 'a list', Array.isArray);
  }

  /** Objects of a list, each to be read in turn. */
  records<T>(key: string, read: (f: Fields) => T): T[] | undefined {
    return this.list(key)?.map((v) => read(this.record_(v, key)));
  }

  object(key: string): Fields | undefined {
    return key in this.record ? this.record_(this.record[key], key) : undefined;
  }

  pairs(key: string): (readonly [string, string])[] | undefined {
    return this.nullablePairs(key)?.map(([k, v]) => [k, v ?? ''] as const);
  }

  nullablePairs(key: string): (readonly [string, string | null])[] | undefined {
    return this.list(key)?.map((pair) => {
      const ok = Array.isArray(pair) && typeof pair[0] === 'string';
      if (!ok || (pair[1] !== null && typeof pair[1] !== 'string')) throw this.bad(`has no pairs in "${key}"`);
      return [pair[0] as string, pair[1] as string | null] as const;
    });
  }

  metadata(key = 'metadata'): Metadata | undefined {
    const pairs = this.pairs(key);
    return pairs && new Map(pairs);
  }

  private of<T>(key: string, what: string, is: (v: unknown) => boolean): T | undefined {
    const v = this.record[key];
    if (v === undefined) return undefined;
    if (!is(v)) throw this.bad(`needs ${what} in "${key}"`);
    return v as T;
  }

  private record_(v: unknown, key: string): Fields {
    if (typeof v !== 'object' || v === null || Array.isArray(v)) throw this.bad(`needs an object in "${key}"`);
    return new Fields(v as Record<string, unknown>, this.bad);
  }

  private decoded(key: string, text: string): Uint8Array {
    const bytes = fromBase64(text);
    if (bytes === null) throw this.bad(`has no base64 in "${key}"`);
    return bytes;
  }
}

export function readCarried(f: Fields): CarriedNote {
  return clean({ doc: f.string('doc'), metadata: f.metadata(), extra: f.bytes('extra') });
}

export function readNode(f: Fields): NodeNote {
  const origin = f.object('origin');
  return clean({
    ...readCarried(f),
    origin:
      origin &&
      clean({
        dialect: origin.text('dialect'),
        op: origin.text('op'),
        name: origin.text('name'),
        by: origin.string('by'),
      }),
    devices: f.records('devices', readDevice),
  });
}

function readDevice(f: Fields): DeviceNote {
  const shardings = f.records('shardings', (s) => clean({ value: s.nullable('value'), extra: s.bytes('extra') }));
  return clean({ configuration: f.text('configuration'), shardings: shardings ?? [], extra: f.bytes('extra') });
}

export function readGraph(f: Fields): GraphNote {
  const quantization = f.records('quantization', (q) =>
    clean({
      value: q.nullable('value'),
      parameters: q.nullablePairs('parameters') ?? [],
      extra: q.bytes('extra'),
    }),
  );
  return clean({ ...readCarried(f), quantization });
}

export function readModel(f: Fields): ModelNote {
  const training = f.records('training', (t) =>
    clean({
      initialization: t.nullable('initialization'),
      algorithm: t.nullable('algorithm'),
      initializationBinding: t.pairs('initializationBinding') ?? [],
      updateBinding: t.pairs('updateBinding') ?? [],
      extra: t.bytes('extra'),
    }),
  );
  return clean({
    extra: f.bytes('extra'),
    storage: readStorage(f),
    devices: f.bytesList('devices'),
    training,
  });
}

export function readTensor(f: Fields): TensorNote {
  return clean({
    ...readCarried(f),
    storage: readStorage(f),
    data: f.bytes('data'),
    external: f.pairs('external'),
    name: f.string('name'),
  });
}

const STORAGES: readonly string[] = [
  'raw_data',
  'float_data',
  'int32_data',
  'int64_data',
  'double_data',
  'uint64_data',
  'string_data',
  'external',
] satisfies TensorStorage[];

function readStorage(f: Fields): TensorStorage | undefined {
  const storage = f.string('storage');
  return storage !== undefined && STORAGES.includes(storage) ? (storage as TensorStorage) : undefined;
}

export function readType(f: Fields): TypeNote {
  const dims = f.list('dims')?.map((d) => (typeof d === 'string' ? d : undefined));
  return clean({ denotation: f.string('denotation'), dims, extra: f.bytes('extra') });
}

export function readAttribute(f: Fields): AttributeNote {
  return clean({
    doc: f.string('doc'),
    untyped: f.flag('untyped'),
    extra: f.bytes('extra'),
    raw: f.bytes('raw'),
    raws: f.bytesList('raws'),
  });
}

export function readExtra(f: Fields): ExtraNote {
  return clean({ extra: f.bytes('extra') });
}

/** Without the keys that hold undefined, so that records compare equal to those that never had them. */
export function clean<T extends object>(record: T): T {
  const out = { ...record };
  for (const key of Object.keys(out) as (keyof T)[]) if (out[key] === undefined) delete out[key];
  return out;
}
