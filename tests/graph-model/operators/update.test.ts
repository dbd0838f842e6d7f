import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { int } from '../../../src/graph-model/core/attributes.ts';
import { Draft, EditError, type Change } from '../../../src/graph-model/core/draft.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import { typeLabel } from '../../../src/graph-model/core/types.ts';
import { inferDraft, inferTypes, reinfer, type Inference } from '../../../src/graph-model/operators/infer/inference.ts';
import { readModel } from '../../support/infer-model.ts';
import { SHARED } from '../../support/onnx-samples.ts';

const SAMPLE = fileURLToPath(new URL('../../../public/samples/encoder-block.onnx', import.meta.url));

/** Edits a random node: puts one behind it, takes it out, or changes an attribute. null: the edit would make a cycle. */
function randomEdit(model: Model, inference: Inference, random: (n: number) => number): [Change, Draft] | null {
  const draft = new Draft(model);
  const live = inferDraft(draft, inference);
  const order = model.graphs.at(model.main).order;
  const node = model.nodes.at(order[random(order.length)]!);
  const out = node.outputs[0]!;
  const kind = random(3);
  if (kind === 0) {
    const readers = [...draft.uses(out)];
    const relu = draft.add(model.main, 'Relu', [out]);
    for (const u of readers) if (u.node !== null) draft.setInput(u.node, u.index, relu);
    live.typeOf(relu);
  } else if (kind === 1 && node.inputs[0] !== null && node.inputs[0] !== undefined) {
    live.typeOf(out);
    draft.replaceUses(out, node.inputs[0], { graphOutputs: false });
  } else draft.patchNode(node.id, { attributes: new Map([...node.attributes, ['axis', int(random(3))]]) });
  try {
    return [draft.commit('edit'), draft];
  } catch (error) {
    if (error instanceof EditError) return null;
    throw error;
  }
}

async function followEdits(path: string, edits: number): Promise<string[]> {
  let seed = 11;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
  let model = await readModel(path);
  let inference = inferTypes(model);
  const wrong: string[] = [];
  for (let k = 0; k < edits; k++) {
    const made = randomEdit(model, inference, random);
    if (!made) continue;
    const [change, draft] = made;
    const live = inferDraft(draft, inference);
    const anew = inferTypes(change.after);
    const next = reinfer(inference, change);
    for (const v of change.after.values.values()) {
      const labels = [anew, next, live].map((t) => typeLabel(t.typeOf(v.id)));
      if (new Set(labels).size > 1)
        wrong.push(`edit ${k}, ${v.name}: anew ${labels[0]}, re-inferred ${labels[1]}, in the draft ${labels[2]}`);
    }
    [model, inference] = [change.after, next];
  }
  return wrong;
}

describe('re-inferring after an edit', () => {
  it('gives what inferring anew gives', async () => {
    expect(await followEdits(SAMPLE, 60)).toEqual([]);
  });

  const shared = `${SHARED}models/yolo_like_dynbatch.ts.onnx`;
  it.skipIf(!existsSync(shared))('does so on a detector (skipped without the shared data set)', async () => {
    expect(await followEdits(shared, 25)).toEqual([]);
  });

  it('leaves the types of untouched values the same objects', async () => {
    const model = await readModel(SAMPLE);
    const before = inferTypes(model);
    const draft = new Draft(model);
    const [first] = model.graphs.at(model.main).order;
    draft.patchNode(first!, { name: 'renamed' });
    const after = reinfer(before, draft.commit('Rename'));
    const last = model.graphs.at(model.main).outputs[0]!;
    expect(after.types.get(last)).toBe(before.types.get(last));
  });

  it('sees a changed declaration of an input', async () => {
    const model = await readModel(SAMPLE);
    const [input] = model.graphs.at(model.main).inputs;
    const type = model.values.at(input!).type;
    if (type?.kind !== 'tensor') throw new Error('the sample has a tensor input');
    const draft = new Draft(model);
    draft.patchValue(input!, { type: { ...type, shape: ['renamed', ...type.shape!.slice(1)] } });
    const change = draft.commit('Rename a dimension');
    const next = reinfer(inferTypes(model), change);
    const anew = inferTypes(change.after);
    for (const v of change.after.values.keys()) expect(typeLabel(next.typeOf(v))).toBe(typeLabel(anew.typeOf(v)));
  });
});
