/** The inputs and outputs of a conversion: those of a signature, of the graph, or what was asked for by name. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { ConvertOptions } from '../../converter.ts';
import { signaturesOf, type Signature } from '../read/signatures.ts';
import type { SourceModel } from './source.ts';

export interface Endpoint {
  readonly name: string;
  readonly value: ValueId;
}

export interface Endpoints {
  readonly inputs: readonly Endpoint[];
  readonly outputs: readonly Endpoint[];
  readonly hasSignature: boolean;
}

export function endpointsOf(source: SourceModel, options: ConvertOptions): Endpoints {
  const signature = chosen(source, options.signature);
  const main = source.model.graphs.at(source.model.main);
  const own = (ids: readonly ValueId[]) => ids.map((value) => ({ name: source.value(value).name, value }));
  const pairs = (list: Signature['inputs']) =>
    list.map(([name, tensor]) => ({ name, value: tensorNamed(source, tensor) }));
  const inputs = signature ? pairs(signature.inputs) : own(main.inputs);
  const outputs = signature ? pairs(signature.outputs) : own(main.outputs);
  const hasSignature = signature !== null;
  const names = options.outputs ?? [];
  if (names.length === 0) return { inputs, outputs, hasSignature };
  const asked = (name: string) => ({
    name,
    value: outputs.find((o) => o.name === name)?.value ?? tensorNamed(source, name),
  });
  return { inputs, outputs: names.map(asked), hasSignature };
}

function chosen(source: SourceModel, name: string | undefined): Signature | null {
  const all = signaturesOf(source.model.metadata);
  if (name === undefined) return all[0] ?? null;
  const found = all.find((s) => s.name === name);
  if (found) return found;
  const known = all.length === 0 ? 'none at all' : all.map((s) => s.name).join(', ');
  throw new FormatError('tensorflow.no-signature', { name, known });
}

/** A value of the main graph by `node:0`, by `node`, or by its own name. */
function tensorNamed(source: SourceModel, text: string): ValueId {
  const [, name, index] = /^(.*?)(?::(\d+))?$/s.exec(text)!;
  const node = source.nodeNamed(source.model.main, name!);
  const made = node?.outputs[Number(index ?? 0)] ?? named(source, text, name!);
  if (made !== undefined && made !== null) return made;
  const { outputs } = source.model.graphs.at(source.model.main);
  const example = outputs[0] === undefined ? 'a node' : source.value(outputs[0]).name;
  throw new FormatError('tensorflow.no-output', { name: text, example });
}

/** An input or a constant. */
function named(source: SourceModel, tensor: string, name: string): ValueId | undefined {
  const { inputs, initializers } = source.model.graphs.at(source.model.main);
  const is = (v: ValueId) => {
    const value = source.value(v);
    return value.name === tensor || value.name === name || value.metadata?.get('tensor') === `${name}:0`;
  };
  return inputs.find(is) ?? initializers.find(is);
}
