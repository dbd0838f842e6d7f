/**
 * Where there is nothing to compare with: every layer of the source against the value that stands for it in the ONNX model,
 * by shape and by whether its numbers are numbers.
 */
import { Draft } from '../../graph-model/core/draft.ts';
import { EditError } from '../../graph-model/core/draft.ts';
import type { Model, Node, ValueId } from '../../graph-model/core/model.ts';
import { toNumbers, type DenseTensor } from '../../graph-model/core/tensor.ts';
import type { Shape } from '../../graph-model/core/types.ts';
import { formatShape } from '../../graph-model/format.ts';
import type { JobContext } from '../../graph-model/job.ts';
import type { Feeds, RunResult } from '../../runtime/types.ts';
import { runOne } from '../run.ts';
import type { LayerLine, LayersReport } from './report.ts';

/** One layer of the source, and the value of the ONNX model that holds its result. */
export interface LayerPlace {
  readonly name: string;
  readonly op: string;
  /** The shape of each of its results, as far as the source says. */
  readonly declared: readonly Shape[];
  readonly value: ValueId;
  /** The node that makes the value computes; it does not only move elements, as what is left of a merged layer does. */
  readonly computed: boolean;
}

/** What conversions put around layers. */
const MOVES = /^(Transpose|Reshape|Squeeze|Unsqueeze|Flatten|Cast|Identity|Concat|Slice|Shape|Expand|Gather|Pad)$/;

/** Layers and operators of sources that only move elements. */
const MOVES_THEM =
  /reshape|squeeze|transpose|permute|flatten|cast|identity|concat|pack|stack|slice|split|shape|expand|tile|gather|pad|input|crop|embedding|repeat|dropout|activation|space|batch|lambda|while|call|read/i;

/** Values read in one run: more of them would have to be held at once. */
const AT_ONCE = 96;
const MOST_LAYERS = 384;
const RUN = { provider: 'wasm', graphOptimization: 'disabled' } as const;

/** The result of a layer is the last value that its nodes make and that others read. */
export function layerPlaces(source: Model, onnx: Model): LayerPlace[] {
  const made = new Map<string, Node[]>();
  for (const id of onnx.graphs.at(onnx.main).order) {
    const node = onnx.nodes.at(id);
    if (node.origin?.name) made.set(node.origin.name, [...(made.get(node.origin.name) ?? []), node]);
  }
  const out: LayerPlace[] = [];
  for (const id of source.graphs.at(source.main).order) {
    const node = source.nodes.at(id);
    const value = node.name === '' ? null : resultOf(onnx, made.get(node.name) ?? []);
    if (value === null) continue;
    const declared = node.outputs.flatMap((v) => {
      const type = v === null ? null : source.values.at(v).type;
      return type?.kind === 'tensor' ? [type.shape] : [];
    });
    const { producer } = onnx.values.at(value);
    const computed = producer !== null && !MOVES.test(onnx.nodes.at(producer).op);
    // What only moves elements for a layer that computes is what is left of one that was merged with its neighbour.
    if (computed || MOVES_THEM.test(node.op)) out.push({ name: node.name, op: node.op, declared, value, computed });
  }
  return out;
}

function resultOf(onnx: Model, nodes: readonly Node[]): ValueId | null {
  const own = new Set(nodes.map((n) => n.id));
  for (const node of [...nodes].reverse())
    for (const v of node.outputs) {
      if (v === null) continue;
      const uses = onnx.uses.get(v) ?? [];
      if (uses.some((u) => u.node === null || !own.has(u.node))) return v;
    }
  return null;
}

/** Runs the model on `feeds` with the layers' values as outputs, some at a time. What the runtime refuses is skipped. */
export async function checkLayers(source: Model, onnx: Model, feeds: Feeds, job: JobContext): Promise<LayersReport> {
  const all = layerPlaces(source, onnx);
  const step = Math.max(1, Math.ceil(all.length / MOST_LAYERS));
  const places = all.filter((_, i) => i % step === 0);
  const layers: LayerLine[] = [];
  for (let at = 0; at < places.length; at += AT_ONCE) {
    job.signal.throwIfAborted();
    job.progress(at, places.length, 'Looking at every layer');
    layers.push(...(await some(onnx, places.slice(at, at + AT_ONCE), feeds, job)));
  }
  return { checked: layers.length, layers, skipped: places.length - layers.length };
}

