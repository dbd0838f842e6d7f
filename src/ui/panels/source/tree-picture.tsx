/** One tree drawn: splits with their column and threshold, leaves with their values. A split whose part is hidden opens it. */
import { useMemo } from 'react';
import { formatNumber } from '../../../graph-model/format.ts';
import { drawTree, type DrawnNode, type TreeSizes } from '../../../graph-model/source-view/tree-drawing.ts';
import type { Tree, TreeNode } from '../../../graph-model/source-view/tree-list.ts';

const SIZES: TreeSizes = { width: 92, height: 34, gapX: 8, gapY: 26 };
const PAD = 4;

export interface TreePictureProps {
  readonly tree: Tree;
  readonly names: readonly string[];
  readonly classes: readonly string[] | null;
  readonly root: number;
  readonly levels: number;
  open(index: number): void;
}

export function TreePicture({ tree, names, classes, root, levels, open }: TreePictureProps) {
  const drawn = useMemo(() => drawTree(tree, root, levels, SIZES), [tree, root, levels]);
  const most = useMemo(() => largest(tree), [tree]);
  const { width, height } = SIZES;
  return (
    <svg
      className="gp-tree-picture"
      width={drawn.width + 2 * PAD}
      height={drawn.height + 2 * PAD}
      viewBox={`${-PAD} ${-PAD} ${drawn.width + 2 * PAD} ${drawn.height + 2 * PAD}`}
      role="group"
      aria-label={`Tree of ${drawn.nodes.length} drawn nodes`}
    >
      {drawn.lines.map(({ from, to, yes }) => {
        const [a, b] = [drawn.nodes[from]!, drawn.nodes[to]!];
        const [x1, y1, x2, y2] = [a.x + width / 2, a.y + height, b.x + width / 2, b.y];
        return (
          <g key={`${from} ${to}`}>
            <path className="gp-tree-line" d={`M${x1} ${y1}C${x1} ${y1 + 14} ${x2} ${y2 - 14} ${x2} ${y2}`} />
            <text
              className="gp-tree-way"
              x={(x1 + x2) / 2 + (yes ? -3 : 3)}
              y={(y1 + y2) / 2 + 3}
              textAnchor={yes ? 'end' : 'start'}
            >
              {wayText(a.node, yes)}
            </text>
          </g>
        );
      })}
      {drawn.nodes.map((d) =>
        d.node.left < 0 ? (
          <Leaf key={d.index} drawn={d} classes={classes} most={most} />
        ) : (
          <Split key={d.index} drawn={d} names={names} open={open} />
        ),
      )}
    </svg>
  );
}

/** NaN is told where it goes the way that a comparison would not send it. */
const wayText = (node: TreeNode, yes: boolean): string => {
  if (yes) return node.nanLeft ? 'yes, NaN' : 'yes';
  return node.nanLeft ? 'no' : 'no';
};

function largest(tree: Tree): number {
  let most = 0;
  for (const n of tree.nodes) if (n.left < 0 && n.value.length === 1) most = Math.max(most, Math.abs(n.value[0]!));
  return most || 1;
}

const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** `≤ 0.523`, `in 3 of {1, 4, 9}`. */
export function ruleText(node: TreeNode, digits = 5): string {
  if (node.rule !== 'in') return `${node.rule} ${formatNumber(node.threshold, { digits })}`;
  const list = Array.from(node.categories ?? []);
  return `in {${list.slice(0, 12).join(', ')}${list.length > 12 ? ', …' : ''}}`;
}

function Split({ drawn, names, open }: { drawn: DrawnNode; names: readonly string[]; open(index: number): void }) {
  const { node, x, y, hidden, index } = drawn;
  const name = names[node.feature] ?? `x${node.feature}`;
  const about = [
    `${name} ${ruleText(node, 17)}`,
    node.nanLeft ? 'NaN goes yes' : 'NaN goes no',
    node.gain !== undefined && `gain ${formatNumber(node.gain, { digits: 6 })}`,
    node.samples !== undefined && node.samples > 0 && `${node.samples} rows in training`,
    hidden > 0 && `${hidden} splits below: press to show them`,
  ].filter(Boolean);
  const press = () => open(index);
  return (
    <g
      transform={`translate(${x} ${y})`}
      className={`gp-tree-split${hidden > 0 ? ' more' : ''}`}
      role="button"
      tabIndex={0}
      aria-label={about.join(', ')}
      onClick={press}
      onKeyDown={(e) => {
        if (e.key !== 'Enter' && e.key !== ' ') return;
        e.preventDefault();
        press();
      }}
    >
      <title>{about.join('\n')}</title>
      <rect width={SIZES.width} height={SIZES.height} rx="5" />
      <path className="gp-tree-strip" d={`M0 5a5 5 0 0 1 5-5v${SIZES.height}a5 5 0 0 1-5-5Z`} />
      <text x="10" y="14" className="gp-tree-name">
        {short(name, hidden > 0 ? 11 : 14)}
      </text>
      <text x="10" y="27" className="gp-tree-rule">
        {short(ruleText(node), 14)}
      </text>
      {hidden > 0 && (
        <text x={SIZES.width - 6} y="13" textAnchor="end" className="gp-tree-more">
          +{hidden}
        </text>
      )}
    </g>
  );
}

interface LeafProps {
  readonly drawn: DrawnNode;
  readonly classes: readonly string[] | null;
  readonly most: number;
}

function Leaf({ drawn: { node, x, y }, classes, most }: LeafProps) {
  const values = Array.from(node.value);
  const one = values.length === 1;
  const best = values.indexOf(Math.max(...values));
  const title = values.map(
    (v, i) => `${one ? '' : `${classes?.[i] ?? `output ${i}`}: `}${formatNumber(v, { digits: 17 })}`,
  );
  const head = one ? formatNumber(values[0]!, { digits: 5 }) : short(classes?.[best] ?? `output ${best}`, 14);
  const second = one ? 'leaf' : formatNumber(values[best] ?? NaN, { digits: 4 });
  const share = one ? values[0]! / most : 0;
  const more = node.samples ? `\n${node.samples} rows in training` : '';
  return (
    <g transform={`translate(${x} ${y})`} className="gp-tree-leaf">
      <title>{`leaf\n${title.slice(0, 12).join('\n')}${more}`}</title>
      <rect width={SIZES.width} height={SIZES.height} rx={SIZES.height / 2} style={leafTone(share)} />
      <text x={SIZES.width / 2} y="15" textAnchor="middle" className="gp-tree-value">
        {head}
      </text>
      <text x={SIZES.width / 2} y="27" textAnchor="middle" className="gp-tree-rule">
        {second}
      </text>
    </g>
  );
}

/** Negative and positive values of leaves, weakly, so that the text on them stays readable; the sign is in the text too. */
function leafTone(share: number) {
  if (share === 0) return {};
  const colour = share < 0 ? 'var(--div-neg)' : 'var(--div-pos)';
  return { fill: `color-mix(in oklab, ${colour} ${Math.round(Math.min(1, Math.abs(share)) * 22)}%, var(--surface))` };
}
