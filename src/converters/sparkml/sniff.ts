/** Tells a saved Spark ML model by the metadata file at its top. */
import type { Score, SniffInput } from '../converter.ts';

/** `metadata/part-00000` (Spark 3), `metadata/part-00000-<uuid>-c000.txt` (Spark 4). */
export const METADATA_PATH = /^(.*\/)?metadata\/part-\d+[^/]*$/;

/** One JSON object on one line that names class, time and version, in the order in which Spark writes them. */
export function sniffSparkml({ file, head }: SniffInput): Score {
  const text = new TextDecoder().decode(head.subarray(0, 400));
  if (!/^\s*\{\s*"class"\s*:\s*"[\w.$]+"\s*,\s*"timestamp"\s*:\s*\d+\s*,\s*"sparkVersion"\s*:/.test(text)) return 0;
  return METADATA_PATH.test(file.path) ? 3 : 2;
}

/** The folder of the saved model, with a slash at its end, from the path of its metadata file. */
export function modelFolder(path: string): string {
  return METADATA_PATH.exec(path)?.[1] ?? '';
}
