import { describe, expect, it } from 'vitest';
import { edit } from '../../../src/graph-model/core/draft.ts';
import type { Attribute } from '../../../src/graph-model/core/attributes.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { changedIds } from '../../../src/graph-model/core/table.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { decodeModel, encodeChanges, encodeModel, transferables } from '../../../src/graph-model/wire/wire.ts';
import { syntheticModel } from '../../support/synthetic-model.ts';

/** Across a real clone, with the buffers transferred, as `postMessage` does it. */
function across(model: Model): Model {
  const wire = encodeModel(model);
  return decodeModel(structuredClone(wire, { transfer: transferables(wire) }));
}

const TEXT = `<ir_version: 12, opset_import: ["" : 21, "d" : 1], model_version: 9007199254740993, doc_string: "doc", metadata_props: ["k": "v"]>
  #@{"model":{"extra":"+gEA","devices":["AQI="],"training":[{"initialization":null,"algorithm":"step () => (z) { z = Neg (w) }","initializationBinding":[],"updateBinding":[["w","z"]]}]}}
  g (float[N,-1,?,4294967296] x #@{"value":{"doc":"input","metadata":[["a","b"]]}}
  , seq(map(string, float[])) s, opaque(a.b,c) o, u) => (float y, x)
  <float[2] w = {1, 2}, int64[1] i = {-9223372036854775808}, string[1] t = {"é"}, float[3] e = ["location": "f.bin", "offset": "8"],
   sparse_tensor[4] sp = {float[1] {1}, int64[1] {2}}, float[1] q>
  { [n] y, "" = d.Op:over <a = 1, b = -0.0, c = nan, d = "s", e = [1, -2], f = [1.5], g = ["x"], h = float[1] {3}, k = seq(float),
      l : ints = [], body = inner (float p) => (r) { r = Add (p, w) }, big : ints = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18]> (x, , w)
      #@{"node":{"doc":"n","origin":{"dialect":"keras","op":"Dense","name":"d"}}}
  }
  #@{"graph":{"quantization":[{"value":"x","parameters":[["SCALE_TENSOR","w"]]}]}}
  <domain: "d", opset_import: ["" : 21]> F <m, n = 2> (float a) => (b) { b = Elu <alpha : float = @m> (a) }`;

