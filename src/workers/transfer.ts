/** Giving buffers away with a message instead of copying them. */
import * as Comlink from 'comlink';
import { transferables, type WireModel } from '../graph-model/wire/wire.ts';

/** What values give away when they are part of an answer; Comlink itself only looks at the answer as a whole. */
const given = new WeakMap<object, readonly ArrayBuffer[]>();

export function transferring<T extends object>(value: T, buffers: readonly ArrayBufferLike[]): T {
  given.set(value, buffers as readonly ArrayBuffer[]);
  return value;
}

export const handOver = (wire: WireModel): WireModel => transferring(wire, transferables(wire));

/** Marks a message for Comlink with the buffers that `value` and its direct parts gave away. */
export function withTransfersOf<M extends object>(message: M, value: unknown): M {
  const buffers = new Set<ArrayBuffer>();
  const look = (part: unknown) => {
    if (typeof part === 'object' && part !== null) for (const b of given.get(part) ?? []) buffers.add(b);
  };
  look(value);
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  return buffers.size === 0 ? message : Comlink.transfer(message, [...buffers]);
}

/** A model as an argument of a call. */
export const sending = (wire: WireModel): WireModel => Comlink.transfer(wire, transferables(wire));
