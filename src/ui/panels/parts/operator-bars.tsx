/** Operators by frequency, as bars in their category's colour. */
import { useState } from 'react';
import { formatCount } from '../../../graph-model/format.ts';
import type { OperatorCount } from '../../../graph-model/stats/model-summary.ts';
import { Button } from '../../kit/button.tsx';
import { Glyph } from '../../kit/icon.tsx';
import { useCategory } from './glyph.tsx';

const SHOWN = 10;

interface OperatorBarsProps {
  readonly operators: readonly OperatorCount[];
  readonly pick: (operator: OperatorCount) => void;
}

export function OperatorBars({ operators, pick }: OperatorBarsProps) {
  const [all, setAll] = useState(false);
  const most = operators[0]?.count ?? 1;
  const shown = all ? operators : operators.slice(0, SHOWN);
  return (
    <div className="gp-bars">
      {shown.map((o) => (
        <OperatorBar key={`${o.domain}:${o.op}`} operator={o} most={most} pick={pick} />
      ))}
      {operators.length > SHOWN && (
        <Button kind="link" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${operators.length - SHOWN} more`}
        </Button>
      )}
    </div>
  );
}

interface BarProps {
  readonly operator: OperatorCount;
  readonly most: number;
  readonly pick: (operator: OperatorCount) => void;
}

function OperatorBar({ operator, most, pick }: BarProps) {
  const category = useCategory(operator);
  return (
    <button
      type="button"
      className={`gp-bar-row cat-${category}`}
      title={`Select every ${operator.op}${operator.domain ? ` of ${operator.domain}` : ''}`}
      onClick={() => pick(operator)}
    >
      <Glyph name={category} />
      <span className="ell">{operator.op}</span>
      <span className="gp-share gp-cat">
        <i style={{ width: `${Math.max(2, (operator.count / most) * 100)}%` }} />
      </span>
      <span className="mono r">{formatCount(operator.count)}</span>
    </button>
  );
}
