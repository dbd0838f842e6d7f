/**
 * A page for looking at the panels with real models, without canvas or workers. Not shipped. The query says what is shown:
 * `?model=/samples/digits-cnn.onnx&theme=dark&show=node:Conv&tab=optimise&optimise=1&run=1`.
 */
import { createRoot } from 'react-dom/client';
import { readOnnx } from '../../../../src/converters/onnx/read.ts';
import type { Model } from '../../../../src/graph-model/core/model.ts';
import { diagnostic, type Diagnostic } from '../../../../src/graph-model/diagnostics.ts';
import { renameNode } from '../../../../src/graph-model/edit/index.ts';
import { quietJob } from '../../../../src/graph-model/job.ts';
import { inferTypes } from '../../../../src/graph-model/operators/infer/inference.ts';
import { runPlan } from '../../../../src/optimizer/plan.ts';
import { findPreset } from '../../../../src/optimizer/presets.ts';
import { TooltipRoot } from '../../../../src/ui/kit/tooltip.tsx';
import { BottomPanel } from '../../../../src/ui/panels/bottom/bottom-panel.tsx';
import { Inspector } from '../../../../src/ui/panels/inspector/inspector.tsx';
import { Outline } from '../../../../src/ui/panels/outline/outline.tsx';
import type { BottomTab } from '../../../../src/ui/store/state.ts';
import { ServicesContext } from '../../../../src/ui/store/store.ts';
import { pageServices } from '../services.ts';
import { exampleRun } from '../example-run.ts';
import '../../../../src/ui/theme/tokens.css';
import '../../../../src/ui/theme/base.css';
import '../../../../src/ui/theme/frame.css';
import '../../../../src/ui/theme/panel.css';

const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
const services = pageServices();
const { store } = services;

async function open(): Promise<Model> {
  const path = query.get('model') ?? '/samples/digits-cnn.onnx';
  const blob = await (await fetch(path)).blob();
  const file = { name: path.split('/').pop()!, path, blob };
  return readOnnx(file, [], quietJob());
}

function typesOf(model: Model) {
  const inference = inferTypes(model);
  return new Map(
    [...model.values.keys()].flatMap((id) => {
      const type = inference.typeOf(id);
      return type ? [[id, type] as const] : [];
    }),
  );
}

async function optimised(model: Model): Promise<void> {
  const host = {
    types: (d: Parameters<typeof inferTypes>[0]) => inferTypes(d),
    evaluate: async (_m: Model, outputs: readonly unknown[]) => outputs.map(() => null),
  };
  const result = await runPlan(model, findPreset('simplify')!.plan, host as never, quietJob());
  store.getState().push({ label: 'Optimise', before: model, after: result.after, touched: new Set([0 as never]) });
  store.setState({
    optimise: {
      result,
      model: result.after,
      proof: { kind: 'verified', differences: exampleRun(result.after, true).differences },
    },
    types: typesOf(result.after),
  });
}

function problemsOf(model: Model): Diagnostic[] {
  const [first, second] = [...model.nodes.keys()];
  return [
    diagnostic('file.missing', { file: 'model.onnx.data', count: 3 }),
    {
      ...diagnostic('file.unsafe-path', { tensor: 'w', file: '../../etc/x' }),
      ...(first === undefined ? {} : { node: first }),
    },
    {
      ...diagnostic('file.truncated', {
        file: 'm.onnx',
        what: 'tensor conv_4.weight',
        need: 9437184,
        byte: 18204416,
        have: 2100000,
      }),
      offset: 18204416,
    },
    {
      code: 'file.unknown',
      severity: 'info',
      message: 'This Dropout does nothing at inference.',
      help: 'Optimise removes it.',
      ...(second === undefined ? {} : { node: second }),
    },
  ];
}

function show(what: string): void {
  const { model, select } = store.getState();
  const [kind, name = ''] = what.split(/:(.*)/s);
  const nodes = [...model!.nodes.values()];
  if (kind === 'node')
    select(
      nodes
        .filter((n) => n.op === name || n.name === name)
        .slice(0, 1)
        .map((n) => n.id),
    );
  if (kind === 'nodes') select(nodes.filter((n) => name.split(',').includes(n.op)).map((n) => n.id));
  if (kind === 'value') select([], [...model!.values.values()].find((v) => v.name === name)?.id ?? null);
}

async function main(): Promise<void> {
  let model = await open();
  const { start, setView } = store.getState();
  start(model);
  store.setState({ types: typesOf(model), problems: query.has('problems') ? problemsOf(model) : [] });
  if (query.has('optimise')) await optimised(model);
  model = store.getState().model!;
  if (query.has('run')) store.setState({ run: exampleRun(model, query.has('optimise')) });
  for (let i = 0; i < Number(query.get('edits') ?? 0); i++) {
    const { model: now, push } = store.getState();
    push(renameNode(now!, [...now!.nodes.keys()][i]!, `renamed_${i}`));
  }
  if (query.has('undo')) store.getState().undo();
  setView({ bottomTab: (query.get('tab') ?? 'problems') as BottomTab });
  show(query.get('show') ?? '');
  document.documentElement.dataset.ready = 'yes';
}

const height = Number(query.get('bottom') ?? 260);
createRoot(document.getElementById('root')!).render(
  <ServicesContext.Provider value={services}>
    <TooltipRoot>
      <div style={{ display: 'flex', height: '100%' }}>
        <aside
          className="pane"
          style={{ width: Number(query.get('left') ?? 248), borderRight: '1px solid var(--line)' }}
        >
          <Outline />
        </aside>
        <main style={{ flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column' }}>
          <div style={{ flex: 1 }} />
          <section className="pane" style={{ height, flex: 'none', borderTop: '1px solid var(--line)' }}>
            <BottomPanel />
          </section>
        </main>
        <aside className="pane" style={{ width: 320, borderLeft: '1px solid var(--line)' }}>
          <Inspector />
        </aside>
      </div>
    </TooltipRoot>
  </ServicesContext.Provider>,
);
void main();
