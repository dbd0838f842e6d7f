/** The outputs of the last run, each in the way that tells most: classes, picture, histogram, values. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { detectionsIn } from '../../../graph-model/detections.ts';
import { tensorOf, type DenseTensor } from '../../../graph-model/core/tensor.ts';
import { dtypeInfo } from '../../../graph-model/core/types.ts';
import { formatNumber, formatShape } from '../../../graph-model/format.ts';
import { npyOfDense } from '../../../graph-model/stats/npy.ts';
import { tensorStatistics } from '../../../graph-model/stats/tensor-statistics.ts';
import type { OpaqueOutput, RunResult } from '../../../runtime/types.ts';
import { Button } from '../../kit/button.tsx';
import { Segmented } from '../../kit/segmented.tsx';
import { useStore } from '../../store/store.ts';
import { Select } from '../inspector/attribute-editor.tsx';
import { StatisticsGrid } from '../inspector/tensor-view.tsx';
import { ValuesTable } from '../inspector/values-table.tsx';
import { HistogramChart } from '../parts/charts.tsx';
import { saveParts } from '../parts/save-file.ts';
import { Detections } from './detections.tsx';
import { GivenPicture } from './given-picture.tsx';
import { labelsFrom } from './labels.ts';
import {
  areProbabilities,
  imageLayout,
  imagePixels,
  scoresOf,
  topOf,
  viewsOf,
  type OutputView,
} from './output-kinds.ts';

/** The name under which boxes are shown: no output can have it. */
const BOXES = '\0boxes';

export function Outputs({ result }: { result: RunResult }) {
  const detections = useMemo(() => detectionsIn(readable(result.outputs)), [result]);
  const names = [...(detections ? [BOXES] : []), ...result.outputs.keys()];
  const [chosen, setChosen] = useState<string | null>(null);
  const name = chosen !== null && names.includes(chosen) ? chosen : names[0];
  const output = name === undefined ? undefined : result.outputs.get(name);
  const saveAll = () => {
    for (const [each, value] of result.outputs)
      if (!('opaque' in value)) void saveParts(`${fileName(each)}.npy`, npyOfDense(value));
  };
  if (name === undefined) return null;
  return (
    <aside className="gp-outputs" aria-label="Outputs">
      <div className="row">
        <h3 className="h3 gp-flush">Outputs</h3>
        <span className="grow" />
        <Button size="small" icon="download" title="Each output as an .npy file" onClick={saveAll}>
          Save outputs
        </Button>
      </div>
      {names.length > 1 && (
        <Select
          label="Output"
          value={name}
          options={names.map((n) => [n, n === BOXES ? 'Boxes on the picture' : n] as const)}
          choose={(n) => {
            setChosen(n);
            return null;
          }}
        />
      )}
      {name === BOXES && detections && <Detections detections={detections} />}
      {output && <Output key={name} name={name} output={output} />}
    </aside>
  );
}

function readable(outputs: RunResult['outputs']): ReadonlyMap<string, DenseTensor> {
  return new Map([...outputs].flatMap(([name, o]) => ('opaque' in o ? [] : [[name, o] as const])));
}

const fileName = (name: string) => name.replace(/[^\w.-]+/g, '_').replace(/^_+|_+$/g, '') || 'output';

const VIEW_LABELS: Record<OutputView, string> = {
  top: 'Top 5',
  image: 'Picture',
  histogram: 'Histogram',
  values: 'Values',
};

function Output({ name, output }: { name: string; output: DenseTensor | OpaqueOutput }) {
  const [view, setView] = useState<OutputView | null>(null);
  if ('opaque' in output)
    return (
      <p className="note">
        {name} is a {output.opaque}, which the runtime in the browser cannot hand over.
      </p>
    );
  const views = viewsOf(output);
  const shown = view ?? views[0]!;
  return (
    <>
      <div className="row">
        <span className="ell grow" title={name}>
          <b>{name}</b>{' '}
          <span className="mono muted">
            {formatShape(output.dims)} {dtypeInfo(output.dtype).short}
          </span>
        </span>
        {views.length > 1 && (
          <Segmented
            label="How to show it"
            options={views.map((id) => ({ id, label: VIEW_LABELS[id] }))}
            value={shown}
            onChange={(id: OutputView) => setView(id)}
          />
        )}
      </div>
      {shown === 'top' && <TopClasses output={output} />}
      {shown === 'image' && <ImageView output={output} name={name} />}
      {shown === 'histogram' && <OutputFigures output={output} />}
      {shown === 'values' && <OutputValues output={output} />}
    </>
  );
}

function TopClasses({ output }: { output: DenseTensor }) {
  const metadata = useStore((s) => s.run?.model.metadata);
  const labels = useMemo(() => labelsFrom(metadata), [metadata]);
  const scores = scoresOf(output)!;
  const shares = areProbabilities(scores);
  const top = topOf(scores, 5);
  const lowest = Array.from(scores).reduce((low, v) => Math.min(low, v), Infinity);
  const highest = top[0]?.value ?? 1;
  const width = (v: number) => (shares ? v : (v - lowest) / (highest - lowest || 1));
  const first = output.values.length > scores.length;
  return (
    <div className="gp-classes">
      <GivenPicture />
      {top.map(({ index, value }, rank) => (
        <div key={index} className={rank === 0 ? 'gp-class strong' : 'gp-class'}>
          <span className="mono muted">{index}</span>
          <span className="ell">{labels?.[index] ?? `class ${index}`}</span>
          <span className="mono r">{shares ? `${(value * 100).toFixed(2)}%` : formatNumber(value)}</span>
          <span className="bar">
            <i style={{ width: `${Math.max(0, width(value)) * 100}%` }} />
          </span>
        </div>
      ))}
      {!shares && <p className="muted gp-small">Scores as the model gives them, not probabilities.</p>}
      {first && <p className="muted gp-small">The first of {formatShape(output.dims)}.</p>}
    </div>
  );
}

function ImageView({ output, name }: { output: DenseTensor; name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = useMemo(() => imageLayout(output.dims)!, [output]);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    context?.putImageData(new ImageData(imagePixels(output, layout), layout.width, layout.height), 0, 0);
  }, [output, layout]);
  return (
    <canvas
      ref={canvas}
      className="gp-image"
      width={layout.width}
      height={layout.height}
      role="img"
      aria-label={`${name} as a picture of ${layout.width} by ${layout.height}`}
    />
  );
}

function OutputFigures({ output }: { output: DenseTensor }) {
  const statistics = useMemo(() => tensorStatistics(output), [output]);
  return (
    <div className="gp-output-figures">
      {statistics.histogram && <HistogramChart histogram={statistics.histogram} width={252} />}
      <StatisticsGrid statistics={statistics} />
    </div>
  );
}

function OutputValues({ output }: { output: DenseTensor }) {
  const tensor = useMemo(() => tensorOf(output), [output]);
  return <ValuesTable tensor={tensor} perRow={3} />;
}
