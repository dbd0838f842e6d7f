/** The trees of an ensemble: a list of all, one drawn. Trees are built when they are looked at. */
import { useMemo, useState } from 'react';
import type { Model, Node } from '../../../graph-model/core/model.ts';
import { countOf, formatCount } from '../../../graph-model/format.ts';
import { classesOf } from '../../../graph-model/source-view/arrays.ts';
import { depthOf } from '../../../graph-model/source-view/tree-drawing.ts';
import { treesOf, type Tree, type TreeList } from '../../../graph-model/source-view/trees.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { CommitField } from '../parts/commit-field.tsx';
import { useRows } from '../parts/use-rows.ts';
import { Importance } from './importance.tsx';
import { TreePicture } from './tree-picture.tsx';

export function TreesSection({ model, node }: { model: Model; node: Node }) {
  const list = useMemo(() => treesOf(model, node), [model, node]);
  if (!list || list.count === 0) return null;
  return <Trees list={list} classes={classesOf(node)} />;
}

function Trees({ list, classes }: { list: TreeList; classes: readonly string[] | null }) {
  const [chosen, setChosen] = useState(0);
  const [large, setLarge] = useState(false);
  const at = Math.min(chosen, list.count - 1);
  const tree = useMemo(() => list.tree(at), [list, at]);
  const title = list.count === 1 ? 'Tree' : list.label(at);
  return (
    <>
      <section className="sec" aria-label="Trees">
        <h3>
          {list.count === 1 ? 'Tree' : 'Trees'}
          <span className="count">{list.count > 1 && formatCount(list.count)}</span>
          <span className="grow" />
          <span className="gp-plain">
            {countOf(list.splits(at), 'split')} · {depthOf(tree)} deep
          </span>
          <IconButton icon="fit" label="Show the tree large" size="small" onClick={() => setLarge(true)} />
        </h3>
        {list.count > 1 && <Picker list={list} at={at} choose={setChosen} />}
        <Part key={at} tree={tree} list={list} classes={classes} levels={3} />
        {list.count > 3 && <TreeRows list={list} at={at} choose={setChosen} />}
      </section>
      <Importance list={list} />
      <Dialog
        title={`${title}: ${countOf(list.splits(at), 'split')}`}
        open={large}
        onClose={() => setLarge(false)}
        wide
      >
        {list.count > 1 && <Picker list={list} at={at} choose={setChosen} />}
        <Part key={at} tree={tree} list={list} classes={classes} levels={5} />
      </Dialog>
    </>
  );
}

interface PickerProps {
  readonly list: TreeList;
  readonly at: number;
  choose(tree: number): void;
}

function Picker({ list, at, choose }: PickerProps) {
  const set = (text: string) => {
    const tree = Number(text);
    if (!/^\d+$/.test(text.trim()) || tree >= list.count) return `0 to ${formatCount(list.count - 1)}.`;
    choose(tree);
    return null;
  };
  return (
    <div className="row gp-tree-picker">
      <IconButton
        icon="left"
        label="Previous tree"
        size="small"
        off={at === 0 && 'this is the first'}
        onClick={() => choose(at - 1)}
      />
      <span className="gp-short">
        <CommitField label="Number of the tree" value={String(at)} commit={set} numeric centred />
      </span>
      <IconButton
        icon="chev"
        label="Next tree"
        size="small"
        off={at === list.count - 1 && 'this is the last'}
        onClick={() => choose(at + 1)}
      />
      <span className="muted ell">{list.label(at)}</span>
    </div>
  );
}

interface PartProps {
  readonly tree: Tree;
  readonly list: TreeList;
  readonly classes: readonly string[] | null;
  readonly levels: number;
}

/** The top of the tree, or the part below a split that was pressed, with the way back. */
function Part({ tree, list, classes, levels }: PartProps) {
  const [path, setPath] = useState<readonly number[]>([0]);
  const root = path.at(-1)!;
  const name = (index: number) => list.names[tree.nodes[index]!.feature] ?? '';
  return (
    <>
      {path.length > 1 && (
        <nav className="gp-tree-path" aria-label="Way to this part of the tree">
          {path.map((index, i) => (
            <Button
              key={i}
              kind="link"
              off={i === path.length - 1 && 'shown'}
              onClick={() => setPath(path.slice(0, i + 1))}
            >
              {i === 0 ? 'root' : name(index)}
            </Button>
          ))}
        </nav>
      )}
      <div className="gp-tree-box" tabIndex={0} role="group" aria-label="Drawn tree">
        <TreePicture
          tree={tree}
          names={list.names}
          classes={classes}
          root={root}
          levels={levels}
          open={(index) => index !== root && setPath([...path, index])}
        />
      </div>
    </>
  );
}

const ROW = 24;

/** Every tree by its number and splits; only those in sight are there. */
function TreeRows({ list, at, choose }: PickerProps) {
  const { scroller, virtual } = useRows(list.count, ROW);
  return (
    <div
      ref={scroller}
      className="gp-tree-list"
      tabIndex={0}
      role="listbox"
      aria-label={`${formatCount(list.count)} trees`}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <button
            key={index}
            type="button"
            role="option"
            aria-selected={index === at}
            className={`gp-tree-row${index === at ? ' on' : ''}`}
            style={{ transform: `translateY(${start}px)`, height: ROW }}
            onClick={() => choose(index)}
          >
            <span className="ell">{list.label(index)}</span>
            <span className="mono muted">{countOf(list.splits(index), 'split')}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
