/** What a tensor holds: figures, a histogram, a picture of its corner, and its values on demand. */
import { useState } from 'react';
import { byteLength } from '../../../graph-model/core/bytes.ts';
import { elementCount, type SparseTensor, type Tensor } from '../../../graph-model/core/tensor.ts';
import { dtypeInfo } from '../../../graph-model/core/types.ts';
import { formatBytes, formatCount, formatNumber, formatShape, formatShare } from '../../../graph-model/format.ts';
import { npyParts } from '../../../graph-model/stats/npy.ts';
import { heatMapOf, type HeatMap } from '../../../graph-model/stats/rows.ts';
import { tensorStatisticsOf, type TensorStatistics } from '../../../graph-model/stats/tensor-statistics.ts';
import { Button } from '../../kit/button.tsx';
import { Icon } from '../../kit/icon.tsx';
import { useFiles } from '../../store/store.ts';
import { Progress } from '../../kit/progress.tsx';
import { HeatMapPicture, HistogramChart } from '../parts/charts.tsx';
import { Problem } from '../parts/states.tsx';
import { saveParts } from '../parts/save-file.ts';
import { useAsync } from '../parts/use-async.ts';
import { ValuesTable } from './values-table.tsx';

export interface TensorViewProps {
  /** `Weight W`. */
  readonly title: string;
  /** For the file name of Save. */
  readonly name: string;
  readonly tensor: Tensor;
}

export function TensorView({ title, name, tensor }: TensorViewProps) {
  return (
    <section className="sec" aria-label={title}>
      <h3>
        <span className="ell">{title}</span>
        <span className="grow" />
        <span className="mono gp-plain">
          {formatCount(elementCount(tensor.dims))} values · {formatBytes(byteLength(tensor.data))}
        </span>
      </h3>
      {tensor.data.kind === 'missing' ? (
        <MissingFile file={tensor.data.file} />
      ) : (
        <TensorBody name={name} tensor={tensor} />
      )}
    </section>
  );
}

function MissingFile({ file }: { file: string }) {
  const files = useFiles();
  return (
    <div className="note">
      <span className="warn">
        <Icon name="link" />
      </span>
      <span>
        Its values are in <span className="mono">{file}</span>, which has not been opened.{' '}
        <Button kind="link" onClick={() => void files.openFile()}>
          Open {file}
        </Button>
      </span>
    </div>
  );
}

interface Pictures {
  readonly statistics: TensorStatistics;
  readonly heat: HeatMap | null;
}

const known = new WeakMap<Tensor, Pictures>();

async function picturesOf(tensor: Tensor, signal: AbortSignal, progress: (share: number) => void): Promise<Pictures> {
  const before = known.get(tensor);
  if (before) return before;
  const drawn = tensor.dtype !== 'string' && elementCount(tensor.dims) > 3;
  const heat = drawn ? await heatMapOf(tensor, undefined, signal) : null;
  const statistics = await tensorStatisticsOf(tensor, { signal, progress: (done, total) => progress(done / total) });
  const pictures = { statistics, heat };
  known.set(tensor, pictures);
  return pictures;
}

function TensorBody({ name, tensor }: { name: string; tensor: Tensor }) {
  const [share, setShare] = useState(0);
  const [table, setTable] = useState(elementCount(tensor.dims) <= 16);
  const pictures = useAsync(tensor, (signal) => picturesOf(tensor, signal, setShare));
  return (
    <>
      {pictures.state === 'loading' && (
        <div className="gp-reading">
          <span className="muted">Reading the values</span>
          <Progress label="Reading the values" done={share} total={1} />
        </div>
      )}
      {pictures.state === 'failed' && <Problem message={pictures.message} />}
      {pictures.state === 'done' && <Figures {...pictures.value} />}
      {table && <ValuesTable tensor={tensor} />}
      <div className="gp-actions">
        <Button size="small" aria-pressed={table} onClick={() => setTable(!table)}>
          Values
        </Button>
        <SaveNpy name={name} tensor={tensor} />
      </div>
    </>
  );
}

