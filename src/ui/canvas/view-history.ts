/** Where one has looked in a graph: every jump can be taken back. */
import type { Viewport } from '../../graph-view/edge-path.ts';

const MOST = 100;

export class ViewHistory {
  private past: Viewport[] = [];
  private future: Viewport[] = [];

  /** A jump away from `view` begins; small steps from the last place do not count. */
  leave(view: Viewport): void {
    const last = this.past.at(-1);
    if (last && near(last, view)) return;
    this.past.push({ ...view });
    if (this.past.length > MOST) this.past.shift();
    this.future = [];
  }

  /** Where to go from `now`; null at either end. */
  go(step: -1 | 1, now: Viewport): Viewport | null {
    const [from, to] = step < 0 ? [this.past, this.future] : [this.future, this.past];
    const next = from.pop();
    if (!next) return null;
    to.push({ ...now });
    return next;
  }

  clear(): void {
    this.past = [];
    this.future = [];
  }
}

function near(a: Viewport, b: Viewport): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) < 40 && Math.abs(Math.log(a.zoom / b.zoom)) < 0.05;
}
