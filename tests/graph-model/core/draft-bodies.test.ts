/** Bodies, captured values, moved outputs and lists: where edits go wrong most easily. */
import { describe, expect, it } from 'vitest';
import { Draft, edit, EditError } from '../../../src/graph-model/core/draft.ts';
import type { Model, NodeId, ValueId } from '../../../src/graph-model/core/model.ts';
import { floatTensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../../src/graph-model/core/types.ts';
import { parseFragment } from '../../../src/graph-model/text/parse.ts';
import { checkChange, freezeModel } from '../../support/check-change.ts';

const model = (text: string) => freezeModel(parseFragment(text));
const orderOf = (m: Model) => m.graphs.at(m.main).order.map((id) => m.nodes.at(id).op);
const nodeOf = (m: Model, op: string): NodeId => [...m.nodes.values()].find((n) => n.op === op)!.id;
const valueOf = (m: Model, name: string): ValueId => [...m.values.values()].find((v) => v.name === name)!.id;
const outputOf = (m: Model, op: string): ValueId => m.nodes.at(nodeOf(m, op)).outputs[0]!;

const NESTED = `t = Exp (x)  late = Sin (x)
  y = If (c) <then_branch = th () => (o) { o = If (c) <then_branch = in () => (p) { p = Neg (t) }, else_branch = io () => (q) { q = Abs (nowhere) }> },
              else_branch = el () => (r) { r = Cos (t) }>`;

describe('bodies', () => {
  it('go with their node, names that nothing makes included', () => {
    const m = model(NESTED);
    const outer = m.nodes.at(m.values.at(valueOf(m, 'y')).producer!);
    const after = checkChange(
      edit(m, 'Drop', (d) => {
        d.setGraphOutputs(d.main, [valueOf(m, 'late')]);
        d.removeNode(outer.id);
      }),
    );
    expect(after.graphs.size).toBe(1);
    expect(after.uses.get(valueOf(m, 't')) ?? []).toEqual([]);
    expect(orderOf(after)).toEqual(['Exp', 'Sin']);
  });

  it('with loose values of their own leave nothing behind', () => {
    const base = model('y = Relu (x)');
    let id!: NodeId;
    const { after } = edit(base, 'Add', (d) => {
      const body = d.newGraph('b');
      const loose = d.newValue(body, 'loose');
      const weight = d.constant(body, floatTensor([1]), 'w');
      d.setGraphOutputs(body, [d.add(body, 'Add', [loose, weight])]);
      id = d.addNode(d.main, {
        op: 'If',
        inputs: [valueOf(base, 'x')],
        attributes: new Map([['g', { kind: 'graph', value: body }]]),
      }).id;
    });
    const gone = checkChange(edit(after, 'Remove', (d) => d.removeNode(id)));
    expect([gone.graphs.size, gone.values.size]).toEqual([1, base.values.size]);
  });

  it('given to another node outlive the first', () => {
    const m = model(NESTED);
    const outer = m.nodes.at(m.values.at(valueOf(m, 'y')).producer!);
    const after = checkChange(
      edit(m, 'Replace', (d) => {
        const { op, inputs, attributes } = outer;
        const twin = d.addNode(d.main, { op, inputs, attributes, name: 'twin' });
        d.moveOutput(valueOf(m, 'y'), twin.id, 0);
        d.removeNode(outer.id);
      }),
    );
    expect(after.graphs.size).toBe(m.graphs.size);
    expect(after.nodes.at(after.values.at(valueOf(m, 'y')).producer!).name).toBe('twin');
  });

  it('replaced by an attribute are forgotten', () => {
    const m = model(NESTED);
    const outer = m.nodes.at(m.values.at(valueOf(m, 'y')).producer!);
    const after = checkChange(
      edit(m, 'Cut', (d) => d.patchNode(outer.id, { attributes: new Map([...outer.attributes].slice(1)) })),
    );
    expect(after.graphs.size).toBe(2);
  });

  it('put their holder behind what they begin to capture', () => {
    const m = model(
      `y = If (c) <then_branch = th () => (o) { o = Neg (x) }, else_branch = el () => (r) { r = Abs (x) }>  late = Sin (x)`,
    );
    const inner = checkChange(edit(m, 'Capture', (d) => d.setInput(nodeOf(m, 'Neg'), 0, valueOf(m, 'late'))));
    expect(orderOf(inner)).toEqual(['Sin', 'If']);
    const th = m.nodes.at(nodeOf(m, 'Neg')).graph;
    const direct = checkChange(edit(m, 'Output', (d) => d.setGraphOutputs(th, [valueOf(m, 'late')])));
    expect(orderOf(direct)).toEqual(['Sin', 'If']);
    const replaced = checkChange(edit(m, 'Replace', (d) => d.replaceUses(outputOf(m, 'Neg'), valueOf(m, 'late'))));
    expect(orderOf(replaced)).toEqual(['Sin', 'If']);
  });

  it('cannot capture what their holder makes', () => {
    const m = model(
      `y = If (c) <then_branch = th () => (o) { o = Neg (x) }, else_branch = el () => (r) { r = Abs (x) }>`,
    );
    expect(() => edit(m, 'Loop', (d) => d.setInput(nodeOf(m, 'Neg'), 0, valueOf(m, 'y')))).toThrow(EditError);
  });
});

describe('uses', () => {
  it('move all at once, a node that reads twice included', () => {
    const m = model('a = Exp (x)  b = Add (a, a)  c = Mul (a, b)');
    const after = checkChange(
      edit(m, 'Bypass', (d) => {
        d.replaceUses(valueOf(m, 'a'), valueOf(m, 'x'));
        d.removeNode(nodeOf(m, 'Exp'));
      }),
    );
    expect(after.uses.get(valueOf(m, 'x'))).toHaveLength(3);
  });

  it('by graph outputs stay where told', () => {
    const m = model('a = Exp (x)  b = Neg (a)');
    const { after: base } = edit(m, 'Out', (d) =>
      d.setGraphOutputs(d.main, [valueOf(m, 'a'), valueOf(m, 'b'), valueOf(m, 'a')]),
    );
    const after = checkChange(
      edit(base, 'Half', (d) => d.replaceUses(valueOf(m, 'a'), valueOf(m, 'x'), { graphOutputs: false })),
    );
    expect(after.uses.get(valueOf(m, 'a'))).toHaveLength(2);
    const all = checkChange(edit(base, 'All', (d) => d.replaceUses(valueOf(m, 'a'), valueOf(m, 'x'))));
    expect(all.graphs.at(all.main).outputs.map((v) => all.values.at(v).name)).toEqual(['x', 'b', 'x']);
  });

  it('that move are in the log of edits', () => {
    const m = model('a = Exp (x)  b = Neg (a)');
    const d = new Draft(m);
    d.replaceUses(valueOf(m, 'a'), valueOf(m, 'x'));
    expect(d.edits.nodes).toContain(nodeOf(m, 'Neg'));
  });

  it('of a missing value are refused', () => {
    const m = model('a = Exp (x)');
    expect(() => new Draft(m).replaceUses(valueOf(m, 'x'), 999 as ValueId)).toThrow('value 999 does not exist');
  });
});

describe('the order', () => {
  it('takes chains of new nodes before their first reader, several places at once', () => {
    const m = model('a = A (x)  b = B (a)  c = C (b)');
    const after = checkChange(
      edit(m, 'Insert', (d) => {
        const p = d.add(d.main, 'P', [valueOf(m, 'x')]);
        d.setInput(nodeOf(m, 'C'), 0, d.add(d.main, 'Q', [p, valueOf(m, 'b')]));
        d.setInput(nodeOf(m, 'A'), 0, d.add(d.main, 'R', [valueOf(m, 'x')]));
        d.add(d.main, 'S', []);
      }),
    );
    expect(orderOf(after)).toEqual(['R', 'A', 'B', 'P', 'Q', 'C', 'S']);
  });

  it('sorts what no insertion can mend', () => {
    const m = model('a = A (x)  b = B (x)  c = C (x)');
    const after = checkChange(
      edit(m, 'Cross', (d) => {
        d.setInput(nodeOf(m, 'A'), 0, d.add(d.main, 'N', [valueOf(m, 'c')]));
        d.removeNode(d.addNode(d.main, { op: 'Gone', inputs: [valueOf(m, 'x')] }).id);
      }),
    );
    expect(orderOf(after)).toEqual(['C', 'N', 'A', 'B']);
  });

  it('may be read between edits', () => {
    const m = model('a = A (x)  b = B (a)');
    const after = checkChange(
      edit(m, 'Steps', (d) => {
        d.setInput(nodeOf(m, 'B'), 0, d.add(d.main, 'N', [valueOf(m, 'a')]));
        expect(d.graph(d.main).order).toHaveLength(3);
        d.setInput(nodeOf(m, 'A'), 0, d.add(d.main, 'M', [valueOf(m, 'x')]));
        const w = d.constant(d.main, floatTensor([1]));
        expect(d.graph(d.main).initializers).toEqual([w]);
        d.removeValue(w);
        expect(d.graph(d.main).initializers).toEqual([]);
      }),
    );
    expect(orderOf(after)).toEqual(['M', 'A', 'N', 'B']);
  });
});

describe('lists', () => {
  it('declare a value once, and forget it with its node', () => {
    const m = model('a = A (x)  b = B (a)  c = C (a)  d = D (a)  e = E (a)  f = F (a)');
    const type = tensorType('float', [1]);
    const names = ['a', 'b', 'x', 'a', 'c', 'a', 'a', 'a'];
    const { after } = edit(m, 'Declare', (d) => names.forEach((n) => d.declare(valueOf(m, n), type)));
    expect(after.graphs.at(after.main).valueInfo).toEqual([valueOf(m, 'a')]);
    const gone = checkChange(
      edit(after, 'Remove', (d) => {
        d.replaceUses(valueOf(m, 'a'), valueOf(m, 'x'));
        d.removeNode(nodeOf(m, 'A'));
      }),
    );
    expect(gone.graphs.at(gone.main).valueInfo).toEqual([]);
  });

  it('moves outputs within a node and refuses to cover what is read', () => {
    const m = model('a, b = A (x)  c = C (b)');
    expect(() => edit(m, 'Cover', (d) => d.moveOutput(valueOf(m, 'a'), nodeOf(m, 'A'), 1))).toThrow(EditError);
    const after = checkChange(edit(m, 'Swap', (d) => d.moveOutput(valueOf(m, 'b'), nodeOf(m, 'A'), 2)));
    expect(after.nodes.at(nodeOf(m, 'A')).outputs).toEqual([valueOf(m, 'a'), null, valueOf(m, 'b')]);
  });
});

describe('random edits', () => {
  it('keep every law', () => {
    let seed = 1;
    const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
    let m = model(
      Array.from({ length: 12 }, (_, i) => `v${i} = Op${i} (${i === 0 ? 'x' : `v${random(i)}`}, x)`).join('  '),
    );
    for (let step = 0; step < 80; step++) {
      const nodes = [...m.nodes.values()].filter((n) => n.graph === m.main);
      const pick = nodes[random(nodes.length)];
      const change = (d: Draft) => {
        if (!pick || nodes.length < 4 || random(3) === 0) {
          const from = pick?.outputs[0] ?? m.graphs.at(m.main).inputs[0]!;
          const readers = d.uses(from).filter((u) => u.node !== null);
          const added = d.add(d.main, `Add${step}`, [from]);
          const reader = readers[random(readers.length || 1)];
          if (reader) d.setInput(reader.node!, reader.index, added);
        } else if (random(2) === 0) {
          d.replaceUses(pick.outputs[0]!, pick.inputs[0]!);
          d.removeNode(pick.id);
        } else {
          const other = nodes[random(nodes.length)]!;
          d.setInput(pick.id, 0, other.outputs[0]!);
        }
      };
      try {
        m = checkChange(edit(m, `Step ${step}`, change));
      } catch (e) {
        if (!(e instanceof EditError)) throw e;
      }
    }
    expect(m.nodes.nextId).toBeGreaterThan(30);
  });
});
