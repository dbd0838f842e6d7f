import { describe, expect, it } from 'vitest';
import { attributes } from '../../../src/graph-model/core/attributes.ts';
import { Draft, edit, EditError } from '../../../src/graph-model/core/draft.ts';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import type { Model, NodeId, ValueId } from '../../../src/graph-model/core/model.ts';
import { floatTensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../../src/graph-model/core/types.ts';
import { checkChange, freezeModel } from '../../support/check-change.ts';

/** x -> Relu a -> Relu b -> y */
function chain(): { model: Model; x: ValueId; y: ValueId; a: NodeId; b: NodeId } {
  let ids!: { x: ValueId; y: ValueId; a: NodeId; b: NodeId };
  const model = buildModel({}, (d) => {
    const x = d.newValue(d.main, 'x', null, { type: tensorType('float', [1]) });
    d.setGraphInputs(d.main, [x]);
    const a = d.addNode(d.main, { op: 'Relu', name: 'a', inputs: [x] });
    const b = d.addNode(d.main, { op: 'Relu', name: 'b', inputs: [a.outputs[0]!], outputs: ['y'] });
    d.setGraphOutputs(d.main, [b.outputs[0]!]);
    ids = { x, y: b.outputs[0]!, a: a.id, b: b.id };
  });
  return { model: freezeModel(model), ...ids };
}

const opsOf = (m: Model) => m.graphs.at(m.main).order.map((id) => m.nodes.at(id).name || m.nodes.at(id).op);

describe('draft', () => {
  it('leaves the base alone and keeps untouched records identical', () => {
    const { model, a, b } = chain();
    const after = checkChange(edit(model, 'Rename a', (d) => d.patchNode(a, { name: 'stem' })));
    expect(model.nodes.at(a).name).toBe('a');
    expect(after.nodes.at(a).name).toBe('stem');
    expect(after.nodes.at(b)).toBe(model.nodes.at(b));
    expect(after.values).toBe(model.values);
  });

  it('removes a node once its readers read its input', () => {
    const { model, x, a } = chain();
    const out = model.nodes.at(a).outputs[0]!;
    const after = checkChange(edit(model, 'Remove a', (d) => (d.replaceUses(out, x), d.removeNode(a))));
    expect(opsOf(after)).toEqual(['b']);
    expect(after.values.has(out)).toBe(false);
  });

  it('refuses to remove what is read, naming the reader', () => {
    const { model, a } = chain();
    expect(() => new Draft(model).removeNode(a)).toThrow(
      new EditError('Relu a cannot be removed: Relu b reads its output.'),
    );
  });

  it('puts a new node before its first reader', () => {
    const { model, x, a } = chain();
    const after = checkChange(edit(model, 'Insert', (d) => d.setInput(a, 0, d.add(d.main, 'Neg', [x]))));
    expect(opsOf(after)).toEqual(['Neg', 'a', 'b']);
  });

  it('refuses a cycle', () => {
    const { model, y, a } = chain();
    const d = new Draft(model);
    d.setInput(a, 0, y);
    expect(() => d.commit('Loop')).toThrow(EditError);
  });

  it('moves a graph output to the node that replaces its maker, keeping its name', () => {
    const { model, x, y, b } = chain();
    const after = checkChange(
      edit(model, 'Fuse', (d) => {
        const n = d.addNode(d.main, { op: 'Clip', inputs: [x] });
        d.moveOutput(y, n.id, 0);
        d.removeNode(b);
      }),
    );
    expect(after.values.at(y).name).toBe('y');
    expect(after.nodes.at(after.values.at(y).producer!).op).toBe('Clip');
  });

  it('sees captured uses, orders by them and forgets a removed body', () => {
    const { model, x, y } = chain();
    let ifNode!: NodeId;
    const withIf = checkChange(
      edit(model, 'Add If', (d) => {
        const late = d.add(d.main, 'Exp', [x]);
        const body = d.newGraph('then');
        const inner = d.add(body, 'Neg', [late]);
        d.setGraphOutputs(body, [inner]);
        const cond = d.constant(d.main, floatTensor([1], []));
        ifNode = d.addNode(d.main, {
          op: 'If',
          inputs: [cond],
          attributes: new Map([['then_branch', { kind: 'graph', value: body }]]),
        }).id;
        expect(d.uses(late)).toHaveLength(1);
      }),
    );
    expect(opsOf(withIf)).toEqual(['a', 'b', 'Exp', 'If']);
    expect(withIf.graphs.size).toBe(2);
    const without = checkChange(edit(withIf, 'Remove If', (d) => d.removeNode(ifNode)));
    expect(without.graphs.size).toBe(1);
    expect(without.values.has(y)).toBe(true);
  });

  it('keeps initializers listed, and drops the ones removed', () => {
    const { model, b } = chain();
    let w!: ValueId;
    const change = edit(model, 'Add weight', (d) => {
      w = d.constant(d.main, floatTensor([1, 2]), 'w');
      d.setInput(b, 2, w);
      d.patchNode(b, { attributes: attributes({ axis: 1 }) });
    });
    const after = checkChange(change);
    expect(after.graphs.at(after.main).initializers).toEqual([w]);
    expect(after.nodes.at(b).inputs).toEqual([model.nodes.at(b).inputs[0], null, w]);
    const gone = checkChange(
      edit(after, 'Drop', (d) => (d.patchNode(b, { inputs: d.node(b).inputs.slice(0, 1) }), d.removeValue(w))),
    );
    expect(gone.graphs.at(gone.main).initializers).toEqual([]);
  });
});
