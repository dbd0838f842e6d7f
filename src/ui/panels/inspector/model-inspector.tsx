/** Nothing is selected: the model itself. */
import { ModelCostSection } from './cost.tsx';
import { isOnnx, type OpsetImport, type ValueId } from '../../../graph-model/core/model.ts';
import { typeLabel } from '../../../graph-model/core/types.ts';
import { countOf, formatBytes, formatCount } from '../../../graph-model/format.ts';
import type { OperatorCount, PortSummary } from '../../../graph-model/stats/model-summary.ts';
import { Chip } from '../../kit/chip.tsx';
import { Icon } from '../../kit/icon.tsx';
import { useStore } from '../../store/store.ts';
import { OperatorBars } from '../parts/operator-bars.tsx';
import { useSummary } from '../parts/use-summary.ts';
import { formatLabel } from '../../files/files.ts';
import { parametersText } from '../parts/parameters-text.ts';
import { SourceSections } from '../source/source-sections.tsx';
import { Steps } from '../source/steps-section.tsx';
import '../source/source.css';
import { MetadataTable } from './annotations.tsx';
import { DimsEditor } from './dims-editor.tsx';

export function ModelInspector() {
  const model = useStore((s) => s.model)!;
  const summary = useSummary();
  const format = formatLabel(model.source.format);
  return (
    <section className="gp-inspector" aria-label="Model">
      <header className="gp-head">
        <span className="gp-tile gp-model-tile">
          <Icon name="graph" />
        </span>
        <div className="grow">
          <div className="row gp-title">
            <h2 className="ell" title={model.source.fileName}>
              {model.source.fileName}
            </h2>
            <Chip>{format}</Chip>
          </div>
          <div className="muted">
            {[countOf(summary.nodes, 'node'), parametersText(model, summary.parameters)].filter(Boolean).join(' · ')}
          </div>
        </div>
      </header>
      <div className="gp-body">
        <SourceSteps />
        <Properties />
        <Ports title="Inputs" ports={summary.inputs} editable />
        <Ports title="Outputs" ports={summary.outputs} />
        <ModelCostSection />
        <Operators operators={summary.operators} />
        <Functions />
        {model.doc && (
          <section className="sec" aria-label="Documentation">
            <h3>Documentation</h3>
            <p className="gp-doc">{model.doc}</p>
          </section>
        )}
        {summary.metadata.length > 0 && (
          <section className="sec" aria-label="Metadata">
            <MetadataTable entries={summary.metadata} />
          </section>
        )}
      </div>
    </section>
  );
}

/** A pipeline of another framework as its steps; a model of one node as what that node is. */
function SourceSteps() {
  const model = useStore((s) => s.model)!;
  const { order } = model.graphs.at(model.main);
  const many = order.length > 1;
  if (order.length === 1 && !isOnnx(model)) return <SourceSections node={model.nodes.at(order[0]!)} />;
  return many && STEPPED.has(model.source.format) ? <Steps model={model} graph={model.main} /> : null;
}

const STEPPED = new Set(['sklearn', 'sparkml']);

function Properties() {
  const model = useStore((s) => s.model)!;
  const summary = useSummary();
  const graph = model.graphs.at(model.main);
  const producer = [model.producerName, model.producerVersion].filter(Boolean).join(' ');
  const onnx = isOnnx(model);
  const held = onnx || summary.initializers > 0;
  const rows: [string, string][] = [
    ['Opsets', model.opsets.map(opsetLabel).join(', ')],
    ['IR version', onnx ? String(model.irVersion ?? 'not said') : ''],
    ['Producer', producer],
    ['Graph', graph.name],
    ['Domain', model.domain],
    ['Version', model.modelVersion === null ? '' : String(model.modelVersion)],
    ['Parameters', held ? `${formatCount(summary.parameters)} in ${countOf(summary.initializers, 'initializer')}` : ''],
    ['Weights', held ? formatBytes(summary.weightBytes) : ''],
    ['File', model.source.size > 0 ? formatBytes(model.source.size) : ''],
    ['Bodies', summary.bodies > 0 ? `${summary.bodies} of If, Loop, Scan` : ''],
    ['Training', model.training.length > 0 ? `${model.training.length} sections, kept as they are` : ''],
  ];
  return (
    <section className="sec" aria-label="Properties">
      <dl className="kv">
        {rows.flatMap(([key, text]) =>
          text === ''
            ? []
            : [
                <dt key={`${key} name`}>{key}</dt>,
                <dd key={key} className="mono gp-wrap">
                  {text}
                </dd>,
              ],
        )}
      </dl>
    </section>
  );
}

const opsetLabel = (o: OpsetImport) => `${o.domain || 'ai.onnx'} ${o.version}`;

interface PortsProps {
  readonly title: string;
  readonly ports: readonly PortSummary[];
  readonly editable?: boolean;
}

function Ports({ title, ports, editable = false }: PortsProps) {
  return (
    <section className="sec" aria-label={title}>
      <h3>
        {title}
        <span className="count">{ports.length}</span>
      </h3>
      {ports.length === 0 && <p className="muted">None.</p>}
      {ports.map((port) => (
        <PortRow key={port.id} port={port} editable={editable} />
      ))}
    </section>
  );
}

function PortRow({ port, editable }: { port: PortSummary; editable: boolean }) {
  const select = useStore((s) => s.select);
  const value = useStore((s) => s.model?.values.get(port.id));
  const declared = value?.type;
  const dims = editable && declared?.kind === 'tensor' && declared.shape !== null && declared.shape.length > 0;
  return (
    <div className="gp-model-port gp-where">
      <div className="row">
        <button type="button" className="gp-value grow gp-where" onClick={() => select([], port.id as ValueId)}>
          <span className="ell">{port.name || 'unnamed'}</span>
        </button>
        <span className="mono dim gp-type" title={typeLabel(port.type)}>
          {typeLabel(port.type)}
        </span>
      </div>
      {dims && value && declared.kind === 'tensor' && <DimsEditor value={value} type={declared} />}
    </div>
  );
}

function Operators({ operators }: { operators: readonly OperatorCount[] }) {
  const model = useStore((s) => s.model)!;
  const select = useStore((s) => s.select);
  const pick = ({ op, domain }: OperatorCount) => {
    const same = (d: string) => d === domain || (domain === '' && d === 'ai.onnx');
    select([...model.nodes.values()].filter((n) => n.op === op && same(n.domain)).map((n) => n.id));
  };
  return (
    <section className="sec" aria-label="Operators">
      <h3>
        Operators<span className="count">{countOf(operators.length, 'type')}</span>
      </h3>
      <OperatorBars operators={operators} pick={pick} />
    </section>
  );
}

function Functions() {
  const model = useStore((s) => s.model)!;
  const enter = useStore((s) => s.enter);
  if (model.functions.length === 0) return null;
  return (
    <section className="sec" aria-label="Functions">
      <h3>
        Functions<span className="count">{model.functions.length}</span>
      </h3>
      {model.functions.slice(0, 50).map((f) => (
        <button key={f.graph} type="button" className="gp-value gp-line" onClick={() => enter(f.graph)}>
          <span className="ell">{f.overload ? `${f.name}:${f.overload}` : f.name}</span>
          <span className="mono muted gp-end">{countOf(model.graphs.at(f.graph).order.length, 'node')}</span>
        </button>
      ))}
    </section>
  );
}
