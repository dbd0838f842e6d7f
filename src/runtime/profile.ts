/** Per-node times from onnxruntime's profile, which it prints line by line instead of giving it back. */
import type { NodeTime } from './types.ts';

interface Event {
  readonly cat: string;
  readonly name: string;
  /** Microseconds, both. */
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly op_name?: string; readonly provider?: string; readonly node_index?: string };
}

/**
 * Milliseconds per node and run, in order of execution. The first run warms up and is left out where there are others. A
 * node that runs many times in one run (in a Loop) counts with all of them. `node` is '' for a nameless node.
 */
export function nodeTimes(lines: readonly string[]): NodeTime[] {
  const events = lines.flatMap(parseEvent);
  const runs = events.filter((e) => e.name === 'model_run');
  const timed = runs.length > 1 ? runs.slice(1) : runs;
  const inside = (e: Event) => timed.some((r) => e.ts >= r.ts && e.ts <= r.ts + r.dur);
  const totals = new Map<string, NodeTime & { ms: number }>();
  for (const e of events) {
    if (e.cat !== 'Node' || !e.name.endsWith(SUFFIX) || !inside(e)) continue;
    const op = e.args.op_name ?? '';
    const key = `${e.name} ${op} ${nodeIndex(e)}`;
    const entry = totals.get(key);
    const ms = e.dur / 1000 / timed.length;
    if (entry) totals.set(key, { ...entry, ms: entry.ms + ms });
    else totals.set(key, { node: e.name.slice(0, -SUFFIX.length), op, provider: providerLabel(e.args.provider), ms });
  }
  return [...totals.values()];
}

/** What ran to its end, the runs that failed included: places in the graph, where the runtime did not optimise it. */
export function finishedNodes(lines: readonly string[]): { readonly index: number; readonly op: string }[] {
  const events = lines.flatMap(parseEvent).filter((e) => e.cat === 'Node' && e.name.endsWith(SUFFIX));
  return events.map((e) => ({ index: Number(nodeIndex(e)), op: e.args.op_name ?? '' }));
}

const SUFFIX = '_kernel_time';

const nodeIndex = (e: Event) => e.args.node_index ?? '';

function parseEvent(line: string): Event[] {
  const text = line.trim().replace(/,$/, '');
  if (!text.startsWith('{')) return [];
  try {
    const e = JSON.parse(text) as Partial<Event>;
    const whole = typeof e.name === 'string' && typeof e.ts === 'number' && typeof e.dur === 'number';
    return whole ? [{ args: {}, cat: '', ...e } as Event] : [];
  } catch {
    // A node's name may hold characters that onnxruntime does not escape; its time is then not shown.
    return [];
  }
}

/** `CPUExecutionProvider` -> `CPU`. */
function providerLabel(provider = ''): string {
  return provider.replace(/ExecutionProvider$/, '').replace(/^JS$/, 'WebGPU');
}
