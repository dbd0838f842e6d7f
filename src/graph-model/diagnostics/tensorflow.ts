/** TensorFlow graphs: SavedModel, GraphDef, MetaGraph and checkpoints, TF.js graph models. */
import { entry as e } from './entry.ts';

export const TENSORFLOW = {
  'tensorflow.unsupported': e(
    'error',
    'The node {node} ({op}) cannot be converted: {why}.',
    'Ask for outputs that lie before it, or replace it in the graph.',
  ),
  'tensorflow.cycle': e(
    'error',
    'The graph of {file} has a cycle outside of loops: {node} needs its own result.',
    'Export the model again; no TensorFlow runs such a graph.',
  ),
  'tensorflow.no-input': e(
    'error',
    'In {file}, {node} reads {input}, which nothing makes.',
    'Export the model again; this file is damaged or cut off.',
  ),
  'tensorflow.no-graph': e(
    'error',
    'The file {file} holds no graph: {why}.',
    'Save the model as SavedModel (tf.saved_model.save, model.export) or freeze its graph.',
  ),
  'tensorflow.no-output': e(
    'error',
    'The model has no tensor {name} to be an output.',
    'Choose one of the names that inspect and the graph show, such as {example}.',
  ),
  'tensorflow.no-tensor': e(
    'error',
    'The output {name} is a list or a table, which is no tensor.',
    'Ask for other outputs.',
  ),
  'tensorflow.no-signature': e('error', 'The model has no signature {name}; it has {known}.', 'Choose one of these.'),
  'tensorflow.missing-data': e(
    'error',
    'The variable {name} lies in {file}, which was not given.',
    'Drop {file} together with the model.',
  ),
  'tensorflow.no-values': e(
    'error',
    'The graph has {count} variables, {node} first, and the values of none are at hand.',
    'Drop the checkpoint (.index and .data files) or the variables folder with it, or freeze the graph.',
  ),
} as const;
