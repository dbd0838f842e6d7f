/** Above the graph: where one is, and what colours mean. */
import { Fragment } from 'react';
import { bodiesOf } from '../../graph-model/core/attributes.ts';
import { scopesOf } from '../../graph-model/core/traverse.ts';
import type { GraphId, Model } from '../../graph-model/core/model.ts';
import { countOf } from '../../graph-model/format.ts';
import { groupTree, type Group } from '../../graph-model/groups/groups.ts';
import { Button, IconButton } from '../kit/button.tsx';
import { Menu } from '../kit/menu.tsx';
import { ColourMenu } from './colour-menu.tsx';
import { SearchChip } from './search-chip.tsx';
import { TraceMenu } from './trace-menu.tsx';
import { collapseTo, depthOf, groupOfSelection, nodesOf } from './group-actions.ts';
import { Icon } from '../kit/icon.tsx';
import { useStore, useStoreApi } from '../store/store.ts';
import { shortName } from '../../graph-view/face.ts';

export function CanvasToolbar() {
  const direction = useStore((s) => s.direction);
  const setView = useStore((s) => s.setView);
  return (
    <>
      <Crumbs />
      <SearchChip />
      <span className="gw-grow" />
      <GroupMenu />
      <TraceMenu />
      <ColourMenu />
      <IconButton
        icon="graph"
        size="small"
        label={direction === 'vertical' ? 'Lay out from left to right' : 'Lay out from top to bottom'}
        className={direction === 'horizontal' ? 'gw-turned' : ''}
        onClick={() => setView({ direction: direction === 'vertical' ? 'horizontal' : 'vertical' })}
      />
    </>
  );
}

/** Which groups are open. */
function GroupMenu() {
  const grouping = useStore((s) => s.grouping);
  const depth = useStore(depthOf);
  const store = useStoreApi();
  if (depth === 0) return null;
  const to = (levels: number) => () => collapseTo(store.getState(), levels);
  const levels = Array.from({ length: Math.min(depth - 1, 5) }, (_, i) => i + 1);
  return (
    <Menu
      align="end"
      trigger={
        <Button size="small" icon="layers">
          {grouping ? 'Grouped' : 'Not grouped'}
        </Button>
      }
      entries={[
        {
          id: 'grouping',
          label: 'Group by scope',
          checked: grouping,
          run: () => store.getState().setView({ grouping: !grouping }),
        },
        { id: 'line', separator: true },
        { id: 'expand', label: 'Expand all', run: to(Infinity) },
        ...levels.map((n) => ({ id: `level-${n}`, label: `Expand ${n} ${n === 1 ? 'level' : 'levels'}`, run: to(n) })),
        { id: 'collapse', label: 'Collapse all', run: to(0) },
        { id: 'line2', separator: true },
        { id: 'key', heading: 'Space opens and closes one' },
      ]}
    />
  );
}

interface Crumb {
  readonly graph: GraphId;
  readonly label: string;
}

function Crumbs() {
  const model = useStore((s) => s.model);
  const scope = useStore((s) => s.scope);
  const store = useStoreApi();
  if (model === null) return <nav className="gw-crumbs" aria-label="Scope" />;
  const here = scope !== null && model.graphs.has(scope) ? scope : model.main;
  const crumbs = crumbsOf(model, here);
  const count = model.graphs.at(here).order.length;
  const go = (i: number) => {
    store.getState().enter(crumbs[i]!.graph);
    const { parent } = model.graphs.at(crumbs[i + 1]!.graph);
    if (parent !== null) store.getState().select([parent]);
  };
  return (
    <nav className="gw-crumbs" aria-label="Scope">
      {crumbs.map(({ graph, label }, i) => (
        <Fragment key={graph}>
          {i > 0 && <Icon name="chev" tiny />}
          {i === crumbs.length - 1 ? (
            <b aria-current="location">{label}</b>
          ) : (
            <button type="button" onClick={() => go(i)}>
              {label}
            </button>
          )}
        </Fragment>
      ))}
      <GroupCrumbs />
      <Siblings model={model} scope={here} />
      <span className="gw-count">{countOf(count, 'node')}</span>
    </nav>
  );
}

/** The groups around the selection; a click selects all of one. */
function GroupCrumbs() {
  const group = useStore((s) => (s.grouping && s.selected.size > 0 ? groupOfSelection(s) : null));
  const model = useStore((s) => s.model);
  const scope = useStore((s) => s.scope);
  const store = useStoreApi();
  if (group === null || model === null) return null;
  const { groups } = groupTree(model, scope ?? model.main);
  const path: Group[] = [];
  for (let g: Group | undefined = group; g; g = groups[g.parent]) path.unshift(g);
  const pick = (g: Group) => {
    store.getState().select(nodesOf(g));
    store.getState().ask({ kind: 'fit-selection' });
  };
  return path.map((g) => (
    <Fragment key={g.key}>
      <Icon name="chev" tiny />
      <button type="button" onClick={() => pick(g)}>
        {g.name}
      </button>
    </Fragment>
  ));
}

/** The other bodies of the same node: an If has two. */
function Siblings({ model, scope }: { model: Model; scope: GraphId }) {
  const store = useStoreApi();
  const { parent } = model.graphs.at(scope);
  const bodies = parent === null ? [] : bodiesOf(model.nodes.at(parent));
  return bodies
    .filter((b) => b !== scope)
    .map((b) => (
      <button key={b} type="button" className="gw-sibling" onClick={() => store.getState().enter(b)}>
        {branchName(model, b)}
      </button>
    ));
}

/** From the main graph inwards; a function stands right below the main graph. */
function crumbsOf(model: Model, scope: GraphId): Crumb[] {
  const out: Crumb[] = [];
  for (const graph of scopesOf(model, scope)) out.unshift({ graph: graph.id, label: scopeLabel(model, graph.id) });
  if (out[0]!.graph !== model.main) out.unshift({ graph: model.main, label: scopeLabel(model, model.main) });
  return out;
}

function scopeLabel(model: Model, id: GraphId): string {
  if (id === model.main) return model.source.fileName.replace(/\.[^.]+$/, '') || 'graph';
  const graph = model.graphs.at(id);
  if (graph.parent === null) return model.functions.find((f) => f.graph === id)?.name ?? graph.name;
  const node = model.nodes.at(graph.parent);
  const which = branchName(model, id);
  return `${shortName(node) || node.op}${which === '' ? '' : ` · ${which}`}`;
}

/** `then`, `else`, `body`: the attribute that holds a body. */
function branchName(model: Model, id: GraphId): string {
  const { parent } = model.graphs.at(id);
  if (parent === null) return '';
  const { attributes } = model.nodes.at(parent);
  const name = [...attributes].find(([, a]) => a.kind === 'graph' && a.value === id)?.[0] ?? '';
  return name.replace(/_branch$/, '');
}
