/** A drawing before an edit, as the layout takes it: running down, in one column. */
import type { Before } from './types.ts';

/** Numbers to a column: see {@link LayoutResult.columns}. */
export const COLUMN = 6;

export function uprightBefore(before: Before, upright: boolean): Before {
  const turned = upright ? before : turn(before);
  return turned.columns ? unfolded(turned, turned.columns) : turned;
}

function turn(before: Before): Before {
  return { ...before, x: before.y, y: before.x, routes: swapped(before.routes), boxes: swapped(before.boxes) };
}

function swapped(list: Float32Array): Float32Array {
  return list.map((_, i) => list[i ^ 1]!);
}

function unfolded(before: Before, columns: Float32Array): Before {
  const [x, y, routes, boxes] = [before.x.slice(), before.y.slice(), before.routes.slice(), before.boxes.slice()];
  for (let v = 0; v < x.length; v++) [x[v], y[v]] = unfold(columns, x[v]!, y[v]!);
  for (let i = 0; i < routes.length; i += 2) [routes[i], routes[i + 1]] = unfold(columns, routes[i]!, routes[i + 1]!);
  for (let b = 0; b < boxes.length; b += 4) [boxes[b], boxes[b + 1]] = unfold(columns, boxes[b]!, boxes[b + 1]!);
  return { ...before, x, y, routes, boxes };
}

/** Of what lies beside all columns, a line on its way from one to the next, nothing is known. */
function unfold(columns: Float32Array, x: number, y: number): [number, number] {
  for (let c = 0; c < columns.length; c += COLUMN) {
    if (!(x >= columns[c]! - 1 && x <= columns[c + 1]! + 1)) continue;
    return [x - columns[c + 2]!, Math.max(columns[c + 4]!, Math.min(columns[c + 5]!, y - columns[c + 3]!))];
  }
  return [NaN, NaN];
}
