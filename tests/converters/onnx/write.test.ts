import { describe, expect, it } from 'vitest';
import { BytesBlob } from '../../../src/converters/containers/bytes-blob.ts';
import { readOnnx } from '../../../src/converters/onnx/read.ts';
import { fileBytes, toBlob, writeOnnx } from '../../../src/converters/onnx/write.ts';
import { attributes, float } from '../../../src/graph-model/core/attributes.ts';
import type { ByteSource } from '../../../src/graph-model/core/bytes.ts';
import { edit, type Draft } from '../../../src/graph-model/core/draft.ts';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import type { Model, ValueId } from '../../../src/graph-model/core/model.ts';
import { floatTensor, readTensor, type Tensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType, type ValueType } from '../../../src/graph-model/core/types.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { decodeModel, inputFile, sample } from '../../support/onnx-samples.ts';

interface Plain {
  graph: {
    node: { name?: string; input: string[]; output: string[]; op_type: string; attribute: Record<string, unknown>[] }[];
    initializer: { name: string; external_data?: { key: string; value: string }[]; data_location?: number }[];
    input: { name: string }[];
    output: { name: string }[];
  };
}
function addInput(d: Draft, name: string, type: ValueType): ValueId {
  const id = d.newValue(d.main, name, null, { type });
  d.setGraphInputs(d.main, [...d.graph(d.main).inputs, id]);
  return id;
}

const open = (name: string, withFiles = true) => {
  const { main, files } = sample(name);
  return readOnnx(main, withFiles ? files : [main], quietJob());
};
const plain = async (model: Model) => decodeModel(await fileBytes(writeOnnx(model).files[0]!)) as unknown as Plain;
const again = async (model: Model, options = {}) => {
  const written = writeOnnx(model, options);
  const files = await Promise.all(written.files.map(async (f) => inputFile(f.name, await fileBytes(f))));
  return { written, model: await readOnnx(files[0]!, files, quietJob()) };
};

describe('after an edit only that differs', () => {
  it('renaming a node', async () => {
    const model = await open('cnn_opset21');
    const id = model.graphs.at(model.main).order[2]!;
    const was = (await plain(model)) as Plain;
    const is = await plain(edit(model, 'Rename', (d) => d.patchNode(id, { name: 'stem' })).after);
    expect(is.graph.node[2]!.name).toBe('stem');
    is.graph.node[2]!.name = was.graph.node[2]!.name!;
    expect(is).toEqual(was);
  });

  it('changing an attribute', async () => {
    const model = await open('everything');
    const node = [...model.nodes.values()].find((n) => n.op === 'Kitchen')!;
    const changed = new Map(node.attributes)
      .set('f0', float(2.5))
      .set('unk', { ...node.attributes.get('unk')!, value: 7n } as never);
    const was = await plain(model);
    const is = await plain(edit(model, 'Change', (d) => d.patchNode(node.id, { attributes: changed })).after);
    const of = (p: Plain, name: string) => p.graph.node[2]!.attribute.find((a) => a.name === name)!;
    expect(of(is, 'f0').f).toBe(2.5);
    expect(of(is, 'unk').i).toBe('7');
    of(is, 'f0').f = 0;
    of(is, 'unk').i = '0';
    expect(is).toEqual(was);
  });

  it('changing a shape that carries more than the record can say', async () => {
    const model = await open('everything');
    const x = model.graphs.at(model.main).inputs[0]!;
    const type = model.values.at(x).type!;
    const after = edit(model, 'Retype', (d) => d.patchValue(x, { type: { ...type, shape: [1, 2] } as never })).after;
    const input = (await plain(after)).graph.input[0] as unknown as {
      type: { tensor_type: { shape: { dim: unknown[] } } };
    };
    expect(input.type.tensor_type.shape.dim).toEqual([
      { dim_value: '1', denotation: 'DATA_BATCH' },
      { dim_value: '2' },
    ]);
  });
});

describe('names', () => {
  const model = buildModel({}, (d) => {
    const x = addInput(d, 'x', tensorType('float', [2]));
    const first = d.addNode(d.main, { op: 'Relu', inputs: [x], outputs: ['x'] }).outputs[0]!;
    const second = d.add(d.main, 'Neg', [first]);
    const y = d.addNode(d.main, {
      op: 'Add',
      inputs: [second, d.constant(d.main, floatTensor([1, 2]))],
      outputs: ['x'],
    });
    d.addOutput(y.id, 'y');
    d.setGraphOutputs(d.main, [y.outputs[0]!]);
  });

  it('are made where an edit gave none, and made unique where two collide', async () => {
    const { graph } = await plain(model);
    expect(graph.input[0]!.name).toBe('x');
    const made = [...graph.node.flatMap((n) => n.output), ...graph.initializer.map((t) => t.name), 'x'];
    expect(new Set(made).size).toBe(made.length);
    expect(made).not.toContain('');
    expect(graph.node[1]!.input).toEqual(graph.node[0]!.output);
    expect(graph.output[0]!.name).toBe(graph.node[2]!.output[0]);
  });

  it('of an inner value give way to an outer one that is captured there', async () => {
    const base = buildModel({}, (d) => {
      const c = addInput(d, 'c', tensorType('bool', []));
      const outer = addInput(d, 'v', tensorType('float', [2]));
      const body = d.newGraph('then');
      const inner = d.addNode(body, { op: 'Neg', inputs: [outer], outputs: ['v'] }).outputs[0]!;
      const sum = d.add(body, 'Add', [inner, outer]);
      d.setGraphOutputs(body, [sum]);
      const node = d.addNode(d.main, {
        op: 'If',
        inputs: [c],
        outputs: ['out'],
        attributes: new Map([['then_branch', { kind: 'graph', value: body } as const]]),
      });
      d.setGraphOutputs(d.main, node.outputs as never);
    });
    const { graph } = await plain(base);
    const then = graph.node[0]!.attribute[0]!.g as Plain['graph'];
    expect(then.node[0]!.input).toEqual(['v']);
    expect(then.node[0]!.output[0]).not.toBe('v');
    expect(then.node[1]!.input).toEqual([then.node[0]!.output[0], 'v']);
  });

  it('of a function initializer come with a Constant node', async () => {
    const base = await open('local_functions');
    const f = base.functions[0]!;
    const after = edit(base, 'Add', (d) => {
      const node = d.node(d.graph(f.graph).order[0]!);
      d.setInput(node.id, 0, d.constant(f.graph, floatTensor([1])));
    }).after;
    const { model: back } = await again(after);
    const first = back.nodes.at(back.graphs.at(back.functions[0]!.graph).order[0]!);
    expect(first.op).toBe('Constant');
    expect(first.attributes.get('value')?.kind).toBe('tensor');
  });
});

