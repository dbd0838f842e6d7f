import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../src/graph-model/core/attributes.ts';
import { bytesOf } from '../../../src/graph-model/core/bytes.ts';
import { edit } from '../../../src/graph-model/core/draft.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import type { Tensor } from '../../../src/graph-model/core/tensor.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { printGraph, printModel } from '../../../src/graph-model/text/print.ts';
import { plainModel } from '../../support/plain-model.ts';

function there(model: Model): Model {
  const again = parseModel(printModel(model));
  expect(brokenLaws(again)).toEqual([]);
  expect(plainModel(again)).toEqual(plainModel(model));
  return again;
}

const bytes = Uint8Array.of(250, 1, 0, 255);
const carried = {
  doc: 'line\nline "q"',
  metadata: new Map([
    ['k', 'v'],
    ['2', ''],
    ['1', '#@{'],
  ]),
  extra: bytes,
};

/** x -> Op -> y with weight w, in two graphs: one the body of the node. */
function full(): Model {
  return parseModel(`<ir_version: 12, opset_import: ["" : 21]>
    g (float[N] x) => (float y) <float[2] w = {1, 2}, sparse_tensor[4] s = {float[1] {1}, int64[1] {2}}, float t>
    { [n] y, t = Op <f = [1.5], s = "x", v = ["a", "b"], g = b () => (z) { z = Neg (w) }> (x, s) }
    <domain: "d", opset_import: ["" : 21]> fn <a, b = 1> (p) => (q) { q = Exp (p) }`);
}

