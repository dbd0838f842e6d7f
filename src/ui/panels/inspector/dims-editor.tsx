/** The dimensions of an input, each a field of its own. */
import { useState } from 'react';
import type { Value } from '../../../graph-model/core/model.ts';
import { setInputType } from '../../../graph-model/edit/index.ts';
import type { Dim, TensorType } from '../../../graph-model/core/types.ts';
import { CommitField } from '../parts/commit-field.tsx';
import { useEdit } from '../parts/use-edit.ts';

/** A length, a name, or null for nothing; a sentence where the text is none of these. */
export function parseDim(text: string): { dim: Dim } | string {
  const clean = text.trim();
  if (clean === '' || clean === '?') return { dim: null };
  if (/^\d+$/.test(clean)) {
    const length = Number(clean);
    return Number.isSafeInteger(length) ? { dim: length } : `${clean} is too long for a dimension.`;
  }
  if (/^[A-Za-z_][\w.]*$/.test(clean)) return { dim: clean };
  return `“${clean}” is neither a length nor a name.`;
}

export function DimsEditor({ value, type }: { value: Value; type: TensorType }) {
  const edit = useEdit();
  const [problem, setProblem] = useState<string | null>(null);
  const shape = type.shape ?? [];
  const commit = (axis: number) => (text: string) => {
    const parsed = parseDim(text);
    if (typeof parsed === 'string') return parsed;
    const next = shape.map((d, i) => (i === axis ? parsed.dim : d));
    return edit((m) => setInputType(m, value.id, { ...type, shape: next }));
  };
  return (
    <div className="grow">
      <div className="gp-list" role="group" aria-label={`Shape of ${value.name}`}>
        {shape.map((dim, axis) => (
          <CommitField
            key={axis}
            label={`Dimension ${axis} of ${value.name}`}
            value={dim === null ? '' : String(dim)}
            placeholder="?"
            commit={commit(axis)}
            onProblem={setProblem}
            centred
          />
        ))}
        {shape.length === 0 && <span className="muted">scalar</span>}
      </div>
      {problem && (
        <div className="field-why" role="alert">
          {problem}
        </div>
      )}
    </div>
  );
}
