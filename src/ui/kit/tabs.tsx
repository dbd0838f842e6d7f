import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import './tabs.css';

export interface TabItem<Id extends string> {
  readonly id: Id;
  readonly label: string;
  /** After the label: a count or a badge. */
  readonly mark?: ReactNode;
  readonly body: ReactNode;
}

export interface TabsProps<Id extends string> {
  readonly label: string;
  readonly items: readonly TabItem<Id>[];
  readonly value: Id;
  onChange(id: Id): void;
  /** At the right end of the row of tabs. */
  readonly end?: ReactNode;
}

export function Tabs<Id extends string>({ label, items, value, onChange, end }: TabsProps<Id>) {
  return (
    <Radix.Root className="panel" value={value} onValueChange={(id) => onChange(id as Id)}>
      <div className="tabs">
        <Radix.List className="row grow" style={{ gap: 2, alignItems: 'stretch' }} aria-label={label}>
          {items.map((item) => (
            <Radix.Trigger key={item.id} value={item.id} className="tab">
              {item.label}
              {item.mark}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {end}
      </div>
      {items.map((item) => (
        <Radix.Content key={item.id} value={item.id} className="tab-body" tabIndex={-1}>
          {item.body}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