describe('external data', () => {
  const weights = (m: Model) => m.graphs.at(m.main).initializers.map((id) => m.values.at(id).constant!);
  const content = (m: Model) => Promise.all(weights(m).map(async (t) => (await readTensor(t)).values));

  it('stays where it is by default', async () => {
    const model = await open('external_many');
    const written = writeOnnx(model);
    expect(written.files.map((f) => f.name)).toEqual(['model.onnx']);
    expect([...written.refersTo].sort()).toEqual(['W1', 'W2']);
  });

  it.each(['auto', 'never'] as const)('is embedded with %s', async (externalData) => {
    const model = await open('external_many');
    const { written, model: back } = await again(model, { externalData });
    expect(written.files).toHaveLength(1);
    expect(written.refersTo).toEqual([]);
    expect(await content(back)).toEqual(await content(model));
    expect(weights(back).every((t) => t.storage !== 'external')).toBe(true);
  });

  it('goes to one data file with always, large tensors only, aligned', async () => {
    const model = await open('external_many');
    const { written, model: back } = await again(model, { externalData: 'always', fileName: 'net.onnx' });
    expect(written.files.map((f) => f.name)).toEqual(['net.onnx', 'net.onnx_data']);
    expect(await content(back)).toEqual(await content(model));
    const out = weights(back).filter((t) => t.storage === 'external');
    expect(out.length).toBe(2);
    for (const t of out) expect(Number(t.external!.find(([k]) => k === 'offset')![1]) % 64).toBe(0);
  });

  it('goes to a data file by itself when one file cannot hold it, and never refuses silently', async () => {
    const model = await open('external_many');
    const auto = await again(model, { externalData: 'auto', limit: 4000 });
    expect(auto.written.files).toHaveLength(2);
    expect(await content(auto.model)).toEqual(await content(model));
    expect(() => writeOnnx(model, { externalData: 'never', limit: 4000 })).toThrow(/at most 4000/);
  });

  it('that was never given stays as it was written', async () => {
    const model = await open('external_one', false);
    for (const externalData of ['keep', 'auto', 'never', 'always'] as const) {
      const written = writeOnnx(model, { externalData });
      expect(written.refersTo).toEqual(['model.onnx.data']);
      expect(decodeModel(await fileBytes(written.files[0]!))).toEqual(decodeModel(sample('external_one').bytes));
    }
  });

  it('of three gigabytes is composed without being read', () => {
    const size = 3_000_000_000;
    const blob = new (class extends BytesBlob {
      override get size() {
        return size;
      }
      override async arrayBuffer(): Promise<ArrayBuffer> {
        throw new Error('read');
      }
    })(new Uint8Array(0));
    const data: ByteSource = { kind: 'blob', blob, begin: 0, end: size };
    const tensor: Tensor = { dtype: 'uint8', dims: [size], storage: 'raw_data', data };
    const model = buildModel({}, (d) => {
      const y = d.add(d.main, 'Identity', [d.constant(d.main, tensor, 'w')]);
      d.setGraphOutputs(d.main, [y]);
    });
    const { files } = writeOnnx(model);
    expect(files.map((f) => f.name)).toEqual(['untitled.onnx', 'untitled.onnx_data']);
    expect(files[1]!.size).toBe(size);
    expect(files[0]!.size).toBeLessThan(1000);
    expect(() => writeOnnx(model, { externalData: 'never' })).toThrow(/holds at most 2147483647/);
    const single = writeOnnx(model, { externalData: 'never', limit: Infinity }).files[0]!;
    expect(single.size).toBeGreaterThan(size);
    expect(single.parts.some((p) => !(p instanceof Uint8Array) && p.kind === 'blob')).toBe(true);
  });
});

it('a Blob refers to slices of Blobs', async () => {
  const { bytes } = sample('cnn_opset21');
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const model = await readOnnx({ name: 'm.onnx', path: 'm.onnx', blob }, [], quietJob());
  const out = new Uint8Array(await toBlob(writeOnnx(model).files[0]!).arrayBuffer());
  expect(decodeModel(out)).toEqual(decodeModel(bytes));
});

it('attributes of zero are spelled out', async () => {
  const model = buildModel({}, (d) => {
    const n = d.addNode(d.main, { op: 'X', inputs: [], attributes: attributes({ a: 0, s: '' }) });
    d.setGraphOutputs(d.main, n.outputs as never);
  });
  const [a, s] = (await plain(model)).graph.node[0]!.attribute;
  expect(a).toMatchObject({ name: 'a', i: '0' });
  expect(s).toMatchObject({ name: 's', s: '' });
});
