/** Saved Spark ML models and the Parquet files in them. */
import { entry as e } from './entry.ts';

export const SPARKML = {
  'parquet.damaged': e('error', 'The Parquet file {file} cannot be read: {why}.', 'Save or download it again.'),
  'sparkml.damaged': e('error', 'The Spark ML model is damaged at {where}: {why}.', 'Save it again with Spark.'),
  'sparkml.missing-part': e(
    'error',
    'The Spark ML model has no {part}, which {stage} needs.',
    'Open the whole folder that Spark saved, or a zip of it.',
  ),
  'sparkml.refused': e(
    'error',
    'The stage {stage} cannot be converted to ONNX: {why}.',
    'It can be looked at; to convert the model, save it without that.',
  ),
  'sparkml.invalid-rows': e(
    'info',
    '{stage}: where Spark {act} an invalid value, the ONNX model gives NaN in that row.',
    'Drop rows with NaN from the result where that matters.',
  ),
  'sparkml.left-out': e('warning', '{stage}: the column {column} is left out: {why}.', 'Nothing else is affected.'),
} as const;
