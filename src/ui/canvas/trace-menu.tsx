/** How far the path of the selection is followed. */
import { Button } from '../kit/button.tsx';
import { Menu, type MenuEntry } from '../kit/menu.tsx';
import { useStore } from '../store/store.ts';
import { TRACES } from './traces.ts';

export function TraceMenu() {
  const trace = useStore((s) => s.trace);
  const hover = useStore((s) => s.traceHover);
  const setView = useStore((s) => s.setView);
  const label = TRACES.find((t) => t.steps === trace)?.short ?? `${trace} steps`;
  const entries: MenuEntry[] = [
    { id: 'head', heading: 'Follow the selection up and down' },
    ...TRACES.map((t): MenuEntry => ({
      id: String(t.steps),
      label: t.label,
      checked: trace === t.steps,
      run: () => setView({ trace: t.steps }),
    })),
    { id: 'line', separator: true },
    {
      id: 'hover',
      label: 'Follow the pointer too',
      checked: hover,
      off: trace === 0 ? 'nothing is followed' : false,
      run: () => setView({ traceHover: !hover }),
    },
  ];
  return (
    <Menu
      align="end"
      trigger={
        <Button size="small" icon="link" aria-label={`Follow paths: ${label}`}>
          <span className="gw-muted">Path</span> {label}
        </Button>
      }
      entries={entries}
    />
  );
}
