import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactElement } from 'react';
import { Icon } from './icon.tsx';
import type { IconName } from './icons.ts';
import './menu.css';

export type MenuEntry =
  | {
      readonly id: string;
      readonly label: string;
      readonly icon?: IconName;
      /** More about it, beside the label and quieter. */
      readonly detail?: string;
      readonly keys?: string | undefined;
      /** Why it cannot be chosen, shown under the label. */
      readonly off?: string | false;
      readonly checked?: boolean;
      run(): void;
    }
  | { readonly id: string; readonly separator: true }
  | { readonly id: string; readonly heading: string };

export function Menu({
  trigger,
  entries,
  align = 'start',
}: {
  trigger: ReactElement;
  entries: readonly MenuEntry[];
  align?: 'start' | 'end';
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  if ('separator' in entry) return <Radix.Separator className="menu-sep" />;
  if ('heading' in entry) return <Radix.Label className="menu-label">{entry.heading}</Radix.Label>;
  const body = (
    <>
      {entry.icon && <Icon name={entry.icon} small />}
      <span className="grow">
        {entry.label}
        {entry.detail && !entry.off && <span className="muted"> {entry.detail}</span>}
        {entry.off && <span className="muted"> - {entry.off}</span>}
      </span>
      {entry.checked && <Icon name="check" small />}
      {entry.keys && <span className="kbd">{entry.keys}</span>}
    </>
  );
  const shared = { className: 'menu-item', disabled: Boolean(entry.off), onSelect: () => entry.run() };
  if (entry.checked === undefined) return <Radix.Item {...shared}>{body}</Radix.Item>;
  return (
    <Radix.CheckboxItem {...shared} checked={entry.checked}>
      {body}
    </Radix.CheckboxItem>
  );
}
