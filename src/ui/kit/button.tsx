import type { ComponentProps, ReactNode } from 'react';
import { Icon } from './icon.tsx';
import type { IconName } from './icons.ts';
import './button.css';
import { Tooltip } from './tooltip.tsx';

export type ButtonKind = 'plain' | 'ghost' | 'primary' | 'link';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  readonly kind?: ButtonKind;
  readonly size?: 'small' | 'normal' | 'lg';
  readonly icon?: IconName;
  /** Shown inside, as in "Open file… Ctrl O". */
  readonly keys?: string;
  /** Why it cannot be pressed now: it stays focusable, and says so in its tooltip. */
  readonly off?: string | false;
  readonly children?: ReactNode;
}

const classOf = (kind: ButtonKind, size: string, more: string) =>
  ['btn', kind === 'plain' ? '' : kind, size === 'normal' ? '' : size, more].filter(Boolean).join(' ');

export function Button({ kind = 'plain', size = 'normal', icon, keys, off = false, children, ...rest }: ButtonProps) {
  const button = (
    <button
      type="button"
      {...rest}
      className={classOf(kind, size, rest.className ?? '')}
      {...(off !== false ? { 'aria-disabled': true, onClick: undefined } : {})}
    >
      {icon && <Icon name={icon} small={size === 'small'} />}
      {children}
      {keys && <span className="kbd">{keys}</span>}
    </button>
  );
  return off ? <Tooltip text={off}>{button}</Tooltip> : button;
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon' | 'keys'> {
  readonly icon: IconName;
  /** Its name, for screen readers and the tooltip. */
  readonly label: string;
  readonly keys?: string;
}

export function IconButton({
  icon,
  label,
  keys,
  kind = 'ghost',
  size = 'normal',
  off = false,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={off ? `${label}: ${off}` : label} keys={keys}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={classOf(kind, size, `icon ${rest.className ?? ''}`)}
        {...(off !== false ? { 'aria-disabled': true, onClick: undefined } : {})}
      >
        <Icon name={icon} small={size === 'small'} />
      </button>
    </Tooltip>
  );
}

export function Keys({ text }: { text: string }) {
  return <kbd className="kbd">{text}</kbd>;
}
