import { describe, expect, it } from 'vitest';
import { attributes } from '../../../src/graph-model/core/attributes.ts';
import type { Draft } from '../../../src/graph-model/core/draft.ts';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import type { Model, ValueId } from '../../../src/graph-model/core/model.ts';
import { int64Tensor, floatTensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType, typeLabel, type Shape } from '../../../src/graph-model/core/types.ts';
import { inferTypes } from '../../../src/graph-model/operators/infer/inference.ts';

const opsets = (version: number) => ({ opsets: [{ domain: '', version }] });

function input(d: Draft, name: string, shape: Shape, dtype: 'float' | 'int64' | 'bool' = 'float'): ValueId {
  const id = d.newValue(d.main, name, null, { type: tensorType(dtype, shape) });
  d.setGraphInputs(d.main, [...d.graph(d.main).inputs, id]);
  return id;
}

/** Builds a model and gives the label of the type that the returned value gets. */
function typed(build: (d: Draft) => ValueId, version = 21): { label: string; model: Model; out: ValueId } {
  let out = -1 as ValueId;
  const model = buildModel(opsets(version), (d) => {
    out = build(d);
    d.setGraphOutputs(d.main, [out]);
  });
  return { label: typeLabel(inferTypes(model).typeOf(out)), model, out };
}

const label = (build: (d: Draft) => ValueId, version?: number) => typed(build, version).label;

describe('symbolic shapes', () => {
  it('follow a convolution', () => {
    const of = (d: Draft) =>
      d.add(
        d.main,
        'Conv',
        [input(d, 'x', ['N', 3, 'h', 'w']), d.constant(d.main, floatTensor(new Float32Array(8 * 27), [8, 3, 3, 3]))],
        attributes({ strides: [2, 2], pads: [1, 1, 1, 1] }),
      );
    expect(label(of)).toBe('float32 N×8×floor((h+1)/2)×floor((w+1)/2)');
  });

  it('take the larger of two lengths that are broadcast', () => {
    expect(label((d) => d.add(d.main, 'Add', [input(d, 'a', ['b', 's', 1]), input(d, 'c', ['t', 8])]))).toBe(
      'float32 b×max(s, t)×8',
    );
    expect(label((d) => d.add(d.main, 'Add', [input(d, 'a', ['b']), input(d, 'c', [4])]))).toBe('float32 4');
  });

  it('learn that two names are one length', () => {
    const { model } = typed((d) => {
      const a = input(d, 'a', ['m', 'k']);
      const b = input(d, 'b', ['n', 8]);
      const product = d.add(d.main, 'MatMul', [a, b]);
      return d.add(d.main, 'MatMul', [d.add(d.main, 'Transpose', [b]), d.add(d.main, 'Transpose', [a])]) && product;
    });
    const inference = inferTypes(model);
    const [, b] = model.graphs.at(model.main).inputs;
    expect(typeLabel(inference.typeOf(b!))).toBe('float32 k×8');
  });

  it('name an undeclared length of an input after it', () => {
    expect(label((d) => d.add(d.main, 'Relu', [input(d, 'x', [null, 3])]))).toBe('float32 x_d0×3');
  });

  it('go through shape arithmetic, where elements are symbolic too', () => {
    const flattened = (d: Draft) => {
      const x = input(d, 'x', ['batch', 'seq', 64]);
      const shape = d.add(d.main, 'Shape', [x]);
      const dim = (i: number) => d.add(d.main, 'Gather', [shape, d.constant(d.main, int64Tensor([i], []))]);
      const product = d.add(d.main, 'Mul', [dim(0), dim(1)]);
      const piece = d.add(d.main, 'Unsqueeze', [product, d.constant(d.main, int64Tensor([0]))]);
      const target = d.add(
        d.main,
        'Concat',
        [piece, d.constant(d.main, int64Tensor([4, -1]))],
        attributes({ axis: 0 }),
      );
      return d.add(d.main, 'Reshape', [x, target]);
    };
    expect(label(flattened)).toBe('float32 batch*seq×4×16');
  });

  it('follow Range, Equal and Where of repeated keys and values', () => {
    const expanded = (d: Draft) => {
      const x = input(d, 'x', ['b', 2, 1, 's', 8]);
      const wanted = d.constant(d.main, int64Tensor([-1, 2, 4, -1, 8]));
      const ones = d.constant(d.main, int64Tensor([1, 1, 1, 1, 1]));
      const minus = d.add(d.main, 'Mul', [ones, d.constant(d.main, int64Tensor([-1], []))]);
      const open = d.add(d.main, 'Equal', [wanted, minus]);
      return d.add(d.main, 'Expand', [x, d.add(d.main, 'Where', [open, ones, wanted])]);
    };
    expect(label(expanded)).toBe('float32 b×2×4×s×8');
    const counted = (d: Draft) => {
      const x = input(d, 'x', ['s']);
      const zero = d.constant(d.main, int64Tensor([0], []));
      const one = d.constant(d.main, int64Tensor([1], []));
      const length = d.add(d.main, 'Squeeze', [d.add(d.main, 'Shape', [x])]);
      return d.add(d.main, 'Range', [zero, d.add(d.main, 'Add', [length, one]), one]);
    };
    expect(label(counted)).toBe('int64 s+1');
  });

  it('know that the last three are at most three', () => {
    const sliced = (d: Draft) => {
      const x = input(d, 'x', ['past', 4]);
      const one = (v: number) => d.constant(d.main, int64Tensor([v]));
      return d.add(d.main, 'Slice', [x, one(-3), one(2 ** 62), one(0)]);
    };
    expect(label(sliced)).toBe('float32 min(3, past)×4');
  });

  it('tell the elements of what was computed', () => {
    const { model, out } = typed((d) => d.add(d.main, 'Shape', [input(d, 'x', [2, 3])]));
    expect(inferTypes(model).constantOf(out)).toEqual({
      dtype: 'int64',
      dims: [2],
      values: new BigInt64Array([2n, 3n]),
    });
  });
});

