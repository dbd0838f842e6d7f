/** Ready-made plans. */
import type { Plan } from './rule.ts';

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly summary: string;
  readonly plan: Plan;
}

const steps = (...ids: string[]): Plan => ids.map((pass) => ({ pass }));

export const PRESETS: readonly Preset[] = [
  {
    id: 'clean',
    label: 'Clean',
    summary: 'Only eliminations that keep every bit of the outputs: unused nodes, no-ops, equal computations.',
    plan: steps('constants', 'no-ops', 'share', 'dead'),
  },
  {
    id: 'simplify',
    label: 'Simplify',
    summary: 'All rewrites into standard operators of the same opset, to a fixed point.',
    plan: steps(
      'constants',
      'no-ops',
      'fold',
      'shapes',
      'movement',
      'fuse-weights',
      'fuse-nodes',
      'split-slices',
      'share-shapes',
      'share',
      'dead',
    ),
  },
];

export function findPreset(id: string): Preset | null {
  return PRESETS.find((p) => p.id === id) ?? null;
}
