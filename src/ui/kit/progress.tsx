import './progress.css';

/** `total` 0: how much there is to do is not known. */
export function Progress({ label, done, total }: { label: string; done: number; total: number }) {
  const known = total > 0;
  const part = known ? Math.min(1, done / total) : 0;
  return (
    <div
      className={known ? 'bar' : 'bar unknown'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(known ? { 'aria-valuenow': Math.round(part * 100) } : {})}
    >
      <i style={known ? { width: `${part * 100}%` } : undefined} />
    </div>
  );
}
