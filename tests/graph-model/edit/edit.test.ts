import { describe, expect, it } from 'vitest';
import { attributes, int } from '../../../src/graph-model/core/attributes.ts';
import { EditError, type Draft } from '../../../src/graph-model/core/draft.ts';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import type { Model, ValueId } from '../../../src/graph-model/core/model.ts';
import { floatTensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../../src/graph-model/core/types.ts';
import * as Edit from '../../../src/graph-model/edit/index.ts';
import { checkChange, freezeModel } from '../../support/check-change.ts';

/** Builds a model with one float input x [1, 4]; the callback adds nodes by name and says what the outputs are. */
function build(
  make: (
    d: Draft,
    x: ValueId,
    add: (op: string, name: string, inputs: ValueId[], out?: string) => ValueId,
  ) => ValueId[],
): Model {
  const model = buildModel({}, (d) => {
    const x = d.newValue(d.main, 'x', null, { type: tensorType('float', [1, 4]) });
    d.setGraphInputs(d.main, [x]);
    const add = (op: string, name: string, inputs: ValueId[], out = `${name}_out`) =>
      d.addNode(d.main, { op, name, inputs, outputs: [out] }).outputs[0]!;
    d.setGraphOutputs(d.main, make(d, x, add));
  });
  return freezeModel(model);
}

const chain = () => build((_, x, add) => [add('Relu', 'b', [add('Exp', 'a', [x])], 'y')]);
const nodeNamed = (m: Model, name: string) => [...m.nodes.values()].find((n) => n.name === name)!;
const valueNamed = (m: Model, name: string) => [...m.values.values()].find((v) => v.name === name)!;
/** `b(x)` for each node, in order. */
const shape = (m: Model) =>
  m.graphs.at(m.main).order.map((id) => {
    const n = m.nodes.at(id);
    const read = n.inputs.map((v) => (v === null ? '' : m.values.at(v).name || '·'));
    return `${n.name || n.op}(${read.join(',')})`;
  });
const outputs = (m: Model) => m.graphs.at(m.main).outputs.map((v) => m.values.at(v).name);

describe('renaming', () => {
  it('renames a node and nothing else', () => {
    const model = chain();
    const after = checkChange(Edit.renameNode(model, nodeNamed(model, 'a').id, 'stem'));
    expect(shape(after)).toEqual(['stem(x)', 'b(a_out)']);
    expect(after.values).toBe(model.values);
  });

  it('renames a graph input where it is read', () => {
    const model = chain();
    const after = checkChange(Edit.renameValue(model, valueNamed(model, 'x').id, 'image'));
    expect(shape(after)).toEqual(['a(image)', 'b(a_out)']);
  });

  it('refuses a taken name, naming who has it', () => {
    const model = chain();
    const x = valueNamed(model, 'x').id;
    expect(() => Edit.renameValue(model, x, 'a_out')).toThrow(
      'The name a_out is taken by an output of Exp a: choose another.',
    );
    expect(() => Edit.renameValue(model, x, '')).toThrow(EditError);
    expect(() => Edit.renameValue(model, x, 'two\nlines')).toThrow(EditError);
  });

  it('keeps its own name without a change', () => {
    const model = chain();
    const change = Edit.renameValue(model, valueNamed(model, 'x').id, 'x');
    expect(change.after.values).toBe(model.values);
  });

  it('sees names of bodies within', () => {
    const model = build((d, x, add) => {
      const body = d.newGraph('then');
      const inner = d.addNode(body, { op: 'Neg', inputs: [x], outputs: ['inner'] });
      d.setGraphOutputs(body, [inner.outputs[0]!]);
      const cond = add('Cast', 'c', [x]);
      const n = d.addNode(d.main, {
        op: 'If',
        inputs: [cond],
        attributes: new Map([['then_branch', { kind: 'graph', value: body }]]),
      });
      return [n.outputs[0]!];
    });
    expect(() => Edit.renameValue(model, valueNamed(model, 'x').id, 'inner')).toThrow('taken');
  });

  it('keeps training bindings on the renamed value', () => {
    const base = build((d, x, add) => [add('Mul', 'm', [x, d.constant(d.main, floatTensor([1]), 'w')], 'y')]);
    const none = { initialization: null, algorithm: null };
    const model = {
      ...base,
      training: [{ ...none, initializationBinding: [], updateBinding: [['w', 'w_new']] as const }],
    };
    const { after } = Edit.renameValue(model, valueNamed(model, 'w').id, 'weight');
    expect(after.training[0]!.updateBinding).toEqual([['weight', 'w_new']]);
  });
});

describe('deleting', () => {
  const gone = (model: Model, names: string[], options?: Edit.DeleteOptions) =>
    checkChange(
      Edit.deleteNodes(
        model,
        names.map((n) => nodeNamed(model, n).id),
        options,
      ),
    );

  it('joins the neighbours', () => {
    const after = gone(chain(), ['a']);
    expect(shape(after)).toEqual(['b(x)']);
  });

  it('keeps the name of a graph output, on the node before', () => {
    const after = gone(chain(), ['b']);
    expect(shape(after)).toEqual(['a(x)']);
    expect(outputs(after)).toEqual(['y']);
  });

  it('leaves an Identity where an output would be an input', () => {
    const after = gone(chain(), ['a', 'b']);
    expect(shape(after)).toEqual(['Identity(x)']);
    expect(outputs(after)).toEqual(['y']);
  });

  it('joins a run of nodes from end to end', () => {
    const model = build((_, x, add) => {
      const a = add('Exp', 'a', [x]);
      const c = add('Neg', 'c', [add('Relu', 'b', [a])]);
      return [add('Abs', 'd', [c], 'y')];
    });
    expect(shape(gone(model, ['b', 'c']))).toEqual(['a(x)', 'd(a_out)']);
    expect(shape(gone(model, ['c', 'b', 'a']))).toEqual(['d(x)']);
  });

  it('passes the flowing input, never a weight', () => {
    const model = build((d, x, add) => {
      const w = d.constant(d.main, floatTensor([1]), 'w');
      return [add('Abs', 'z', [add('Mul', 'm', [w, x])], 'y')];
    });
    expect(shape(gone(model, ['m']))).toEqual(['z(x)']);
  });

  it('refuses contradicting shapes, and joins them when told to', () => {
    const model = build((d, x, add) => {
      const g = add('Gemm', 'g', [x]);
      d.declare(g, tensorType('float', [1, 10]));
      return [add('Abs', 'z', [g], 'y')];
    });
    expect(() => gone(model, ['g'])).toThrow(
      'Gemm g turns float32 1×4 into float32 1×10, so its input cannot stand for its output.',
    );
    expect(shape(gone(model, ['g'], { anyShape: true }))).toEqual(['z(x)']);
  });

  it('refuses another element type even then', () => {
    const model = build((d, x, add) => {
      const c = add('Cast', 'c', [x]);
      d.declare(c, tensorType('int64', [1, 4]));
      return [add('Abs', 'z', [c], 'y')];
    });
    expect(() => gone(model, ['c'], { anyShape: true })).toThrow('turns float32 1×4 into int64 1×4');
  });

  it('lets inferred types speak before declared ones', () => {
    const model = chain();
    const types = new Map([[valueNamed(model, 'a_out').id, tensorType('float', [2, 2])]]);
    expect(Edit.whyNotDelete(model, [nodeNamed(model, 'a').id], { types })).toContain(
      'turns float32 1×4 into float32 2×2',
    );
  });

  it('refuses a node whose several outputs are read', () => {
    const model = build((d, x, add) => {
      const s = d.addNode(d.main, { op: 'Split', name: 's', inputs: [x], outputs: ['p', 'q'] });
      return [add('Add', 'z', [s.outputs[0]!, s.outputs[1]!], 'y')];
    });
    expect(() => gone(model, ['s'])).toThrow(
      'Split s has 2 outputs that are read (p, q): one input cannot stand for them.',
    );
  });

  it('refuses a source, naming its reader', () => {
    const model = build((_, x, add) => [add('Add', 'z', [x, add('Constant', 'k', [])], 'y')]);
    expect(() => gone(model, ['k'])).toThrow(
      'Constant k has no input that could stand for its output, which Add z reads.',
    );
  });

  it('goes without joining when nothing reads it', () => {
    const model = build((_, x, add) => (add('Constant', 'k', []), [add('Abs', 'z', [x], 'y')]));
    expect(shape(gone(model, ['k']))).toEqual(['z(x)']);
  });
});

describe('attributes', () => {
  it('sets and removes', () => {
    const model = chain();
    const { id } = nodeNamed(model, 'a');
    const set = checkChange(Edit.setAttribute(model, id, 'axis', int(1)));
    expect(set.nodes.at(id).attributes.get('axis')).toEqual(int(1));
    const removed = checkChange(Edit.removeAttribute(set, id, 'axis'));
    expect(removed.nodes.at(id).attributes.size).toBe(0);
    expect(() => Edit.removeAttribute(removed, id, 'axis')).toThrow('Exp a has no attribute axis.');
  });

  it.each([
    ['int', '-9223372036854775808'],
    ['ints', '1, 2, -3'],
    ['float', '0.1'],
    ['floats', '0.0001, 1e+30, NaN'],
    ['string', 'NOTSET, "quoted"'],
    ['strings', '"a, b", "c\\"d"'],
  ] as const)('writes and reads %s %s', (kind, text) => {
    expect(Edit.attributeText(Edit.parseAttribute(kind, text))).toBe(text);
  });

  it.each([
    ['int', '1.5', '"1.5" is not a whole number.'],
    ['int', '9223372036854775808', 'does not fit in 64 bits'],
    ['ints', '1, x', '"x" is not a whole number.'],
    ['float', '', 'Nothing is not a number.'],
    ['float', '1e39', 'too large for float32'],
    ['strings', '"a, b', 'double quotes'],
  ] as const)('refuses %s %s', (kind, text, why) => {
    expect(() => Edit.parseAttribute(kind, text)).toThrow(why);
  });

  it('reads lists in brackets and with spaces', () => {
    const a = Edit.parseAttribute('ints', '[1 2,3]');
    expect(a.kind === 'ints' && [...a.value]).toEqual([1n, 2n, 3n]);
  });
});

describe('duplicating', () => {
  it('copies edges between the copies, reads the rest from outside', () => {
    const model = chain();
    const { change, copies } = Edit.duplicateNodes(model, [nodeNamed(model, 'a').id, nodeNamed(model, 'b').id]);
    const after = checkChange(change);
    const [a, b] = copies.map((id) => after.nodes.at(id));
    expect([a!.name, b!.name]).toEqual(['a_copy', 'b_copy']);
    expect(a!.inputs).toEqual([valueNamed(model, 'x').id]);
    expect(b!.inputs).toEqual([a!.outputs[0]]);
    expect(outputs(after)).toEqual(['y']);
  });

  it('copies a body with its names, its constants and what it captures', () => {
    const model = build((d, x, add) => {
      const body = d.newGraph('then');
      const k = d.constant(body, floatTensor([2]), 'k');
      const inner = d.addNode(body, { op: 'Mul', name: 'in', inputs: [x, k], outputs: ['inner'] });
      d.setGraphOutputs(body, [inner.outputs[0]!]);
      const n = d.addNode(d.main, {
        op: 'If',
        name: 'if',
        inputs: [add('Cast', 'c', [x])],
        attributes: new Map([['then_branch', { kind: 'graph', value: body }]]),
      });
      return [n.outputs[0]!];
    });
    const { change, copies } = Edit.duplicateNodes(model, [nodeNamed(model, 'if').id]);
    const after = checkChange(change);
    const branch = after.nodes.at(copies[0]!).attributes.get('then_branch');
    const body = after.graphs.at(branch!.kind === 'graph' ? branch!.value : model.main);
    expect(body.parent).toBe(copies[0]);
    const mul = after.nodes.at(body.order[0]!);
    expect(mul.inputs[0]).toBe(valueNamed(model, 'x').id);
    expect(after.values.at(mul.inputs[1]!).graph).toBe(body.id);
    expect(body.outputs.map((v) => after.values.at(v).name)).toEqual(['inner']);
    expect(body.initializers).toEqual([mul.inputs[1]]);
  });
});

describe('rewiring', () => {
  it('connects, leaves out, and refuses a cycle', () => {
    const model = chain();
    const b = nodeNamed(model, 'b').id;
    const connected = checkChange(Edit.replaceInput(model, b, 0, valueNamed(model, 'x').id));
    expect(shape(connected)).toEqual(['a(x)', 'b(x)']);
    expect(shape(checkChange(Edit.replaceInput(model, b, 0, null)))).toEqual(['a(x)', 'b()']);
    expect(() => Edit.replaceInput(model, nodeNamed(model, 'a').id, 0, valueNamed(model, 'y').id)).toThrow('cycle');
    expect(() => Edit.replaceInput(model, b, 3, null)).toThrow('Relu b has no input 3.');
  });

  it('puts a node on a value', () => {
    const model = chain();
    const after = checkChange(Edit.insertAfter(model, valueNamed(model, 'a_out').id, 'Cast', attributes({ to: 10 })));
    expect(shape(after)).toEqual(['a(x)', 'Cast(a_out)', 'b(·)']);
    expect(() => Edit.insertAfter(model, valueNamed(model, 'y').id, 'Identity')).toThrow('No node reads y');
  });

  it('sets the dimensions of an input, of nothing else', () => {
    const model = chain();
    const x = valueNamed(model, 'x').id;
    const change = Edit.setInputDims(model, x, Edit.parseDims('batch × 4'));
    expect(change.label).toBe('Set x to batch×4');
    expect(checkChange(change).values.at(x).type).toMatchObject({ dtype: 'float', shape: ['batch', 4] });
    expect(() => Edit.setInputDims(model, valueNamed(model, 'a_out').id, [1])).toThrow('is not an input');
    expect(() => Edit.parseDims('1, -1')).toThrow('write ? where');
    expect(Edit.parseDims('[N, ?, 3]')).toEqual(['N', null, 3]);
    expect(Edit.parseDims('')).toEqual([]);
  });
});

describe('files that come later', () => {
  const missing = (name: string, begin: number, end: number) => ({ kind: 'missing' as const, file: name, begin, end });
  const withMissing = () =>
    build((d, x, add) => {
      const w = d.constant(
        d.main,
        { dtype: 'float', dims: [2], storage: 'external', data: missing('a/w.bin', 4, 12) },
        'w',
      );
      const v = d.constant(
        d.main,
        { dtype: 'float', dims: [3], storage: 'external', data: missing('a/w.bin', 8, -1) },
        'v',
      );
      return [add('Sum', 's', [x, w, v], 'y')];
    });

  it('are named, and filled in every state alike', () => {
    const model = withMissing();
    expect(Edit.missingFiles(model)).toEqual(['a/w.bin']);
    const edited = Edit.renameNode(model, nodeNamed(model, 's').id, 'sum').after;
    const fill = Edit.fillMissing(new Map([['w.bin', new Blob([new Uint8Array(20)])]]));
    const [first, second] = [fill.model(model), fill.model(edited)];
    expect(Edit.missingFiles(first)).toEqual([]);
    expect(valueNamed(first, 'v').constant!.data).toMatchObject({ kind: 'blob', begin: 8, end: 20 });
    expect(first.values).toEqual(second.values);
    expect(first.values.pages[0]).toBe(second.values.pages[0]);
    expect(valueNamed(first, 'x')).toBe(valueNamed(model, 'x'));
    expect(fill.problems).toEqual([]);
  });

  it('that end too early stay missing, with one sentence', () => {
    const model = withMissing();
    const fill = Edit.fillMissing(new Map([['w.bin', new Blob([new Uint8Array(10)])]]));
    expect(Edit.missingFiles(fill.model(model))).toEqual(['a/w.bin']);
    expect(fill.problems.map((p) => p.message)).toEqual([
      'The file a/w.bin ends early: a tensor needs 8 bytes from byte 4, and 6 are left.',
    ]);
  });

  it('change nothing when they are not the ones', () => {
    const model = withMissing();
    expect(Edit.fillMissing(new Map([['other.bin', new Blob([])]])).model(model)).toBe(model);
  });
});
