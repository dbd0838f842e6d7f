import type { ReactNode } from 'react';
import './empty-state.css';

/** One line, and at most two things to do about it. */
export function EmptyState({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p>{text}</p>
      {children && <div className="row">{children}</div>}
    </div>
  );
}
