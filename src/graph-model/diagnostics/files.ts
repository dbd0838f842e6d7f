/** Files that cannot be read, or not whole. */
import { entry as e } from './entry.ts';

export const FILES = {
  'file.empty': e('error', 'The file {file} is empty.', 'Download or export it again.'),
  'file.html': e(
    'error',
    'The file {file} is a web page, not a model: the download gave an HTML page.',
    'Download the raw file, not its page.',
  ),
  'file.lfs-pointer': e(
    'error',
    'The file {file} is a Git LFS pointer of {bytes} bytes, not the model itself ({size} bytes).',
    'Run `git lfs pull`, or download the file from its page.',
  ),
  'file.missing': e(
    'warning',
    'The file {file} is needed for {count} tensors and has not been opened.',
    'Drop it together with the model.',
  ),
  'file.truncated': e(
    'error',
    'The file {file} ends early: {what} needs {need} bytes from byte {byte}, and {have} are left.',
    'Download or export it again.',
  ),
  'file.unknown': e(
    'error',
    'The file {file} is not a model that Graphwright knows: {why}.',
    'See the list of formats; if it should be one of them, the file may be damaged.',
  ),
  'file.unsafe-path': e(
    'warning',
    "The tensor {tensor} asks for the file {file}, which lies outside the model's folder; it is not opened.",
    'Save the model with a plain file name for its data.',
  ),
  'file.broken': e(
    'error',
    'The file {file} is damaged at byte {byte}: {why} (in {where}).',
    'Download or export it again.',
  ),
  'file.too-large': e('error', 'The {what} of {file} is larger than 1 GB.', 'Split the model.'),
  'file.short': e(
    'error',
    'The file {file} has {have} bytes, and the tensor {tensor} asks for bytes {begin} to {end} of it.',
    'Drop the whole file; this one is cut off or belongs to another model.',
  ),
  'file.ort-format': e(
    'error',
    'The file {file} is an ORT-format model: a build product of ONNX Runtime that holds an optimised graph for one runtime version.',
    'Open the .onnx file that it was made from.',
  ),
  'file.text-too-long': e(
    'error',
    'The text file {file} has {size} bytes, and texts are read up to {limit}.',
    'Save the model in its binary form.',
  ),
  'file.onnx-text': e(
    'error',
    'The file {file} is {form}, which is not read here.',
    'Save it as binary ONNX: `onnx.save(onnx.load(path), "model.onnx")`.',
  ),
  'file.zip-bomb': e(
    'error',
    'The archive {file} of {size} bytes says that it unpacks to {unpacked} bytes; it is not unpacked.',
    'Unpack it yourself if you trust it, and open what it holds.',
  ),
  'file.zip-broken': e('error', 'The archive {file} is damaged: {why}.', 'Download it again.'),
  'onnx.no-graph': e('error', 'The file {file} holds no graph.', 'Export the model again.'),
  'onnx.two-graphs': e('error', 'The file {file} holds more than one main graph.', 'Export the model again.'),
  'onnx.too-deep': e(
    'error',
    'The file {file} nests {what} more than {limit} deep.',
    'No tool writes such a model; the file is damaged or hostile.',
  ),
  'onnx.duplicate-value': e(
    'error',
    'The name {name} is made twice in the graph {graph}: by {first} and by {second}.',
    'Export the model again; every value of a graph needs a name of its own.',
  ),
  'onnx.duplicate-initializer': e(
    'warning',
    'The initializer {name} is in the graph {graph} twice; the later one is used and the other left out.',
    'Save the model to be rid of it.',
  ),
  'onnx.missing-output': e(
    'error',
    'The output {name} of the graph {graph} is made by nothing.',
    'Export the model again, or take the output out of its list.',
  ),
  'onnx.cycle': e(
    'error',
    'The graph {graph} has a cycle: {node} needs its own result.',
    'Export the model again; a graph of ONNX runs from inputs to outputs.',
  ),
  'onnx.bad-dims': e(
    'error',
    'The tensor {tensor} is {type} of {dims}: {why}.',
    'Export the model again; its weights do not fit its shapes.',
  ),
  'onnx.bad-names': e(
    'warning',
    '{count} names in {file} are not valid UTF-8; the wrong bytes are shown and saved as �.',
    'Rename them if other programs look for them by name.',
  ),
  'onnx.single-file-limit': e(
    'error',
    'The model takes {size} bytes, and one ONNX file holds at most {limit}.',
    'Save it with its weights in a separate file.',
  ),
};