function SaveNpy({ name, tensor }: { name: string; tensor: Tensor }) {
  const [problem, setProblem] = useState<string | null>(null);
  const file = `${(name || 'tensor').replace(/[^\w.-]+/g, '_').replace(/^_+|_+$/g, '')}.npy`;
  const run = () =>
    npyParts(tensor)
      .then((parts) => saveParts(file, parts))
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  return (
    <>
      <Button size="small" icon="download" title={file} onClick={() => void run()}>
        Save as .npy
      </Button>
      {problem && <Problem message={problem} />}
    </>
  );
}

/** Up to this many values are shown as they are: a picture of four numbers tells less than the numbers. */
const MOST_PLAIN = 8;

function Figures({ statistics: s, heat }: Pictures) {
  return (
    <>
      {s.histogram && s.count > MOST_PLAIN && (
        <div className="gp-pictures">
          <HistogramChart histogram={s.histogram} width={heat ? 188 : 292} />
          {heat && <HeatMapPicture map={heat} caption={`first ${heat.rows}×${heat.columns}`} />}
        </div>
      )}
      {s.count > MOST_PLAIN && <StatisticsGrid statistics={s} />}
      {s.examined < s.count && (
        <p className="muted gp-small">
          From {formatCount(s.examined)} of {formatCount(s.count)} values, in evenly spaced blocks.
        </p>
      )}
      {s.nan + s.infinite > 0 && (
        <p className="error gp-small">
          {s.nan > 0 && `${formatCount(s.nan)} NaN`}
          {s.nan > 0 && s.infinite > 0 && ', '}
          {s.infinite > 0 && `${formatCount(s.infinite)} infinite`}
        </p>
      )}
    </>
  );
}

export function StatisticsGrid({ statistics: s }: { statistics: TensorStatistics }) {
  if (s.strings) return <StringCounts statistics={s} />;
  const figure = (value: number | null) => (value === null ? 'none' : formatNumber(value, { digits: 3 }));
  const cells: [string, string][] =
    s.count === 1
      ? [['value', figure(s.min)]]
      : [
          ['mean', figure(s.mean)],
          ['std', figure(s.std)],
          ['zeros', formatShare(s.zeros)],
          ['|max|', figure(s.absMax)],
        ];
  return (
    <dl className="gp-figures">
      {cells.map(([label, text]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="mono">{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function StringCounts({ statistics: s }: { statistics: TensorStatistics }) {
  const { distinct, top } = s.strings!;
  const most = top[0]?.[1] ?? 1;
  return (
    <div>
      <p className="muted gp-small">{formatCount(distinct)} different strings</p>
      {top.slice(0, 6).map(([word, count]) => (
        <div key={word} className="gp-bar-row">
          <span className="mono ell">{JSON.stringify(word)}</span>
          <span className="gp-share">
            <i style={{ width: `${(count / most) * 100}%` }} />
          </span>
          <span className="mono r">{formatCount(count)}</span>
        </div>
      ))}
    </div>
  );
}

/** The non-zero elements of a sparse tensor. */
export function SparseView({ title, name, sparse }: { title: string; name: string; sparse: SparseTensor }) {
  const count = elementCount(sparse.dims);
  const held = elementCount(sparse.values.dims);
  return (
    <>
      <section className="sec" aria-label={title}>
        <h3>
          {title}
          <span className="grow" />
          <span className="mono gp-plain">
            {dtypeInfo(sparse.values.dtype).short} {formatShape(sparse.dims)}
          </span>
        </h3>
        <p className="dim">
          Sparse: {formatCount(held)} of {formatCount(count)} elements are held ({formatShare(count ? held / count : 0)}
          ).
        </p>
      </section>
      <TensorView title="Elements held" name={name} tensor={sparse.values} />
    </>
  );
}
