/** Every output of the present model against the model as opened, with the limit it is held to. */
import type { OutputDifference } from '../../../runtime/types.ts';
import { dtypeInfo, isDType } from '../../../graph-model/core/types.ts';
import { formatNumber, formatShape } from '../../../graph-model/format.ts';
import { useStore } from '../../store/store.ts';
import { convertedFrom } from '../../store/trust.ts';
import type { RunReport } from '../../store/state.ts';
import { ShareBar } from '../parts/charts.tsx';
import { differenceShare, toneOf } from './verdicts.ts';

export function Comparison({ report }: { report: RunReport }) {
  const converted = useStore((s) => convertedFrom(s) !== null);
  if (report.original === null)
    return (
      <p className="note gp-note">
        {converted
          ? 'It was converted: the tab Trust holds it against its source. Edit or optimise it to compare the two here.'
          : 'The model is as it was opened: there is nothing to compare it with. Edit or optimise it, and run again.'}
      </p>
    );
  return (
    <section className="gp-compare" aria-label="Comparison with the original">
      <table>
        <thead>
          <tr>
            <th>Output</th>
            <th>Shape</th>
            <th>Type</th>
            <th className="r">Largest difference</th>
            <th className="r">Mean</th>
            <th className="r">Cosine</th>
            <th className="r">Limit</th>
            <th className="r">Result</th>
          </tr>
        </thead>
        <tbody>
          {report.differences.map((d) => (
            <DifferenceRow key={d.name} difference={d} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const small = (value: number) => formatNumber(value, { digits: 2 });

function DifferenceRow({ difference: d }: { difference: OutputDifference }) {
  const model = useStore((s) => s.model);
  const select = useStore((s) => s.select);
  const outputs = model?.graphs.at(model.main).outputs ?? [];
  const id = outputs.find((v) => model!.values.at(v).name === d.name);
  const tone = toneOf(d.verdict);
  const comparable = d.verdict !== 'not comparable';
  return (
    <tr>
      <td className="ell gp-output-name">
        <button
          type="button"
          className="gp-value"
          disabled={id === undefined}
          onClick={() => id !== undefined && select([], id)}
        >
          {d.name}
        </button>
      </td>
      <td className="mono dim">{formatShape(d.dims)}</td>
      <td className="mono dim">{isDType(d.dtype) ? dtypeInfo(d.dtype).label : d.dtype}</td>
      <td className="mono r" title={`relative ${small(d.maxRel)}`}>
        {comparable ? small(d.maxAbs) : '–'}
        <ShareBar share={differenceShare(d)} tone={tone} />
      </td>
      <td className="mono r">{comparable ? small(d.mean) : '–'}</td>
      <td className="mono r">{Number.isFinite(d.cosine) ? d.cosine.toFixed(6) : '–'}</td>
      <td className="mono r muted">{d.limit > 0 ? small(d.limit) : 'equal'}</td>
      <td className={`r strong ${tone}`}>{d.verdict}</td>
    </tr>
  );
}
