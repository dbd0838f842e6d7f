/** By what the graph can be coloured: one row for each measure, in the order of the menu. A report adds a row of its own. */
import type { Node, NodeId } from '../../graph-model/core/model.ts';
import { changedIds } from '../../graph-model/core/table.ts';
import { formatCount, formatDuration } from '../../graph-model/format.ts';
import { classesBy, drawnNodes, measureOf } from '../../graph-view/measures.ts';
import type { NodeClasses, NodeData, NodeNumbers } from '../../graph-view/node-data.ts';
import { placeData } from '../../graph-view/node-data-file.ts';
import type { State } from '../store/state.ts';

export type OverlaySource = Pick<
  State,
  'model' | 'original' | 'types' | 'run' | 'overlay' | 'ownData' | 'history' | 'lastRun'
>;

export interface OverlayRow {
  readonly id: string;
  readonly label: string;
  /** What it shows, under the label. */
  readonly help: string;
  /** true, or why it shows nothing now. */
  enabled?(source: OverlaySource): true | string;
  /** There is a model. */
  make(source: OverlaySource): NodeData | null;
}

/** A measure of the model alone; named lengths are those of the last run. */
function measured(id: string): OverlayRow {
  const { label, help, of } = measureOf(id);
  return { id, label, help, make: ({ model, types, lastRun }) => of({ model: model!, types, dims: lastRun.dims }) };
}

export const OVERLAYS: readonly OverlayRow[] = [
  measured('category'),
  measured('cost'),
  measured('parameters'),
  measured('memory'),
  { id: 'time', label: 'Time', help: 'of the last profiled run', enabled: profiled, make: times },
  { id: 'provider', label: 'Where it ran', help: 'execution provider', enabled: profiled, make: providers },
  measured('type'),
  {
    id: 'change',
    label: 'Changes',
    help: 'against the model as opened',
    enabled: (s) => (s.model === s.original ? 'nothing was changed' : true),
    make: changes,
  },
];

/** The data of the overlay that is on; null where there is none to show. */
export function overlayData(source: OverlaySource): NodeData | null {
  if (source.model === null) return null;
  const row = OVERLAYS.find((o) => o.id === source.overlay);
  if (row) return row.make(source);
  const own = source.ownData.find((d) => d.id === source.overlay);
  return own ? placeData(own, source.model).data : null;
}

// ---- the last run

function profiled({ run }: OverlaySource): true | string {
  return run !== null && run.current.nodes.length > 0 ? true : 'run with Profile on first';
}

const runNote = ({ run, model }: OverlaySource): string =>
  run === null || run.current.nodes.length === 0
    ? 'run with Profile on first'
    : run.model === model
      ? 'of one profiled run'
      : 'older than the model';

/** Nodes by name: the runtime knows no ids. */
function byName<T>(source: OverlaySource, values: ReadonlyMap<string, T>): Map<NodeId, T> {
  const out = new Map<NodeId, T>();
  for (const node of drawnNodes(source.model!)) {
    const value = values.get(node.name);
    if (value !== undefined) out.set(node.id, value);
  }
  return out;
}

function times(source: OverlaySource): NodeNumbers {
  const ms = new Map<string, number>();
  for (const n of source.run?.current.nodes ?? []) ms.set(n.node, (ms.get(n.node) ?? 0) + n.ms);
  const values = byName(source, ms);
  return { kind: 'number', title: 'Time', note: runNote(source), values, aggregate: 'sum', format: formatDuration };
}

function providers(source: OverlaySource): NodeClasses {
  const where = new Map<string, string>();
  for (const n of source.run?.current.nodes ?? []) where.set(n.node, n.provider);
  return classesBy(source.model!, 'Where it ran', runNote(source), (node) => where.get(node.name) ?? null);
}

// ---- changes

const CHANGE_COLOURS = { Added: 'activation', Changed: 'math', 'As opened': null } as const;

function changes(source: OverlaySource): NodeClasses {
  const { model, original } = source;
  const touched = new Set(original && model ? changedIds(original.nodes, model.nodes) : []);
  const label = (node: Node) =>
    !touched.has(node.id) ? 'As opened' : original!.nodes.has(node.id) ? 'Changed' : 'Added';
  const gone = original ? [...touched].filter((id) => !model!.nodes.has(id)).length : 0;
  const note = gone === 0 ? '' : `${formatCount(gone)} removed`;
  return classesBy(source.model!, 'Against the model as opened', note, label, CHANGE_COLOURS);
}
