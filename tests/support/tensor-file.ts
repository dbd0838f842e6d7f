/** TensorProto files (`input_0.pb`), read by the product's own reader: as the one initializer of a model. */
import { readFileSync } from 'node:fs';
import { openModel } from '../../src/converters/open.ts';
import { readTensor, type DenseTensor } from '../../src/graph-model/core/tensor.ts';
import { quietJob } from '../../src/graph-model/job.ts';
import { inputFile } from './onnx-samples.ts';

/** A length-delimited protobuf field. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const head = [(number << 3) | 2];
  let n = bytes.length;
  for (; n >= 128; n = Math.floor(n / 128)) head.push((n % 128) | 128);
  return Uint8Array.from([...head, n, ...bytes]);
}

export async function readTensorFile(path: string): Promise<DenseTensor> {
  const graph = field(7, field(5, new Uint8Array(readFileSync(path))));
  const { model } = await openModel([inputFile('tensor.onnx', Uint8Array.from([8, 8, ...graph]))], quietJob());
  const value = [...model.values.values()].find((v) => v.constant)!;
  return readTensor(value.constant!);
}