describe('wire', () => {
  it('brings a whole model across, whatever it holds', () => {
    const model = parseModel(TEXT);
    const there = across(model);
    expect(there).toEqual(model);
    expect(brokenLaws(there)).toEqual([]);
  });

  it('keeps numbers that JSON would not', () => {
    const model = parseModel(TEXT);
    const attributes = [...across(model).nodes.values()].find((n) => n.op === 'Op')!.attributes;
    expect(attributes.get('b')).toEqual({ kind: 'float', value: -0 });
    expect(attributes.get('c')).toEqual({ kind: 'float', value: NaN });
    expect(attributes.get('e')).toEqual({ kind: 'ints', value: BigInt64Array.of(1n, -2n) });
  });

  it('keeps everything that a tensor can say of itself and of where its bytes are', () => {
    const base = parseModel('g () => () <float[1] a = {1}, float[1] b = {2}, float[1] c = {3}> {}');
    const [a, b, c] = base.graphs.at(base.main).initializers;
    const blob = new Blob([new Uint8Array(8)]);
    const far = { kind: 'blob', blob, begin: 3_000_000_000, end: 8_589_934_600 } as const;
    const model = edit(base, 'Tensors', (d) => {
      d.patchValue(a!, { constant: { dtype: 'int4', dims: [2 ** 33, 0, 7], storage: 'raw_data', data: far } });
      d.patchValue(b!, {
        constant: {
          dtype: 'bfloat16',
          dims: [],
          storage: 'external',
          data: { kind: 'missing', file: 'weights.bin', begin: 5, end: -1 },
          external: [['location', 'weights.bin']],
          name: 'other',
          doc: 'a note',
        },
      });
      d.patchValue(c!, {
        constant: {
          dtype: 'string',
          dims: [1],
          storage: 'string_data',
          data: { kind: 'bytes', bytes: Uint8Array.of(1, 65) },
        },
      });
    }).after;
    const there = decodeModel(encodeModel(model));
    for (const id of [a!, b!, c!]) expect(there.values.at(id).constant).toEqual(model.values.at(id).constant);
  });

  it('keeps names of every script in their places', () => {
    const names = ['', 'ascii', 'größe', '日本語/入力', '\u{1f600}', '\ud800 alone', '"\\\n'];
    const base = parseModel(`g (float x) => () { ${names.map((_, i) => `y${i} = Neg (x)`).join('\n')} }`);
    const nodes = base.graphs.at(base.main).order;
    const model = edit(base, 'Names', (d) => nodes.forEach((id, i) => d.patchNode(id, { name: names[i]! }))).after;
    const there = across(model);
    expect(nodes.map((id) => there.nodes.at(id).name)).toEqual(names);
  });

  it('keeps blobs as blobs, and one blob one', async () => {
    const blob = new Blob([new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8])]);
    const base = parseModel('g () => () <float[1] a = {1}, float[1] b = {2}> {}');
    const [a, b] = base.graphs.at(base.main).initializers;
    const { after } = edit(base, 'Blobs', (d) => {
      d.patchValue(a!, {
        constant: { dtype: 'float', dims: [1], storage: 'raw_data', data: { kind: 'blob', blob, begin: 0, end: 4 } },
      });
      d.patchValue(b!, {
        constant: { dtype: 'float', dims: [1], storage: 'raw_data', data: { kind: 'blob', blob, begin: 4, end: 8 } },
      });
    });
    const wire = encodeModel(after);
    expect(wire.blobs).toEqual([blob]);
    const there = decodeModel(structuredClone(wire));
    const data = there.values.at(b!).constant!.data;
    expect(data.kind === 'blob' && data.blob instanceof Blob && data.begin).toBe(4);
  });

  it('never sends the buffer that a small view looks into', () => {
    const large = new Uint8Array(1 << 20);
    const base = parseModel('g () => () <uint8[2] a = {1, 2}> {}');
    const [a] = base.graphs.at(base.main).initializers;
    const { after } = edit(base, 'View', (d) =>
      d.patchValue(a!, {
        constant: {
          dtype: 'uint8',
          dims: [2],
          storage: 'raw_data',
          data: { kind: 'bytes', bytes: large.subarray(4, 6) },
        },
      }),
    );
    expect(encodeModel(after).bytes.buffer.byteLength).toBeLessThan(100);
  });

  it('sends only what an edit changed, and untouched records stay the same objects', () => {
    const model = syntheticModel(2000);
    const [first, second] = model.graphs.at(model.main).order;
    const { after } = edit(model, 'Edit', (d) => {
      d.patchNode(first!, { name: 'renamed' });
      d.replaceUses(d.node(second!).outputs[0]!, d.node(second!).inputs[0]!);
      d.removeNode(second!);
    });
    const wire = encodeChanges(model, after);
    const there = decodeModel(structuredClone(wire), model);
    expect(there).toEqual(after);
    expect(brokenLaws(there)).toEqual([]);
    const changed = new Set(changedIds(model.nodes, after.nodes));
    for (const [id, node] of model.nodes.entries()) if (!changed.has(id)) expect(there.nodes.at(id)).toBe(node);
    expect(there.nodes.pages[3]).toBe(model.nodes.pages[3]);
    const small = edit(model, 'Rename', (d) => d.patchNode(first!, { name: 'renamed' })).after;
    const message = encodeChanges(model, small);
    expect(message.text.length + message.ints.byteLength + message.bytes.byteLength).toBeLessThan(1000);
    expect(decodeModel(message, model).values).toBe(model.values);
    expect(decodeModel(encodeChanges(model, model), model).nodes).toBe(model.nodes);
  });

  it('sends changed, added and dropped fields of the model', () => {
    const model = parseModel(TEXT);
    const { after } = edit(model, 'Fields', (d) =>
      d.patchModel({ doc: undefined, producerName: 'me', opsets: [{ domain: '', version: 22 }] }),
    );
    const there = decodeModel(encodeChanges(model, after), model);
    expect(there).toEqual(after);
    expect(there.doc).toBeUndefined();
    expect(there.functions).toBe(model.functions);
    const back = decodeModel(encodeChanges(after, model), after);
    expect(back.doc).toBe('doc');
  });

  it('keeps ids unused after a removal', () => {
    const model = syntheticModel(4);
    const { after } = edit(model, 'Remove', (d) => d.removeNode(d.addNode(d.main, { op: 'Neg', inputs: [] }).id));
    expect(across(after).nodes.nextId).toBe(after.nodes.nextId);
    expect(decodeModel(encodeChanges(model, after), model).nodes.nextId).toBe(after.nodes.nextId);
  });

  it('refuses what is no data', () => {
    const model = parseModel('g () => () { y = A () }');
    const id = model.graphs.at(model.main).order[0]!;
    const odd = new Map<string, Attribute>([['f', (() => 1) as unknown as Attribute]]);
    const { after } = edit(model, 'Odd', (d) => d.patchNode(id, { attributes: odd }));
    expect(() => encodeModel(after)).toThrow('Wire: a function is not data');
  });
});
