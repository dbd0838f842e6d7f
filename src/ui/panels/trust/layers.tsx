/** Where there is nothing to compare with: every layer with its declared shape, what it gave, and whether that is numbers. */
import { formatCount } from '../../../graph-model/format.ts';
import type { NodeId } from '../../../graph-model/core/model.ts';
import type { LayerLine, LayersReport } from '../../../workers/protocol.ts';
import { useStore } from '../../store/store.ts';
import { PathName } from '../parts/path-name.tsx';
import { useReveal } from '../parts/use-reveal.ts';
import { SHAPES, small } from './words.ts';

const bad = (l: LayerLine) => l.shape === 'differs' || l.nan + l.infinite > 0;

export function Layers({ layers }: { layers: LayersReport }) {
  const sorted = [...layers.layers].sort((a, b) => Number(bad(b)) - Number(bad(a)));
  const reach = Math.max(1e-30, ...layers.layers.flatMap((l) => [Math.abs(l.least ?? 0), Math.abs(l.greatest ?? 0)]));
  return (
    <section className="gp-compare" aria-label="Layers" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th>Layer</th>
            <th>Kind</th>
            <th>Declared</th>
            <th>Found</th>
            <th>Shape</th>
            <th
              title={`Square roots, so that small ranges are seen, from ${small(-reach)} to ${small(reach)}; the line is 0`}
            >
              Range
            </th>
            <th className="r">Least</th>
            <th className="r">Greatest</th>
            <th className="r">No numbers</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((line, i) => (
            <Line key={i} line={line} reach={reach} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({ line: l, reach }: { line: LayerLine; reach: number }) {
  const model = useStore((s) => s.model);
  const reveal = useReveal();
  const nodes = () =>
    [...(model?.nodes.values() ?? [])].filter((n) => n.origin?.name === l.name).map((n): NodeId => n.id);
  const shape = SHAPES[l.shape];
  const none = l.nan + l.infinite;
  const what = [l.nan > 0 && `${formatCount(l.nan)} NaN`, l.infinite > 0 && `${formatCount(l.infinite)} infinite`];
  return (
    <tr>
      <td className="ell gp-output-name">
        <button type="button" className="gp-value" onClick={() => reveal(nodes())} title="Show it on the graph">
          <PathName name={l.name} />
        </button>
      </td>
      <td className="dim">{l.op}</td>
      <td className="mono dim">{l.declared || '–'}</td>
      <td className="mono">{l.found}</td>
      <td className={shape.tone}>{shape.label}</td>
      <td>
        {l.least !== null && l.greatest !== null && <Range least={l.least} greatest={l.greatest} reach={reach} />}
      </td>
      <td className="mono r">{l.least === null ? '–' : small(l.least)}</td>
      <td className="mono r">{l.greatest === null ? '–' : small(l.greatest)}</td>
      <td className={`mono r ${none > 0 ? 'error strong' : ''}`}>
        {none > 0 ? what.filter(Boolean).join(', ') : 'none'}
      </td>
    </tr>
  );
}

const WIDTH = 72;

/** From the least to the greatest value, on one axis for all layers, so that one that explodes or dies stands out. */
function Range({ least, greatest, reach }: { least: number; greatest: number; reach: number }) {
  const at = (v: number) => (WIDTH / 2) * (1 + Math.sign(v) * Math.sqrt(Math.abs(v) / reach));
  const [from, to] = [at(least), at(greatest)];
  return (
    <svg className="gp-range" width={WIDTH} height="12" aria-hidden="true">
      <path d={`M${WIDTH / 2} 0v12`} />
      <rect x={Math.min(from, WIDTH - 1.5)} y="3" width={Math.max(1.5, to - from)} height="6" rx="1" />
    </svg>
  );
}
