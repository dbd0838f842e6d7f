/** ONNX as a converter: reading is all there is to it. */
import type { Converter } from '../converter.ts';
import { readOnnx } from './read.ts';

export const onnxConverter: Converter = { read: (main, files, job) => readOnnx(main, files, job) };
