/** Layout of a whole graph, with or without boxes around its parts. */
import type { JobContext } from '../graph-model/job.ts';
import { uprightBefore } from './before.ts';
import { layoutCore, type CoreResult, type LayoutStep } from './core.ts';
import type { CoreInput } from './core-input.ts';
import { folded } from './fold.ts';
import { layoutNested, type LevelCache } from './nested.ts';
import type { LayoutInput, LayoutResult } from './types.ts';

export type { LayoutInput, LayoutResult } from './types.ts';
export type { LayoutStep } from './core.ts';
export { LevelCache } from './nested.ts';

/**
 * Lays out a graph, giving way to other work about every 30 ms so that a cancellation gets through. Rejects with the
 * signal's reason when it is aborted. A `cache` keeps the drawing, or those of the insides of boxes: what has not changed is not laid out again.
 */
export async function layoutGraph(
  input: LayoutInput,
  job: Pick<JobContext, 'signal' | 'progress'>,
  cache?: LevelCache,
): Promise<LayoutResult> {
  const steps = layoutSteps(input, cache);
  let since = performance.now();
  for (;;) {
    job.signal.throwIfAborted();
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - since < 30) continue;
    job.progress(step.value.done, 100, step.value.label);
    await new Promise((resolve) => setTimeout(resolve, 0));
    since = performance.now();
  }
}

/** The same without a pause. */
export function layoutNow(input: LayoutInput): LayoutResult {
  const steps = layoutSteps(input);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Layouts run down; for a flow across, what goes in and what comes out is turned. */
function* layoutSteps(input: LayoutInput, cache?: LevelCache): Generator<LayoutStep, LayoutResult> {
  const upright = input.direction === 'vertical';
  const before = input.before && uprightBefore(input.before, upright);
  const core = { ...input, before, ...(upright ? {} : { widths: input.heights, heights: input.widths }) };
  const drawn = input.groups ? yield* layoutNested(core, input.groups, upright, cache) : yield* flat(core, cache);
  return turned(folded(drawn, core, input.fold ?? 'off', before), upright);
}

/** What was drawn before, as after an edit taken back, comes back as it was. */
function* flat(core: CoreInput, cache?: LevelCache): Generator<LayoutStep, LayoutResult> {
  const known = cache?.get(core);
  const result = known ?? (yield* layoutCore(core));
  if (!known) cache?.put(core, result);
  cache?.endRound();
  // The caller may give the arrays away; the cache keeps its own.
  const { left, top, routes, routeOffsets, width, height } = cache ? copied(result) : result;
  return { x: left, y: top, routes, routeOffsets, width, height, boxes: new Float32Array(0) };
}

function copied({ left, top, routes, routeOffsets, ...rest }: CoreResult): CoreResult {
  return {
    ...rest,
    left: left.slice(),
    top: top.slice(),
    routes: routes.slice(),
    routeOffsets: routeOffsets.slice(),
  };
}

function turned(r: LayoutResult, upright: boolean): LayoutResult {
  if (upright) return r;
  swapPairs(r.routes);
  swapPairs(r.boxes);
  return { ...r, x: r.y, y: r.x, width: r.height, height: r.width };
}

function swapPairs(list: Float32Array): void {
  for (let i = 0; i < list.length; i += 2) {
    const first = list[i]!;
    list[i] = list[i + 1]!;
    list[i + 1] = first;
  }
}
