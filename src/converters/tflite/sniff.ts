/** Tells TensorFlow Lite files: a flatbuffer with the identifier TFL3. */
import type { Score, SniffInput } from '../converter.ts';

export function sniffTflite({ file, head }: SniffInput): Score {
  if (head[4] === 0x54 && head[5] === 0x46 && head[6] === 0x4c && head[7] === 0x33) return 3;
  return /\.(tflite|lite)$/i.test(file.name) ? 1 : 0;
}
