/** Keras models and the HDF5 files that hold them. */
import { entry as e } from './entry.ts';

export const KERAS = {
  'hdf5.broken': e('error', 'The HDF5 file {file} is damaged: {where} cannot be read.', 'Download or save it again.'),
  'hdf5.truncated': e(
    'error',
    'The HDF5 file {file} is cut off: it has {size} bytes, and its header says that it ends at {end}.',
    'Download or copy it again.',
  ),
  'hdf5.too-large': e(
    'error',
    'The HDF5 file {file} has {size} bytes, and such files are read up to 2 GB.',
    'Save the model without its optimizer (include_optimizer=False), or as SavedModel.',
  ),
  'hdf5.outside': e(
    'error',
    'The dataset {path} of {file} claims more than the {size} bytes of the file can hold.',
    'Download or save it again.',
  ),
  'hdf5.type': e(
    'error',
    'The dataset {path} of {file} is of the type {type}, which no Keras weight has.',
    'Save the model again with plain number types.',
  ),
  'keras.no-config': e(
    'error',
    'The file {file} holds Keras weights alone, without the model that they belong to.',
    'Drop the JSON of model.to_json() together with it, or save the whole model by model.save().',
  ),
  'keras.no-model': e(
    'error',
    'The file {file} is not a Keras model: {why}.',
    'Save the model by model.save("model.keras") or model.save("model.h5").',
  ),
  'keras.no-weights': e(
    'warning',
    'The model {file} was given without its weights, so it can be looked at and not be converted.',
    'Drop its weights file (.weights.h5 or .h5) together with it.',
  ),
  'keras.bad-config': e(
    'error',
    'The configuration of {file} cannot be read at {where}: {why}.',
    'Save the model again; this file is damaged or of an unknown Keras version.',
  ),
  'keras.subclassed': e(
    'error',
    'The model {name} is of the class {type}, written in Python: its file holds no graph of layers.',
    'Rebuild it as a Sequential or Functional model and load the weights into it, or export it as SavedModel.',
  ),
  'keras.weights-differ': e(
    'error',
    'The weights of {layer} ({type}) do not fit its configuration: {why}.',
    'Give the weights file that was saved with this model.',
  ),
  'keras.no-output': e(
    'error',
    'The model has no layer or tensor {name} to be an output.',
    'Choose one of the names that inspect and the graph show.',
  ),
  'keras.unsupported': e(
    'error',
    'The layer {layer} ({type}) cannot be converted: {why}.',
    'Cut the model there or put ONNX in its place with --replace NAME=cut|OPERATOR|FILE.onnx, or build it of other layers in Keras.',
  ),
  'keras.unsupported-layers': e(
    'error',
    '{count} layers cannot be converted: {layers}.',
    'Cut the model there or put ONNX in their place with --replace NAME=cut|OPERATOR|FILE.onnx;…, or build them of other layers in Keras.',
  ),
} as const;
