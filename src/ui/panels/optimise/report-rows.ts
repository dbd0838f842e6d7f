/** The optimise report as numbers and rows; pure. */
import type { Model } from '../../../graph-model/core/model.ts';
import type { Applied, PassReport, PlanResult, Refused } from '../../../optimizer/rule.ts';
import { modelSummary } from '../../../graph-model/stats/model-summary.ts';

export interface Metric {
  readonly label: string;
  readonly before: number;
  readonly after: number;
  readonly kind: 'count' | 'bytes';
}

const NO_TYPES = new Map<never, never>();

export function metricsOf({ before, after }: Pick<PlanResult, 'before' | 'after'>): Metric[] {
  const [a, b] = [modelSummary(before, NO_TYPES), modelSummary(after, NO_TYPES)];
  return [
    { label: 'Nodes', before: a.nodes, after: b.nodes, kind: 'count' },
    { label: 'Operator types', before: a.operators.length, after: b.operators.length, kind: 'count' },
    { label: 'Weights', before: a.weightBytes, after: b.weightBytes, kind: 'bytes' },
  ];
}

/** The change as a share of what was: −0.72; 0 where there was nothing. */
export function changeShare({ before, after }: Pick<Metric, 'before' | 'after'>): number {
  return before === 0 ? 0 : (after - before) / before;
}

export type ReportRow =
  | { readonly kind: 'pass'; readonly key: string; readonly pass: PassReport; readonly open: boolean }
  | {
      readonly kind: 'rule';
      readonly key: string;
      readonly name: string;
      readonly applied: number;
      readonly refused: number;
      readonly open: boolean;
    }
  | { readonly kind: 'applied'; readonly key: string; readonly depth: number; readonly match: Applied }
  | { readonly kind: 'refused'; readonly key: string; readonly depth: number; readonly match: Refused };

/** The passes that did or refused something first, as the plan has them; then those that found nothing. */
export function reportRows(passes: readonly PassReport[], open: ReadonlySet<string>): ReportRow[] {
  const busy = (p: PassReport) => p.applied.length + p.refused.length > 0;
  const ordered = [...passes.filter(busy), ...passes.filter((p) => !busy(p))];
  return ordered.flatMap((pass, i): ReportRow[] => {
    const key = `${i}:${pass.pass}`;
    const row: ReportRow = { kind: 'pass', key, pass, open: open.has(key) };
    return row.open ? [row, ...inside(pass, key, open)] : [row];
  });
}

function inside(pass: PassReport, key: string, open: ReadonlySet<string>): ReportRow[] {
  const names = [...new Set([...pass.applied, ...pass.refused].map((m) => m.by))];
  if (names.length <= 1 && (names[0] === undefined || names[0] === pass.pass)) return matches(pass, key, 1);
  return names.flatMap((name): ReportRow[] => {
    const applied = pass.applied.filter((m) => m.by === name);
    const refused = pass.refused.filter((m) => m.by === name);
    const ruleKey = `${key}/${name}`;
    const row: ReportRow = {
      kind: 'rule',
      key: ruleKey,
      name,
      applied: applied.length,
      refused: refused.length,
      open: open.has(ruleKey),
    };
    return row.open ? [row, ...matches({ applied, refused }, ruleKey, 2)] : [row];
  });
}

function matches(of: Pick<PassReport, 'applied' | 'refused'>, key: string, depth: number): ReportRow[] {
  return [
    ...of.applied.map((match, i): ReportRow => ({ kind: 'applied', key: `${key}/a${i}`, depth, match })),
    ...of.refused.map((match, i): ReportRow => ({ kind: 'refused', key: `${key}/r${i}`, depth, match })),
  ];
}

/** `fuse-weights` reads "Fuse weights". */
export function ruleLabel(name: string): string {
  const words = name.replace(/[-_]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Why matches were refused, most frequent first. */
export function refusalReasons(passes: readonly PassReport[]): { reason: string; by: string; count: number }[] {
  const counts = new Map<string, { reason: string; by: string; count: number }>();
  for (const { refused } of passes)
    for (const { by, reason } of refused) {
      const key = `${by}\0${reason}`;
      counts.set(key, { by, reason, count: (counts.get(key)?.count ?? 0) + 1 });
    }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** The nodes of a match that are still there to be shown. */
export function placesOf(model: Model, row: ReportRow) {
  if (row.kind === 'applied') return [...row.match.added, ...row.match.removed].filter((id) => model.nodes.has(id));
  if (row.kind === 'refused') return row.match.node !== null && model.nodes.has(row.match.node) ? [row.match.node] : [];
  return [];
}
