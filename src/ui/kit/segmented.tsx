import { ToggleGroup } from 'radix-ui';
import './segmented.css';

export interface SegmentedProps<Id extends string> {
  readonly label: string;
  readonly options: readonly { readonly id: Id; readonly label: string }[];
  readonly value: Id;
  onChange(id: Id): void;
}

/** One of a few, all in view; arrows move between them. */
export function Segmented<Id extends string>({ label, options, value, onChange }: SegmentedProps<Id>) {
  return (
    <ToggleGroup.Root
      type="single"
      className="seg"
      aria-label={label}
      value={value}
      onValueChange={(id) => id && onChange(id as Id)}
    >
      {options.map((o) => (
        <ToggleGroup.Item key={o.id} value={o.id}>
          {o.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
