/** TensorFlow graphs: SavedModel, GraphDef, MetaGraph and checkpoints, TF.js graph models. */
import { entry as e } from './entry.ts';

export const TENSORFLOW = {
  'tensorflow.unsupported': e(
    'error',
    'The node {node} ({op}) cannot be converted: {why}.',
    'Ask for outputs that lie before it, or replace it in the graph.',
  ),
} as const;
