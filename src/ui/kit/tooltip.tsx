import { Tooltip as Radix } from 'radix-ui';
import type { ReactElement } from 'react';
import './tooltip.css';

/** Names a control, or says why it is off. Appears on focus too. Needs a {@link TooltipRoot} above. */
export function Tooltip({ text, keys, children }: { text: string; keys?: string | undefined; children: ReactElement }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="tip" sideOffset={6} collisionPadding={8}>
          <span>{text}</span>
          {keys && <span className="kbd">{keys}</span>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export const TooltipRoot = ({ children }: { children: ReactElement }) => (
  <Radix.Provider delayDuration={500} skipDelayDuration={200}>
    {children}
  </Radix.Provider>
);
