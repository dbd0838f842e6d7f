/** A vertex at near zoom: what the mockup calls a node. */
import { memo } from 'react';
import type { NodeProps, Node as FlowNode } from '@xyflow/react';
import type { NodeId, ValueId } from '../../graph-model/core/model.ts';
import { CATEGORIES } from '../../graph-model/operators/category.ts';
import { Glyph } from '../kit/icon.tsx';
import { useStore } from '../store/store.ts';
import { constantTensor, type Face } from '../../graph-view/face.ts';
import type { Focus } from './focus.ts';
import type { OverlayView } from '../../graph-view/overlay.ts';
import { worstByNode } from './problems.ts';
import { nodesWithin } from '../../graph-model/groups/groups.ts';
import { groupAt, insidesOf, KIND, vertexFace, type ViewGraph } from '../../graph-view/view-graph.ts';

export interface CardData extends Record<string, unknown> {
  readonly view: ViewGraph;
  readonly index: number;
  readonly overlay: OverlayView | null;
  readonly focus: Focus;
}

export type CardNode = FlowNode<CardData, 'card'>;

export const Card = memo(function Card({ data }: NodeProps<CardNode>) {
  const { view, index } = data;
  if (view.kinds[index] === KIND.group) return <ClosedGroup {...data} />;
  return view.kinds[index] === KIND.node ? <Operator {...data} /> : <Pill {...data} />;
});

/** How a card stands to what is picked out. */
function focusClasses({ hits, current, keep }: Focus, index: number): string {
  const hit = hits.has(index) ? ' hit' : '';
  return `${hit}${index === current ? ' at' : ''}${keep && keep[index] === 0 ? ' dim' : ''}`;
}

function Operator({ view, index, overlay, focus }: CardData) {
  const id = view.refs[index] as NodeId;
  const selected = useStore((s) => s.selected.has(id));
  const hovered = useStore((s) => s.hovered === id);
  const problem = useStore((s) => worstByNode(s.problems).get(id));
  const types = useStore((s) => s.types);
  const face = vertexFace(view, index, types);
  const node = view.model.nodes.at(id);
  const category = CATEGORIES[view.categories[index]!]!;
  const missing = node.inputs.some((v) => v !== null && constantTensor(view.model, v)?.data.kind === 'missing');
  const inside = insidesOf(view.model, node).length > 0;
  const open = useStore((s) => s.expanded.has(id));
  const shade = overlay?.classes[index] ?? -1;
  const mark = problem === 'error' ? '×' : missing ? '?' : problem === 'warning' ? '!' : problem === 'info' ? 'i' : '';
  const classes = [
    'gw-node',
    `cat-${category}`,
    selected && 'sel',
    hovered && 'hover',
    missing && 'missing',
    problem === 'error' && 'invalid',
    category === 'unsupported' && 'foreign',
    inside && (open ? 'open' : 'group'),
    shade >= 0 && 'shaded',
  ];
  const style = shade >= 0 ? { background: overlay!.fills[shade], color: overlay!.inks[shade] } : undefined;
  return (
    <div className={classes.filter(Boolean).join(' ') + focusClasses(focus, index)} style={style}>
      {mark && <span className={`mark ${problem === 'error' ? 'err' : problem === 'info' ? 'info' : ''}`}>{mark}</span>}
      <Head face={face} category={category} value={overlay?.text(index) || undefined} inside={inside} />
      {face.rows.length > 0 && <Body face={face} />}
    </div>
  );
}

/** A closed group: name, number of nodes, what goes in and comes out. */
function ClosedGroup({ view, index, overlay, focus }: CardData) {
  const id = groupAt(view, index)!.scope;
  const selected = useStore((s) => s.selected.size > 0 && nodesWithin(id).some((n) => s.selected.has(n)));
  const types = useStore((s) => s.types);
  const face = vertexFace(view, index, types);
  const category = CATEGORIES[view.categories[index]!]!;
  const shade = overlay?.classes[index] ?? -1;
  const style = shade >= 0 ? { background: overlay!.fills[shade], color: overlay!.inks[shade] } : undefined;
  const inside = focus.hits.get(index) ?? 0;
  const classes = `gw-node cat-${category} group closed${selected ? ' sel' : ''}${shade >= 0 ? ' shaded' : ''}`;
  return (
    <div className={classes + focusClasses(focus, index)} style={style}>
      {inside > 0 && <span className="mark found">{inside > 999 ? '999+' : inside}</span>}
      <Head face={face} category={category} value={overlay?.text(index) || undefined} inside />
      <Body face={face} />
    </div>
  );
}

function Head({
  face,
  category,
  value,
  inside,
}: {
  face: Face;
  category: (typeof CATEGORIES)[number];
  value: string | undefined;
  inside: boolean;
}) {
  return (
    <div className="nh">
      <Glyph name={category} />
      <b>{face.op}</b>
      {face.telling && <span className="tell">{face.telling}</span>}
      <span className="nm">{value ?? face.label}</span>
      {inside && (
        <svg className="into" viewBox="0 0 10 10" aria-hidden="true">
          <path d="m3.5 2 3 3-3 3" />
        </svg>
      )}
    </div>
  );
}

function Body({ face }: { face: Face }) {
  return (
    <div className="nb">
      {face.rows.map((row, i) => (
        <div key={i}>
          {row.key && <i>{row.key}</i>}
          <span>{row.text}</span>
        </div>
      ))}
    </div>
  );
}

/** Inputs and outputs of the graph, and values from the graph around it. */
function Pill({ view, index, focus }: CardData) {
  const id = view.refs[index] as ValueId;
  const types = useStore((s) => s.types);
  const selected = useStore((s) => s.selectedValue === id);
  const face = vertexFace(view, index, types);
  const kind = view.kinds[index] === KIND.output ? 'out' : view.kinds[index] === KIND.outer ? 'outer' : 'in';
  return (
    <div className={`gw-pill ${kind}${selected ? ' sel' : ''}${focusClasses(focus, index)}`}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        <path d={kind === 'out' ? 'M5 1v7M2 5.5 5 8.5l3-3' : 'M1.5 5h7M5.5 2l3 3-3 3'} />
      </svg>
      <b>{face.op}</b>
      {face.label && <span className="nm">{face.label}</span>}
    </div>
  );
}
