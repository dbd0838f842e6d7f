import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import './dialog.css';

export interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  onClose(): void;
  readonly children: ReactNode;
  /** Buttons; the last is the primary one. */
  readonly foot?: ReactNode;
  readonly wide?: boolean;
}

/** Focus goes in, stays in, and comes back to where it was. */
export function Dialog({ title, open, onClose, children, foot, wide }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="veil" />
        <Radix.Content
          className={wide ? 'dialog wide' : 'dialog'}
          aria-describedby={undefined}
          onOpenAutoFocus={focusFirstField}
        >
          <div className="dialog-head">
            <Radix.Title asChild>
              <h2 className="grow">{title}</h2>
            </Radix.Title>
            <Radix.Close asChild>
              <IconButton icon="close" label="Close" size="small" />
            </Radix.Close>
          </div>
          <div className="dialog-body">{children}</div>
          {foot && <div className="dialog-foot">{foot}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The first field, else the dialog itself: not the Close button, whose tooltip would open at once. */
function focusFirstField(event: Event): void {
  const dialog = event.currentTarget as HTMLElement;
  event.preventDefault();
  (dialog.querySelector<HTMLElement>('input, select, textarea') ?? dialog).focus();
}
