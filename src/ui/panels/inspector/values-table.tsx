/** The values of a tensor as a table that reads what is in sight, whatever the tensor's size. */
import { useEffect, useState } from 'react';
import { elementCount, type DenseTensor, type Tensor } from '../../../graph-model/core/tensor.ts';
import { formatCount } from '../../../graph-model/format.ts';
import { readTensorSlice } from '../../../graph-model/stats/slice.ts';
import { formatElement } from '../../../graph-model/stats/rows.ts';
import { useRows } from '../parts/use-rows.ts';

const ROW = 20;
const PAGE = 1024;
/** Browsers place elements up to some 16 million pixels down. */
const MOST_ROWS = 700_000;

export function ValuesTable({ tensor, perRow = 4 }: { tensor: Tensor; perRow?: number }) {
  const columns = tensor.dtype === 'string' || tensor.dtype.startsWith('complex') ? 1 : perRow;
  const count = elementCount(tensor.dims);
  const rows = Math.min(MOST_ROWS, Math.ceil(count / columns));
  const { scroller, virtual } = useRows(rows, ROW);
  const items = virtual.getVirtualItems();
  const first = (items[0]?.index ?? 0) * columns;
  const last = ((items[items.length - 1]?.index ?? 0) + 1) * columns;
  const { pages, problem } = usePages(tensor, first, Math.min(last, count));
  if (count === 0) return <p className="muted">The tensor is empty.</p>;
  return (
    <>
      <div
        ref={scroller}
        className="gp-values"
        style={{ height: Math.min(164, rows * ROW + 2) }}
        tabIndex={0}
        role="group"
        aria-label={`${formatCount(count)} values`}
      >
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => (
            <div key={index} className="gp-values-row" style={{ transform: `translateY(${start}px)` }}>
              <span className="gp-index">[{position(index * columns, tensor.dims).join(',')}]</span>
              {Array.from({ length: Math.min(columns, count - index * columns) }, (_, c) => (
                <span key={c} className="ell">
                  {cell(pages, index * columns + c)}
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
      {rows * columns < count && (
        <p className="muted gp-small">
          The first {formatCount(rows * columns)} of {formatCount(count)} values; save it as .npy for all.
        </p>
      )}
      {problem && <p className="field-why">{problem}</p>}
    </>
  );
}

/** The coordinates of a flat index. */
export function position(flat: number, dims: readonly number[]): number[] {
  const out: number[] = [];
  let rest = flat;
  for (let d = dims.length - 1; d >= 0; d--) {
    out.unshift(rest % dims[d]!);
    rest = Math.floor(rest / dims[d]!);
  }
  return out;
}

type Pages = ReadonlyMap<number, DenseTensor>;

function cell(pages: Pages, flat: number): string {
  const page = pages.get(Math.floor(flat / PAGE));
  return page ? formatElement(page, flat % PAGE) : '…';
}

/** The pages of elements that cover a range, read as they come into sight and kept while the tensor is shown. */
function usePages(tensor: Tensor, begin: number, end: number): { pages: Pages; problem: string | null } {
  const [state, setState] = useState<{ tensor: Tensor; pages: Pages; problem: string | null }>({
    tensor,
    pages: new Map(),
    problem: null,
  });
  const from = Math.floor(begin / PAGE);
  const to = Math.floor(Math.max(begin, end - 1) / PAGE);
  useEffect(() => {
    const stop = new AbortController();
    const have = state.tensor === tensor ? state.pages : new Map<number, DenseTensor>();
    for (let page = from; page <= to; page++) {
      if (have.has(page)) continue;
      readTensorSlice(tensor, page * PAGE, (page + 1) * PAGE, stop.signal).then(
        (dense) =>
          setState((s) => ({
            tensor,
            pages: new Map(s.tensor === tensor ? s.pages : []).set(page, dense),
            problem: null,
          })),
        (error: unknown) => {
          if (!stop.signal.aborted)
            setState((s) => ({ ...s, tensor, problem: error instanceof Error ? error.message : String(error) }));
        },
      );
    }
    return () => stop.abort();
    // Pages that arrive must not start the reading of the others anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tensor, from, to]);
  return state.tensor === tensor ? state : { pages: new Map(), problem: null };
}
