/** The first rows that are not equal: what went in, what was expected, what came. */
import type { TrustReport, TrustRow } from '../../../workers/protocol.ts';
import { cellText, KINDS, STATES } from './words.ts';

export function FirstRows({ report }: { report: TrustReport }) {
  const rows = report.firstRows;
  if (rows.length === 0) return null;
  const { near, differing } = report.rows!;
  return (
    <section className="gp-compare" aria-label="Rows that are not equal" tabIndex={0}>
      <h3 className="h3 gp-table-title">
        Rows that are not equal
        <span className="count">
          {rows.length < near + differing ? `first ${rows.length} of ${near + differing}` : rows.length}
        </span>
      </h3>
      <table>
        <thead>
          <tr>
            <th className="r">Row</th>
            <th>Kind</th>
            <th>Inputs</th>
            <th>Output</th>
            <th>Expected</th>
            <th>Found</th>
            <th className="r">Result</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <RowLines key={row.row} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RowLines({ row }: { row: TrustRow }) {
  const values = row.inputs.map((i) => `${i.name} = ${cellText(i.value)}`);
  const more = row.moreInputs > 0 ? ` and ${row.moreInputs} more` : '';
  const state = STATES[row.state];
  return row.outputs.map((o, i) => (
    <tr key={o.name}>
      <td className="mono r">{i === 0 && row.row}</td>
      <td className="dim">{i === 0 && KINDS[row.kind]}</td>
      <td className="mono ell gp-row-inputs" title={values.join('\n') + more}>
        {i === 0 && values.join(', ') + more}
      </td>
      <td className="ell">{o.name}</td>
      <td className="mono ell gp-row-values" title={o.expected.map(cellText).join(', ')}>
        {o.expected.map(cellText).join(', ')}
      </td>
      <td className="mono ell gp-row-values" title={o.found.map(cellText).join(', ')}>
        {o.found.map(cellText).join(', ')}
      </td>
      <td className={`r strong ${state.tone}`}>{i === 0 && (row.tie ? 'tie' : state.label)}</td>
    </tr>
  ));
}
