/** Python's x[...]: slices, numbers, new axes and an ellipsis. */
import { isObject, type Json } from '../json.ts';
import { givenList, isHeld, type Given, type LayerCall, type Lowering } from './call.ts';

/** Beyond any length. */
const END = 2 ** 31;

interface Picked {
  readonly starts: number[];
  readonly ends: number[];
  readonly steps: number[];
  readonly axes: number[];
  /** Axes of the input that go. */
  readonly dropped: number[];
  /** Axes of the result that are new. */
  readonly added: number[];
}

type Slice = { start: number | null; stop: number | null; step: number | null };

export const getItem: Lowering = (c) => {
  const { e } = c;
  const spec = c.given.kwargs['slice_spec'] ?? c.given.kwargs['key'] ?? c.given.args[1];
  const parts = givenList(spec) ?? [spec ?? c.refuse('it does not say what it picks')];
  const p = pick(c, parts as readonly Given[]);
  let y = c.natural();
  if (p.axes.length > 0) {
    const stepped = p.steps.some((s) => s !== 1);
    y = e.slice(y, p.starts, p.ends, p.axes, stepped ? p.steps : undefined);
  }
  if (p.dropped.length > 0) y = e.squeeze(y, p.dropped);
  return c.keep(p.added.length > 0 ? e.unsqueeze(y, p.added) : y);
};

function pick(c: LayerCall, parts: readonly Given[]): Picked {
  const p: Picked = { starts: [], ends: [], steps: [], axes: [], dropped: [], added: [] };
  const used = parts.filter((v) => v !== null && !isEllipsis(v)).length;
  let [axis, at] = [0, 0];
  const cut = (start: number, end: number, step: number) => {
    p.starts.push(start);
    p.ends.push(end);
    p.steps.push(step);
    p.axes.push(axis);
  };
  for (const part of parts) {
    if (isHeld(part)) c.refuse('picking by a tensor is not converted');
    if (part === null) p.added.push(at++);
    else if (isEllipsis(part)) {
      at += c.rank() - used;
      axis += c.rank() - used;
    } else if (typeof part === 'number') {
      cut(part, part === -1 ? END : part + 1, 1);
      p.dropped.push(axis++);
    } else {
      const slice = sliceOf(part) ?? c.refuse('what it picks is not understood');
      if (slice.start !== null || slice.stop !== null || slice.step !== null) cut(...bounds(slice));
      axis++;
      at++;
    }
  }
  if (axis > c.rank()) c.refuse('it picks from more axes than there are');
  return p;
}

function bounds({ start, stop, step }: Slice): [number, number, number] {
  const back = (step ?? 1) < 0;
  return [start ?? (back ? -1 : 0), stop ?? (back ? -END : END), step ?? 1];
}

function isEllipsis(value: Given): boolean {
  if (value === '...' || value === 'Ellipsis') return true;
  return isObject(value as Json) && /ellipsis/i.test(String((value as { [key: string]: Given })['class_name'] ?? ''));
}

/** Keras 3: {class_name: "__slice__", config}; Keras 2: {start, stop, step}. */
function sliceOf(value: Given): Slice | null {
  if (!isObject(value as Json)) return null;
  const object = value as { [key: string]: Json };
  const own = isObject(object['config']) ? object['config'] : object;
  const field = (key: string) => (typeof own[key] === 'number' ? own[key] : null);
  const fields = ['start', 'stop', 'step'];
  if (fields.some((f) => own[f] !== null && own[f] !== undefined && typeof own[f] !== 'number')) return null;
  return { start: field('start'), stop: field('stop'), step: field('step') };
}
