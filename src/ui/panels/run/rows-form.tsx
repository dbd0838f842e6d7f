/** Rows typed in: a form of one field for each column that the model reads, a row at a time. */
import { useId, useState } from 'react';
import type { Model, Value } from '../../../graph-model/core/model.ts';
import { dtypeInfo } from '../../../graph-model/core/types.ts';
import type { InputChoice } from '../../../workers/protocol.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { CommitField } from '../parts/commit-field.tsx';
import { blankRow, problemOf, rowsAsInputs, rowsFromInputs, type TableColumn } from './rows.ts';

export interface RowsFormProps {
  readonly model: Model;
  readonly inputs: readonly Value[];
  readonly columns: readonly TableColumn[];
  readonly chosen: Readonly<Record<string, InputChoice>>;
  choose(inputs: Record<string, InputChoice>): void;
}

export function RowsForm({ inputs, columns, chosen, choose }: RowsFormProps) {
  const [at, setAt] = useState(0);
  const rows = rowsFromInputs(columns, chosen) ?? [blankRow(columns)];
  const row = Math.min(at, rows.length - 1);
  const set = (next: readonly (readonly string[])[]) => choose(rowsAsInputs(columns, next, inputs));
  const add = () => {
    set([...rows, [...rows[row]!]]);
    setAt(rows.length);
  };
  const remove = () => {
    set(rows.filter((_, i) => i !== row));
    setAt(Math.max(0, row - 1));
  };
  const commit = (column: number) => (text: string) => {
    const problem = problemOf(columns[column]!, text);
    if (problem !== null) return problem;
    set(rows.map((r, i) => (i === row ? r.map((cell, c) => (c === column ? text : cell)) : r)));
    return null;
  };
  return (
    <div className="gp-rows">
      <div className="row gp-rows-head" role="group" aria-label="Rows">
        {rows.length > 1 &&
          rows.slice(0, 12).map((_, i) => (
            <button
              key={i}
              type="button"
              className={`btn small${i === row ? ' on' : ''}`}
              aria-pressed={i === row}
              aria-label={`Row ${i + 1}`}
              onClick={() => setAt(i)}
            >
              {i + 1}
            </button>
          ))}
        <span className="grow" />
        {rows.length > 1 && <IconButton icon="trash" label={`Remove row ${row + 1}`} size="small" onClick={remove} />}
        <Button size="small" icon="plus" onClick={add} title="A row like this one">
          Add row
        </Button>
      </div>
      {columns.map((c, i) => (
        <ColumnField key={`${row} ${c.input} ${c.at}`} column={c} value={rows[row]![i]!} commit={commit(i)} />
      ))}
    </div>
  );
}

interface ColumnFieldProps {
  readonly column: TableColumn;
  readonly value: string;
  commit(text: string): string | null;
}

function ColumnField({ column, value, commit }: ColumnFieldProps) {
  const list = useId();
  const text = column.dtype === 'string';
  return (
    <div className="gp-row-field">
      <span className="ell" title={column.name}>
        {column.name}
      </span>
      <CommitField
        label={column.name}
        value={value}
        commit={commit}
        numeric={!text}
        placeholder={text ? 'empty text' : 'missing'}
        hint={dtypeInfo(column.dtype).short}
        {...(column.known.length > 0 ? { list } : {})}
      />
      {column.known.length > 0 && (
        <datalist id={list}>
          {column.known.slice(0, 200).map((k) => (
            <option key={k} value={k} />
          ))}
        </datalist>
      )}
    </div>
  );
}
