/** The table of passes. */
import { CONSTANTS } from './passes/constants.ts';
import { DEAD } from './passes/dead.ts';
import { FOLD } from './passes/fold.ts';
import { EXPAND_COMPOSITES, INLINE_FUNCTIONS } from './passes/functions.ts';
import { INFER_SHAPES } from './passes/infer-shapes.ts';
import { rulePass } from './passes/rule-pass.ts';
import { SHARE_SHAPES } from './passes/share-shapes.ts';
import { SPLIT_SLICES } from './passes/split-slices.ts';
import { SHARE } from './passes/share.ts';
import type { Rule } from './engine/rules.ts';
import type { Pass } from './rule.ts';
import { MEETING_CONSTANTS, NEARLY_NEUTRAL, NEUTRAL } from './rules/arithmetic.ts';
import { COMPOSE } from './rules/compose.ts';
import { CASTS } from './rules/casts.ts';
import { FUSE_NODES } from './rules/fuse-nodes.ts';
import { FUSE_WEIGHTS } from './rules/fuse-weights.ts';
import { MOVEMENT } from './rules/movement.ts';
import { NO_OPS, RELU_OF_POSITIVE } from './rules/no-ops.ts';
import { RECURRENT } from './rules/recurrent.ts';
import { SHAPES } from './rules/shapes.ts';
import { TRANSPOSES } from './rules/transposes.ts';

/** Rules by the pass that runs them. */
export const RULE_FAMILIES = {
  'no-ops': [...NO_OPS, ...NEUTRAL, ...CASTS, ...RECURRENT],
  shapes: SHAPES,
  movement: [...MOVEMENT, ...TRANSPOSES],
  'fuse-weights': FUSE_WEIGHTS,
  compose: COMPOSE,
  'fuse-nodes': [...FUSE_NODES, ...MEETING_CONSTANTS, ...NEARLY_NEUTRAL, RELU_OF_POSITIVE],
} as const satisfies Record<string, readonly Rule[]>;

/** Every pass, in the order in which people should meet them. */
export const PASSES: readonly Pass[] = [
  INLINE_FUNCTIONS,
  EXPAND_COMPOSITES,
  rulePass(
    'compose',
    'Compose operators',
    'Finds LayerNormalization, RMSNormalization, Gelu, HardSwish, Mish and Swish in the primitives they are made of, where the opset has them.',
    RULE_FAMILIES.compose,
  ),
  CONSTANTS,
  rulePass(
    'no-ops',
    'Nodes without effect',
    'Removes nodes that give back what they are given: Identity, Dropout, casts and reshapes to what is there already, x * 1, zero initial states.',
    RULE_FAMILIES['no-ops'],
  ),
  SHARE,
  FOLD,
  rulePass(
    'shapes',
    'Shape arithmetic',
    'Replaces computed shapes by constants wherever inference knows the result.',
    RULE_FAMILIES.shapes,
  ),
  rulePass(
    'movement',
    'Chains of movement',
    'Merges chains of Transpose, Reshape, Squeeze, Unsqueeze, Slice, Concat and Pad.',
    RULE_FAMILIES.movement,
  ),
  rulePass(
    'fuse-weights',
    'Fusion into weights',
    'Folds BatchNormalization and per-channel arithmetic into the weights of Conv, ConvTranspose, Gemm and MatMul.',
    RULE_FAMILIES['fuse-weights'],
  ),
  rulePass(
    'fuse-nodes',
    'Fusion of neighbours',
    'Pad into Conv and pooling, MatMul and Add into Gemm, Transpose into Gemm.',
    RULE_FAMILIES['fuse-nodes'],
  ),
  SPLIT_SLICES,
  SHARE_SHAPES,
  DEAD,
  INFER_SHAPES,
];

export function findPass(id: string): Pass | null {
  return PASSES.find((p) => p.id === id) ?? null;
}