describe('contradictions', () => {
  const codes = (model: Model) => inferTypes(model).diagnostics.map((d) => d.code);

  it('are told with both sides and never thrown', () => {
    const { model } = typed((d) => {
      const y = d.add(d.main, 'Relu', [input(d, 'x', [2, 3])]);
      d.patchValue(y, { name: 'y', type: tensorType('float', [2, 4]) });
      return y;
    });
    const [told] = inferTypes(model).diagnostics;
    expect(told!.code).toBe('infer.declared');
    expect(told!.message).toContain('float32 2×4');
    expect(told!.message).toContain('float32 2×3');
  });

  it('of inputs are told for the node', () => {
    const product = typed((d) => d.add(d.main, 'MatMul', [input(d, 'a', [2, 3]), input(d, 'b', [4, 5])]));
    expect(codes(product.model)).toEqual(['infer.mismatch']);
    const sum = typed((d) => d.add(d.main, 'Add', [input(d, 'a', [2]), input(d, 'b', [3])]));
    expect(codes(sum.model)).toEqual(['infer.broadcast']);
    const mixed = typed((d) => d.add(d.main, 'Add', [input(d, 'a', [2]), input(d, 'b', [2], 'int64')]));
    expect(codes(mixed.model)).toEqual(['infer.dtype']);
    const axis = typed((d) => d.add(d.main, 'Softmax', [input(d, 'a', [2])], attributes({ axis: 5 })));
    expect(codes(axis.model)).toEqual([]);
  });

  it('leave an unknown operator to its declaration', () => {
    const { label: said, model } = typed((d) => {
      const y = d.add(d.main, 'Wobble', [input(d, 'x', [2])], undefined, 'my.domain');
      d.patchValue(y, { type: tensorType('float', ['k']) });
      return y;
    });
    expect(said).toBe('float32 k');
    expect(codes(model)).toEqual(['infer.unknown-operator']);
  });
});