async function some(onnx: Model, places: readonly LayerPlace[], feeds: Feeds, job: JobContext): Promise<LayerLine[]> {
  try {
    const { outputs } = await runOne(withOutputs(onnx, places), feeds, RUN, job);
    return places.flatMap((p, i) => lineOf(p, outputs, i));
  } catch (error) {
    if (job.signal.aborted) throw error;
    // One value that cannot be an output spoils a run; the others are read by themselves.
    if (places.length === 1) return [];
    const half = places.length >> 1;
    return [
      ...(await some(onnx, places.slice(0, half), feeds, job)),
      ...(await some(onnx, places.slice(half), feeds, job)),
    ];
  }
}

const nameOf = (i: number) => `layer_${i}`;

/** A copy of the model whose outputs are the values of the layers, each through an Identity of a name of its own. */
function withOutputs(onnx: Model, places: readonly LayerPlace[]): Model {
  const draft = new Draft(onnx);
  const outputs = places.map((p, i) => {
    const node = draft.addNode(onnx.main, { op: 'Identity', inputs: [p.value], outputs: [nameOf(i)] });
    return node.outputs[0]!;
  });
  try {
    draft.setGraphOutputs(onnx.main, outputs);
    return draft.commit('Show the layers').after;
  } catch (error) {
    if (error instanceof EditError) throw new Error(error.message);
    throw error;
  }
}

function lineOf(place: LayerPlace, outputs: RunResult['outputs'], i: number): LayerLine[] {
  const found = outputs.get(nameOf(i));
  if (!found || 'opaque' in found) return [];
  const { name, op } = place;
  const { declared, shape } = heldAgainst(place, found.dims);
  return [{ name, op, declared, found: formatShape(found.dims), shape, ...numbersIn(found) }];
}

/** The declared shape that agrees best. Another number of dimensions is a layer that was merged, and tells nothing. */
function heldAgainst({ declared, computed }: LayerPlace, found: readonly number[]) {
  const all = declared.map((d) => ({ declared: d, shape: agreement(d, found) }));
  const rank = (s: LayerLine['shape']) => ['same', 'reordered', 'not declared', 'merged', 'differs'].indexOf(s);
  const best = all.sort((a, b) => rank(a.shape) - rank(b.shape))[0] ?? {
    declared: null,
    shape: 'not declared' as const,
  };
  const text = best.declared ? formatShape(best.declared) : '';
  const told = computed && best.declared?.length === found.length;
  return { declared: text, shape: best.shape === 'differs' && !told ? ('merged' as const) : best.shape };
}

function numbersIn(t: DenseTensor): Pick<LayerLine, 'nan' | 'infinite' | 'least' | 'greatest'> {
  if (t.dtype === 'string') return { nan: 0, infinite: 0, least: null, greatest: null };
  const counts = { nan: 0, infinite: 0 };
  let [least, greatest] = [Infinity, -Infinity];
  for (const v of toNumbers(t)) {
    if (Number.isNaN(v)) counts.nan++;
    else if (!Number.isFinite(v)) counts.infinite++;
    else [least, greatest] = [Math.min(least, v), Math.max(greatest, v)];
  }
  const any = least <= greatest;
  return { ...counts, least: any ? least : null, greatest: any ? greatest : null };
}

/** Unknown and named lengths agree with any. */
export function agreement(declared: Shape, found: readonly number[]): LayerLine['shape'] {
  if (declared === null) return 'not declared';
  const fits = (d: readonly (number | string | null)[]) =>
    d.length === found.length && d.every((l, i) => typeof l !== 'number' || l === found[i]);
  if (fits(declared)) return 'same';
  if (declared.length !== found.length) return 'differs';
  const known = declared.filter((d): d is number => typeof d === 'number').sort((a, b) => a - b);
  const rest = [...found];
  const among = known.every((d) => {
    const at = rest.indexOf(d);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
  return among ? 'reordered' : 'differs';
}
