/** The kernels against the standard's own cases: within each case's tolerance, integers and strings exactly. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { opsetVersion, type Model, type Node, type ValueId } from '../../../src/graph-model/core/model.ts';
import { readTensor, toNumbers, type DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { foldNode, hasFold } from '../../../src/graph-model/operators/fold/fold.ts';
import { hasShared, inputFile, SHARED } from '../../support/onnx-samples.ts';
import { readTensorFile } from '../../support/tensor-file.ts';

const COPIED = fileURLToPath(new URL('../../samples/operators/', import.meta.url));
const SUITE = `${SHARED}onnx-suite/node/`;

interface Case {
  readonly model: Model;
  readonly node: Node;
  readonly inputs: readonly (DenseTensor | null)[];
  readonly wanted: readonly DenseTensor[];
  readonly rtol: number;
  readonly atol: number;
}

/** The one node of a case and its data; null for cases of more nodes, of other operators, or with other than tensors. */
async function caseOf(folder: string): Promise<Case | null> {
  const bytes = new Uint8Array(readFileSync(`${folder}/model.onnx`));
  const { model } = await openModel([inputFile('model.onnx', bytes)], quietJob());
  const graph = model.graphs.at(model.main);
  const node = model.nodes.at(graph.order[0]!);
  const typed = [...graph.inputs, ...graph.outputs].every((v) => model.values.at(v).type?.kind === 'tensor');
  if (graph.order.length !== 1 || !hasFold(node.domain, node.op) || !typed) return null;
  const known = new Map<ValueId, DenseTensor>();
  for (const v of graph.initializers) known.set(v, await readTensor(model.values.at(v).constant!));
  for (const [i, v] of graph.inputs.entries()) known.set(v, await readTensorFile(`${folder}/input_${i}.pb`));
  const wanted = await Promise.all(graph.outputs.map((_, i) => readTensorFile(`${folder}/output_${i}.pb`)));
  const { rtol, atol } = JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as { rtol: number; atol: number };
  return { model, node, inputs: node.inputs.map((v) => (v === null ? null : known.get(v)!)), wanted, rtol, atol };
}

type Outcome = 'exact' | 'within' | 'left to the runtime' | `wrong: ${string}`;

function outcomeOf({ model, node, inputs, wanted, rtol, atol }: Case): Outcome {
  const made = foldNode(node, inputs, opsetVersion(model.opsets, '')!);
  if (made === null) return 'left to the runtime';
  let exact = true;
  for (const [i, want] of wanted.entries()) {
    const got = made[i];
    if (!got || got.dtype !== want.dtype || String(got.dims) !== String(want.dims))
      return `wrong: type or shape of output ${i}`;
    if (same(got, want)) continue;
    exact = false;
    if (/^(u?int|bool|string)/.test(want.dtype) || !close(got, want, rtol, atol))
      return `wrong: elements of output ${i}`;
  }
  return exact ? 'exact' : 'within';
}

const same = (a: DenseTensor, b: DenseTensor) =>
  a.values.length === b.values.length &&
  Array.from(a.values as ArrayLike<unknown>).every((v, i) => Object.is(v, b.values[i]));

function close(a: DenseTensor, b: DenseTensor, rtol: number, atol: number): boolean {
  const [x, y] = [toNumbers(a), toNumbers(b)];
  return x.every(
    (v, i) =>
      Object.is(v, y[i]) ||
      v === y[i] ||
      (Number.isNaN(v) && Number.isNaN(y[i]!)) ||
      Math.abs(v - y[i]!) <= atol + rtol * Math.abs(y[i]!),
  );
}

async function walk(root: string) {
  const counts: Record<string, number> = {};
  const wrong: string[] = [];
  for (const name of readdirSync(root)) {
    if (!existsSync(`${root}${name}/model.onnx`)) continue;
    const found = await caseOf(`${root}${name}`);
    if (!found) continue;
    const outcome = outcomeOf(found);
    if (outcome.startsWith('wrong')) wrong.push(`${name} ${outcome}`);
    else counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (process.env.FOLD_LIST && outcome === 'left to the runtime') console.log(name);
  }
  return { counts, wrong };
}

describe('folding kernels', () => {
  it('give what the copied cases expect', async () => {
    const { counts, wrong } = await walk(COPIED);
    expect(wrong).toEqual([]);
    expect(counts.exact).toBeGreaterThan(40);
  });
});

if (!hasShared) console.warn('The operator suite is not beside the project: only the copied cases were folded.');

describe.skipIf(!hasShared)('folding kernels on the whole suite (skipped where it is not beside the project)', () => {
  it('give what every case of their operators expects', async () => {
    const { counts, wrong } = await walk(SUITE);
    console.log(`folded: ${JSON.stringify(counts)}`);
    expect(wrong).toEqual([]);
  }, 60_000);
});