describe('bodies and functions', () => {
  it('join the branches of an If', () => {
    const branch = (d: Draft, x: ValueId, op: string, axis: number) => {
      const g = d.newGraph(op);
      d.setGraphOutputs(g, [d.add(g, 'Concat', [x, x], attributes({ axis }))]);
      return g;
    };
    const of = (d: Draft) => {
      const x = input(d, 'x', ['n', 3]);
      const condition = input(d, 'c', [], 'bool');
      return d.add(
        d.main,
        'If',
        [condition],
        new Map([
          ['then_branch', { kind: 'graph' as const, value: branch(d, x, 'a', 1) }],
          ['else_branch', { kind: 'graph' as const, value: branch(d, x, 'b', 1) }],
        ]),
      );
    };
    expect(label(of)).toBe('float32 n×6');
  });

  it('notice that a carried value grows in a Loop', () => {
    const of = (d: Draft) => {
      const x = input(d, 'x', [1, 4]);
      const body = d.newGraph('body');
      const [i, cond, state] = ['i', 'cond', 'state'].map((n) => d.newValue(body, n));
      d.setGraphInputs(body, [i!, cond!, state!]);
      const grown = d.add(body, 'Concat', [state!, x], attributes({ axis: 0 }));
      d.setGraphOutputs(body, [
        d.add(body, 'Identity', [cond!]),
        grown,
        d.add(body, 'ReduceSum', [x], attributes({ keepdims: 0 })),
      ]);
      const loop = d.addNode(d.main, {
        op: 'Loop',
        inputs: [d.constant(d.main, int64Tensor([5], [])), null, x],
        outputs: 2,
        attributes: new Map([['body', { kind: 'graph' as const, value: body }]]),
      });
      d.patchValue(loop.outputs[0]!, { name: 'end' });
      return loop.outputs[1]!;
    };
    const { label: stacked, model } = typed(of);
    expect(stacked).toBe('float32 5');
    const end = [...model.values.values()].find((v) => v.name === 'end')!;
    const type = inferTypes(model).typeOf(end.id);
    expect(type?.kind === 'tensor' && type.shape?.[1]).toBe(4);
    expect(type?.kind === 'tensor' && type.shape?.[0]).not.toBe(1);
  });

  it('infer a function anew for each call', () => {
    const model = buildModel(opsets(21), (d) => {
      const body = d.newGraph('twice');
      const p = d.newValue(body, 'p');
      d.setGraphInputs(body, [p]);
      d.setGraphOutputs(body, [
        d.add(body, 'Concat', [p, p], new Map([['axis', { kind: 'reference', name: 'along', type: 'int' } as const]])),
      ]);
      const f = {
        graph: body,
        domain: 'f',
        name: 'Twice',
        overload: '',
        attributes: ['along'],
        attributeDefaults: new Map(),
        opsets: [{ domain: '', version: 21 }],
      };
      d.patchModel({ functions: [f] });
      const call = (x: ValueId, along: number) => d.add(d.main, 'Twice', [x], attributes({ along }), 'f');
      d.setGraphOutputs(d.main, [call(input(d, 'x', [2, 3]), 0), call(input(d, 'y', ['n', 5]), 1)]);
    });
    const inference = inferTypes(model);
    expect(model.graphs.at(model.main).outputs.map((o) => typeLabel(inference.typeOf(o)))).toEqual([
      'float32 4×3',
      'float32 n×10',
    ]);
    const inside = model.graphs.at(model.functions[0]!.graph).outputs[0]!;
    expect(typeLabel(inference.typeOf(inside))).toBe('float32 ?×?');
  });

  it('stop at a function that calls itself', () => {
    const model = buildModel(opsets(21), (d) => {
      const body = d.newGraph('f');
      const p = d.newValue(body, 'p');
      d.setGraphInputs(body, [p]);
      d.setGraphOutputs(body, [d.add(body, 'F', [p], undefined, 'f')]);
      d.patchModel({
        functions: [
          {
            graph: body,
            domain: 'f',
            name: 'F',
            overload: '',
            attributes: [],
            attributeDefaults: new Map(),
            opsets: [],
          },
        ],
      });
      d.setGraphOutputs(d.main, [d.add(d.main, 'F', [input(d, 'x', [1])], undefined, 'f')]);
    });
    expect(inferTypes(model).diagnostics.map((d) => d.code)).toContain('infer.recursion');
  });

  it('reads nodes that the file holds in the wrong order', () => {
    const { model, out } = typed((d) => d.add(d.main, 'Relu', [d.add(d.main, 'Relu', [input(d, 'x', ['n'])])]));
    const graph = model.graphs.at(model.main);
    const turned = model.graphs.edit();
    turned.set(graph.id, { ...graph, order: [...graph.order].reverse() });
    expect(typeLabel(inferTypes({ ...model, graphs: turned.commit() }).typeOf(out))).toBe('float32 n');
  });
});

describe('old versions', () => {
  it('read attributes that later became inputs', () => {
    const x = (d: Draft) => input(d, 'x', [1, 4, 'w']);
    const of = (op: string, a: Record<string, readonly number[] | number>) => (d: Draft) =>
      d.add(d.main, op, [x(d)], attributes(a));
    expect(label(of('Unsqueeze', { axes: [0] }), 11)).toBe('float32 1×1×4×w');
    expect(label(of('Squeeze', { axes: [0] }), 11)).toBe('float32 4×w');
    expect(label(of('Slice', { starts: [1], ends: [3], axes: [1] }), 9)).toBe('float32 1×2×w');
    expect(label(of('Pad', { pads: [0, 0, 1, 0, 0, 1] }), 10)).toBe('float32 1×4×w+2');
    expect(label(of('Reshape', { shape: [0, -1] }), 4)).toBe('float32 1×4*w');
    expect(label(of('ReduceMean', { axes: [-1], keepdims: 0 }), 13)).toBe('float32 1×4');
    expect(label(of('TopK', { k: 2, axis: 1 }), 9)).toBe('float32 1×2×w');
  });
});

describe('hostile models', () => {
  it('neither hang nor take memory for what they only claim', () => {
    const huge = (d: Draft) => {
      const none = d.constant(d.main, floatTensor([], [0, 1]));
      return d.add(d.main, 'Expand', [none, d.constant(d.main, int64Tensor([0, 1e9]))]);
    };
    expect(label(huge)).toBe('float32 0×1000000000');
    const scan = (d: Draft) => {
      const body = new Map([
        ['num_scan_inputs', { kind: 'int' as const, value: 10n ** 9n }],
        ['body', { kind: 'graph' as const, value: d.newGraph('body') }],
      ]);
      return d.addNode(d.main, { op: 'Scan', inputs: [input(d, 'x', [2])], attributes: body }).outputs[0]!;
    };
    expect(label(scan)).toBe('unknown type');
    const crop = (d: Draft) => d.add(d.main, 'MaxPool', [input(d, 'x', [1, 1, 4])], attributes({ kernel_shape: [9] }));
    const { model } = typed(crop);
    expect(inferTypes(model).diagnostics.map((p) => p.code)).toContain('infer.length');
  });
});
