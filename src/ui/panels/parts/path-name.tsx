/** A name that is cut in its path, never in its last part, which tells most: `/encoder/layer…/self/MatMul`. */
export function PathName({ name }: { name: string }) {
  const at = Math.max(name.lastIndexOf('/'), name.lastIndexOf('.', name.length - 2));
  if (at <= 0) return <span className="ell">{name}</span>;
  return (
    <span className="gp-path">
      <span className="ell">{name.slice(0, at)}</span>
      <span className="gp-path-end">{name.slice(at)}</span>
    </span>
  );
}
