import type { ReactNode } from 'react';
import './chip.css';

export function Chip({ tone, children }: { tone?: 'ok' | 'warn' | 'error' | 'accent'; children: ReactNode }) {
  return <span className={tone ? `chip ${tone}` : 'chip'}>{children}</span>;
}
