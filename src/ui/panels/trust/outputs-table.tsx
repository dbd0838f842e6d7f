/** Rows by what they try, and every output with its largest difference and the limits it is held to. */
import { formatCount } from '../../../graph-model/format.ts';
import type { Counts, TrustOutput, TrustReport } from '../../../workers/protocol.ts';
import { KINDS, small, STATES } from './words.ts';

export function RowGroups({ groups }: { groups: TrustReport['groups'] }) {
  return (
    <section className="gp-groups" aria-label="Rows by kind">
      {groups.map((g) => (
        <div key={g.kind} className="gp-group">
          <span className="ell">{KINDS[g.kind]}</span>
          <CountsBar counts={g} />
          <span className={`mono r ${g.differing > 0 ? 'error' : ''}`}>{countsText(g)}</span>
        </div>
      ))}
    </section>
  );
}

function countsText({ rows, equal, near, differing }: Counts): string {
  if (equal === rows) return `${formatCount(rows)} equal`;
  const parts = [`${formatCount(equal)} equal`];
  if (near > 0) parts.push(`${formatCount(near)} near`);
  if (differing > 0) parts.push(`${formatCount(differing)} differ`);
  return parts.join(', ');
}

/** Equal, near and differing rows as one bar; the numbers stand beside it. */
function CountsBar({ counts: { rows, equal, near, differing } }: { counts: Counts }) {
  const share = (n: number) => `${(100 * n) / Math.max(1, rows)}%`;
  return (
    <span className="gp-counts" aria-hidden="true">
      <i className="ok" style={{ width: share(equal) }} />
      <i className="warn" style={{ width: share(near) }} />
      <i className="error" style={{ width: share(differing) }} />
    </span>
  );
}

export function OutputsTable({ outputs }: { outputs: readonly TrustOutput[] }) {
  return (
    <section className="gp-compare" aria-label="Outputs compared" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th>Output</th>
            <th>Result</th>
            <th>Type</th>
            <th className="r">Rows equal</th>
            <th className="r">Near</th>
            <th className="r">Differ</th>
            <th className="r">Largest difference</th>
            <th className="r">Limit</th>
          </tr>
        </thead>
        <tbody>
          {outputs.map((o) => (
            <OutputRow key={o.name} output={o} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function OutputRow({ output: o }: { output: TrustOutput }) {
  const state = STATES[o.verdict];
  return (
    <tr>
      <td className="ell gp-output-name">{o.name}</td>
      <td className={`strong ${state.tone}`}>{state.label}</td>
      <td className="mono dim">{o.width > 1 ? `${o.dtype} ×${o.width}` : o.dtype}</td>
      <td className="mono r">{formatCount(o.rows.equal)}</td>
      <td className="mono r">{o.rows.near > 0 ? formatCount(o.rows.near) : '–'}</td>
      <td className="mono r">{o.rows.differing > 0 ? formatCount(o.rows.differing) : '–'}</td>
      <td
        className="mono r"
        title={o.meanAbs === null ? '' : `mean ${small(o.meanAbs)}; up to ${small(o.equalWithin)} counts as rounding`}
      >
        {o.maxAbs === null ? 'labels' : small(o.maxAbs)}
      </td>
      <td className="mono r dim">{o.maxAbs === null ? 'equal' : small(o.limit)}</td>
    </tr>
  );
}
