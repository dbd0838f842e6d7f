/** By what the graph is coloured, and data of one's own. */
import { Button } from '../kit/button.tsx';
import { Menu, type MenuEntry } from '../kit/menu.tsx';
import { OVERLAYS } from '../overlays/table.ts';
import { useFiles, useStore, useStoreApi } from '../store/store.ts';

export function ColourMenu() {
  const overlay = useStore((s) => s.overlay);
  const own = useStore((s) => s.ownData);
  const store = useStoreApi();
  const files = useFiles();
  const state = store.getState();
  const to = (id: string) => () => state.setOverlay(id);
  const label = OVERLAYS.find((o) => o.id === overlay)?.label ?? own.find((d) => d.id === overlay)?.title ?? overlay;
  const shown = own.find((d) => d.id === overlay);
  const entries: MenuEntry[] = [
    ...OVERLAYS.map((o): MenuEntry => {
      const can = o.enabled?.(state) ?? true;
      return {
        id: o.id,
        label: o.label,
        detail: o.help,
        checked: overlay === o.id,
        off: can === true ? false : can,
        run: to(o.id),
      };
    }),
    { id: 'own-line', separator: true },
    ...own.map((d): MenuEntry => ({ id: d.id, label: d.title, checked: overlay === d.id, run: to(d.id) })),
    {
      id: 'own-open',
      label: 'Open node data…',
      icon: 'folder',
      detail: 'JSON or CSV',
      run: () => files.openNodeData(),
    },
  ];
  if (shown) {
    const run = () => state.removeData(shown.id);
    entries.push({ id: 'own-remove', label: `Remove ${shown.title}`, icon: 'trash', run });
  }
  return (
    <Menu
      align="end"
      trigger={
        <Button size="small" icon="theme" aria-label={`Colour by ${label}`}>
          <span className="gw-muted">Colour by</span> {label}
        </Button>
      }
      entries={entries}
    />
  );
}