describe('annotations', () => {
  it('keep what every record carries', () => {
    const base = full();
    const { after } = edit(base, 'Carry', (d) => {
      for (const v of base.values.values()) {
        const { graph } = v;
        const g = base.graphs.at(graph);
        if ([...g.inputs, ...g.outputs, ...g.valueInfo].includes(v.id) && graph === base.main)
          d.patchValue(v.id, carried);
        if (v.constant) d.patchValue(v.id, { constant: { ...v.constant, ...carried, name: 'other' } });
        if (v.sparse) d.patchValue(v.id, { sparse: { ...v.sparse, extra: bytes } });
      }
      for (const g of base.graphs.values()) d.patchGraph(g.id, carried);
      for (const n of base.nodes.values()) {
        const attributes = new Map(
          [...n.attributes].map(([k, a]) => [k, { ...a, doc: 'd', untyped: true, extra: bytes } as Attribute]),
        );
        d.patchNode(n.id, {
          ...carried,
          attributes,
          origin: { dialect: 'keras', op: 'Dense', name: 'dense_1', by: 'lower' },
          deviceConfigurations: [
            { configuration: 'c', shardings: [{ value: n.outputs[0]!, extra: bytes }, { value: null }], extra: bytes },
          ],
        });
      }
      const [x, w] = [base.graphs.at(base.main).inputs[0]!, base.graphs.at(base.main).initializers[0]!];
      d.patchGraph(base.main, {
        quantization: [
          {
            value: x,
            parameters: [
              ['SCALE_TENSOR', w],
              ['ZERO_POINT_TENSOR', null],
            ],
            extra: bytes,
          },
        ],
      });
      d.patchModel({
        ...carried,
        deviceConfigurations: [bytes],
        opsets: [{ domain: '', version: 21, extra: bytes }],
        functions: base.functions.map((f) => ({ ...f, ...carried })),
      });
    });
    expect(brokenLaws(after)).toEqual([]);
    there(after);
  });

  it('keep training graphs, which see the names of the main graph', () => {
    const base = full();
    let ids!: { init: number; step: number };
    const { after } = edit(base, 'Train', (d) => {
      const init = d.newGraph('init "1"');
      d.setGraphOutputs(init, [d.add(init, 'RandomNormal', [])]);
      const step = d.newGraph('step');
      const w = base.graphs.at(base.main).initializers[0]!;
      d.setGraphOutputs(step, [d.addNode(step, { op: 'Sub', inputs: [w], outputs: ['w_new'] }).outputs[0]!]);
      ids = { init, step };
      d.patchModel({
        training: [
          {
            initialization: init,
            algorithm: step,
            initializationBinding: [['w', 'v']],
            updateBinding: [['w', 'w_new']],
            extra: bytes,
          },
          { initialization: null, algorithm: null, initializationBinding: [], updateBinding: [] },
        ],
      });
    });
    const again = parseModel(printModel(after));
    const step = again.graphs.at(again.training[0]!.algorithm!);
    const sub = again.nodes.at(step.order[0]!);
    expect(again.values.at(sub.inputs[0]!)).toMatchObject({ name: 'w', graph: again.main });
    expect(again.training[1]).toEqual(after.training[1]);
    expect(ids.init).not.toBe(ids.step);
  });

  it.each<[string, Partial<Tensor>]>([
    [
      'a NaN with a payload',
      { dtype: 'float', storage: 'raw_data', data: bytesOf(Uint8Array.of(1, 0, 0xc0, 0x7f, 0, 0, 0, 0)) },
    ],
    ['a long varint', { dtype: 'int64', storage: 'int64_data', data: bytesOf(Uint8Array.of(0x81, 0x80, 0, 2)) }],
    ['bits of padding', { dtype: 'int4', storage: 'raw_data', dims: [1], data: bytesOf(Uint8Array.of(0xf1)) }],
    ['an odd bool', { dtype: 'bool', storage: 'raw_data', data: bytesOf(Uint8Array.of(2, 1)) }],
    ['text that is not UTF-8', { dtype: 'string', storage: 'string_data', data: bytesOf(Uint8Array.of(1, 0xff, 0)) }],
    ['too few elements', { dtype: 'float', storage: 'raw_data', dims: [3], data: bytesOf(Uint8Array.of(0, 0, 0, 0)) }],
    ['a storage of another type', { dtype: 'float', storage: 'int64_data', data: bytesOf(Uint8Array.of(1, 2)) }],
    ['an unknown type', { dtype: 'undefined', storage: 'raw_data', data: bytesOf(Uint8Array.of(1, 2)) }],
  ])('keep a tensor with %s', (_, part) => {
    const base = full();
    const w = base.graphs.at(base.main).initializers[0]!;
    const { after } = edit(base, 'Set', (d) => d.patchValue(w, { constant: { ...d.value(w).constant!, ...part } }));
    there(after);
  });

  it('keep strings that are not UTF-8 and floats with odd NaNs', () => {
    const base = full();
    const odd = new Float32Array(Uint32Array.of(0x7fc00001, 0x3f800000).buffer);
    const { after } = edit(base, 'Set', (d) => {
      d.patchNode(base.graphs.at(base.main).order[0]!, {
        attributes: new Map<string, Attribute>([
          ['s', { kind: 'string', value: '\ufffd', raw: Uint8Array.of(0xff) }],
          ['v', { kind: 'strings', value: ['a', '\ufffd'], raw: [Uint8Array.of(97), Uint8Array.of(0xfe)] }],
          ['f', { kind: 'floats', value: odd }],
        ]),
      });
    });
    const again = there(after);
    const f = again.nodes.at(again.graphs.at(again.main).order[0]!).attributes.get('f')!;
    expect(f.kind === 'floats' && new Uint32Array(f.value.buffer)[0]).toBe(0x7fc00001);
  });

  it('are comments to everybody else, each at the end of its line', () => {
    const base = full();
    const { after } = edit(base, 'Doc', (d) => {
      for (const n of base.nodes.values()) d.patchNode(n.id, { doc: 'a\nb' });
      d.patchValue(base.graphs.at(base.main).inputs[0]!, {
        doc: 'in',
        type: { kind: 'tensor', dtype: 'float', shape: ['N'], denotation: 'IMAGE', dimDenotations: ['DATA_BATCH'] },
      });
    });
    there(after);
    expect(printModel(after)).toContain(
      'float[N] #@{"type":{"denotation":"IMAGE","dims":["DATA_BATCH"]}}\n x #@{"value":{"doc":"in"}}\n) =>',
    );
    expect(printModel(after, { annotations: false })).not.toContain('#@');
    expect(printGraph(after, after.main)).not.toContain('#@');
  });

  it('are named where they cannot stand', () => {
    expect(() => parseModel('g () #@{"graph":{}}\n => () {}')).toThrow('Line 1:6: expected "=>", found "#@{"graph":{');
  });
});

describe('made-up names', () => {
  it('are unlike every other', () => {
    const base = parseModel('g (x) => (v1) { v1 = Relu (x) }');
    const { after } = edit(base, 'Add', (d) => {
      const y = d.add(d.main, 'Exp', [base.graphs.at(base.main).inputs[0]!]);
      d.add(d.main, 'Neg', [y]);
    });
    const again = parseModel(printModel(after));
    expect(new Set([...again.values.values()].map((v) => v.name)).size).toBe(again.values.size);
  });
});
