/** Running models. */
import { entry as e } from './entry.ts';

export const RUN = {
  'run.opset': e(
    'error',
    'The runtime knows opset {supported} of {domain} and the model asks for {version}.',
    'Convert the model to an opset that the runtime knows (Convert, Opset).',
  ),
  'run.ir-version': e(
    'error',
    'The model has IR version {version} and the runtime reads up to {supported}.',
    'Save the model with a lower IR version (Convert, IR version).',
  ),
  'run.no-operator': e(
    'error',
    'The runtime has no operator {op}.',
    'Convert, replace or cut out the nodes of this operator; a model-local function of its name would also do.',
  ),
  'run.no-kernel': e(
    'error',
    'The runtime cannot compute {op} {node} for the element types it is given.',
    'Cast its inputs to a type that the runtime computes, such as float32, or replace the node.',
  ),
  'run.invalid': e(
    'error',
    'The runtime refuses the model: {why}.',
    'Run the checker (Problems) to see what is wrong and where.',
  ),
  'run.unreadable': e(
    'error',
    'The runtime cannot read the model: its bytes are not an ONNX model.',
    'Open the file again, or save it anew.',
  ),
  'run.node-failed': e(
    'error',
    '{op} {node} failed while running: {why}.',
    'Check the shapes and values of its inputs; other inputs or dimensions may run.',
  ),
  'run.failed': e('error', 'The model failed while running: {why}.', 'Check the shapes and values of the inputs.'),
  'run.memory': e(
    'error',
    'The model needs more memory than the runtime can have (4 GiB in a page; {what}).',
    'Try smaller inputs, a quantised or float16 model, or a part of the model.',
  ),
  'run.too-large': e(
    'error',
    'The weights take {size} GiB and the runtime can hold less than 4 GiB in all.',
    'Run a quantised or float16 model, or a part of the model.',
  ),
  'run.missing-weights': e(
    'error',
    'The weights in {file} have not been opened, so the model cannot run.',
    'Drop {file} together with the model.',
  ),
  'run.interface-dtype': e(
    'error',
    'The model has an input or output of type {dtype}, which the runtime in a page cannot exchange.',
    'Put a Cast to float32 behind the input or before the output, then run.',
  ),
  'run.input-dtype': e(
    'error',
    'The input {input} is of type {dtype}, which the runtime in a page cannot be given.',
    'Put a Cast behind the input and give it as float32 or an integer type.',
  ),
  'run.input-kind': e(
    'error',
    'The input {input} is a {type}, and the runtime in a page can be given tensors only.',
    'Make it from tensors inside the model (SequenceConstruct, Optional), then run.',
  ),
  'run.input-missing': e('error', 'The input {input} has no values.', 'Give a file for it or have it generated.'),
  'run.input-shape': e(
    'error',
    'The input {input} has the shape {have} and the model wants {want}.',
    'Give an array of that shape, or change the size of the named dimension.',
  ),
  'run.input-wrong-dtype': e(
    'error',
    'The input {input} has elements of type {have} and the model wants {want}.',
    'Give an array of that type.',
  ),
  'run.input-range': e(
    'error',
    'The input {input} holds {value}, which a tensor of {dtype} cannot.',
    'Give values that the type can hold.',
  ),
  'run.input-size': e(
    'error',
    'The input {input} would have the shape {shape}, {size} GiB of values.',
    'Give smaller sizes for its named dimensions.',
  ),
  'run.input-unknown': e(
    'warning',
    'The model has no input for {file}; it is not used.',
    'Name the file or entry like one of the inputs: {inputs}.',
  ),
  'run.file-format': e(
    'error',
    'The file {file} cannot be read as values for an input: {why}.',
    'Give .npy, .npz, a TensorProto (.pb), JSON, CSV or, in a page, an image.',
  ),
  'run.provider': e('info', '{note}', 'Choose another provider to avoid this.'),
  'run.loader': e(
    'error',
    'The runtime could not be started: {why}.',
    'Reload the page; if it persists, the browser may not allow WebAssembly here.',
  ),
  'run.not-computed': e(
    'warning',
    'The constant part at {node} could not be computed: {why}.',
    'It stays in the model as it is.',
  ),
  'run.output-unknown': e('error', 'The model has no output named {output}.', 'Its outputs are {outputs}.'),
};
