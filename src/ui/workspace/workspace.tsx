/** The screen people live in: outline, canvas over the bottom panel, inspector; every panel can be closed and resized. */
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { lazy, Suspense, type ReactNode } from 'react';
import { MissingStrip, OpeningCard } from '../files/cards.tsx';
import { WorkspaceCanvas } from '../canvas/workspace-canvas.tsx';
import { useStore } from '../store/store.ts';
import '../kit/field.css';

// The graph must not wait for the code of what stands around it.
const Outline = lazy(() => import('../panels/outline/outline.tsx').then((m) => ({ default: m.Outline })));
const Inspector = lazy(() => import('../panels/inspector/inspector.tsx').then((m) => ({ default: m.Inspector })));
const BottomPanel = lazy(() => import('../panels/bottom/bottom-panel.tsx').then((m) => ({ default: m.BottomPanel })));

/** Until the first graph is `seen`, there is only that. */
export function Workspace({ seen }: { seen: boolean }) {
  const outline = useStore((s) => s.outlineOpen);
  const inspector = useStore((s) => s.inspectorOpen);
  const layout = useDefaultLayout({ id: 'graphwright.columns', panelIds: columnIds(outline, inspector) });
  return (
    <main className="main" aria-label="Model">
      <Group className="workspace" orientation="horizontal" {...layout}>
        {outline && (
          <>
            <Side id="outline" label="Outline" width={248}>
              <Suspense>{seen && <Outline />}</Suspense>
            </Side>
            <Separator className="handle" data-axis="x" aria-label="Width of the outline" />
          </>
        )}
        <Panel id="centre" minSize={240}>
          <Centre seen={seen} />
        </Panel>
        {inspector && (
          <>
            <Separator className="handle" data-axis="x" aria-label="Width of the inspector" />
            <Side id="inspector" label="Inspector" width={320}>
              <Suspense>{seen && <Inspector />}</Suspense>
            </Side>
          </>
        )}
      </Group>
    </main>
  );
}

const columnIds = (outline: boolean, inspector: boolean) => [
  ...(outline ? ['outline'] : []),
  'centre',
  ...(inspector ? ['inspector'] : []),
];

function Side({ id, label, width, children }: { id: string; label: string; width: number; children: ReactNode }) {
  return (
    <Panel id={id} defaultSize={width} minSize={200} maxSize={480} groupResizeBehavior="preserve-pixel-size">
      <aside className="pane" aria-label={label}>
        {children}
      </aside>
    </Panel>
  );
}

function Centre({ seen }: { seen: boolean }) {
  const open = useStore((s) => s.bottomOpen);
  const layout = useDefaultLayout({ id: 'graphwright.rows', panelIds: open ? ['graph', 'bottom'] : ['graph'] });
  return (
    <Group className="workspace" orientation="vertical" {...layout}>
      <Panel id="graph" minSize={160}>
        <section className="pane canvas" aria-label="Graph">
          <MissingStrip />
          <div className="canvas-place">
            <WorkspaceCanvas tools={seen} />
            <OpeningCard float />
          </div>
        </section>
      </Panel>
      {open && (
        <>
          <Separator className="handle" data-axis="y" aria-label="Height of the bottom panel" />
          <Panel id="bottom" defaultSize={280} minSize={96} groupResizeBehavior="preserve-pixel-size">
            <section className="pane" aria-labelledby="bottom-title">
              <h2 id="bottom-title" className="sr">
                Problems and reports
              </h2>
              <Suspense>{seen && <BottomPanel />}</Suspense>
            </section>
          </Panel>
        </>
      )}
    </Group>
  );
}
