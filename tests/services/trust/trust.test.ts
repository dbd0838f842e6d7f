/** The trust report: references against the frameworks' own outputs, and faults that a report must find. */
import { describe, expect, it } from 'vitest';
import { BytesBlob } from '../../../src/converters/containers/bytes-blob.ts';
import { openModel } from '../../../src/converters/open.ts';
import { converterOf } from '../../../src/converters/registry.ts';
import { Draft } from '../../../src/graph-model/core/draft.ts';
import { buildModel } from '../../../src/graph-model/core/empty.ts';
import type { Model } from '../../../src/graph-model/core/model.ts';
import type { DenseTensor } from '../../../src/graph-model/core/tensor.ts';
import { tensorType } from '../../../src/graph-model/core/types.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { npyOfDense } from '../../../src/graph-model/stats/npy.ts';
import { holdRows, LIMIT, ROUNDING } from '../../../src/services/trust/compare.ts';
import { agreement } from '../../../src/services/trust/layers.ts';
import { trustReport } from '../../../src/services/trust/trust.ts';
import { stepped } from '../../../src/services/trust/rows.ts';
import { arrayOf, classicCases, convert, modelFile, primary, type ClassicCase } from '../../support/classic-cases.ts';

const FRAMEWORKS = ['lightgbm', 'xgboost', 'catboost', 'libsvm', 'sklearn'] as const;
/** Absent a reference, or refused on purpose. */
const cases = (framework: string) =>
  classicCases(framework).filter((c) => c.about.inputs?.length > 0 && c.about.expect === 'convert');

async function referenceOf(c: ClassicCase) {
  const { model, converterId } = await openModel([modelFile(c)], quietJob());
  const converter = await converterOf(converterId)!.load();
  const found = await converter.reference!(model, quietJob());
  return 'none' in found ? null : found;
}

describe('references', () => {
  const all = FRAMEWORKS.flatMap((f) => cases(f).map((c) => [`${f}/${c.name}`, c] as const));
  it.each(all)('%s gives the framework’s outputs on every row, or there is none', async (_, c) => {
    const reference = await referenceOf(c);
    if (!reference) return;
    const inputs = new Map(c.about.inputs.map((spec) => [spec.name, floats(arrayOf(c, spec))]));
    const made = reference.evaluate(inputs);
    const rows = c.about.inputs[0]!.shape[0]!;
    const expected = new Map(
      c.about.outputs.flatMap((o) => (made.has(o.name) ? [[o.name, arrayOf(c, o)] as const] : [])),
    );
    expect(expected.size).toBeGreaterThan(0);
    const held = holdRows(expected, made, inputs, new Array(rows).fill('given'));
    expect(held.notes).toEqual([]);
    // Sums in float32, as XGBoost makes them, end a little apart from those in float64.
    expect(held.firstRows.filter((r) => r.state === 'differs')).toEqual([]);
  });

  it('are there for most of the samples', async () => {
    const found = await Promise.all(all.map(([, c]) => referenceOf(c)));
    expect(found.filter(Boolean).length / all.length).toBeGreaterThan(0.75);
  });
});

const floats = (t: ReturnType<typeof arrayOf>) =>
  t.dtype === 'double' ? { ...t, dtype: 'float' as const, values: Float32Array.from(t.values as Float64Array) } : t;

const boosted = () => cases('lightgbm').find((c) => c.name === 'multiclassova_text')!;

describe('a report', () => {
  it('agrees where the conversion is right, on thresholds and with missing values too', async () => {
    const { source, onnx } = await convert(boosted());
    const report = await trustReport(source, onnx, { seed: 1 }, quietJob());
    expect(report).toMatchObject({ verdict: 'agrees', against: { kind: 'evaluator' } });
    expect(report.groups.map((g) => g.kind)).toEqual(['random', 'threshold', 'missing']);
    expect(report.rows).toMatchObject({ rows: 576, equal: 576, differing: 0 });
  });

  it('finds thresholds that are one float32 step off, and tells the rows', async () => {
    const { source, onnx } = await convert(boosted());
    const report = await trustReport(source, shifted(onnx), { seed: 1 }, quietJob());
    expect(report.verdict).toBe('differs');
    const differing = Object.fromEntries(report.groups.map((g) => [g.kind, g.differing]));
    expect(differing['random']).toBe(0);
    expect(differing['threshold']).toBeGreaterThan(10);
    expect(report.firstRows[0]).toMatchObject({ kind: 'threshold', state: 'differs' });
    expect(report.firstRows[0]!.inputs[0]!.name).toBe('X[0]');
  });

  it('compares with arrays of the framework, given as .npy', async () => {
    const c = boosted();
    const { source, onnx } = await convert(c);
    const file = (name: string, t: ReturnType<typeof arrayOf>) => ({ name, blob: blobOf(npyOfDense(t)) });
    const files = [...c.about.inputs, ...primary(c)].map((s) => file(`${s.name}.npy`, arrayOf(c, s)));
    const report = await trustReport(source, onnx, { seed: 1, files }, quietJob());
    expect(report).toMatchObject({ verdict: 'agrees', against: { kind: 'framework' } });
    expect(report.outputs.map((o) => o.name).sort()).toEqual(['label', 'probabilities']);
  });

  it('takes a table without names: the first columns are the input, those behind the outputs', async () => {
    const c = cases('lightgbm').find(
      (l) => l.about.outputs.length === 1 && l.about.outputs[0]!.name === 'predictions',
    )!;
    const { source, onnx } = await convert(c);
    const [x, y] = [arrayOf(c, c.about.inputs[0]!), arrayOf(c, c.about.outputs[0]!)];
    const width = x.dims[1]!;
    const line = (r: number) =>
      [...Array.from(x.values as Float32Array).slice(r * width, (r + 1) * width), y.values[r]].join(',');
    const text = Array.from({ length: x.dims[0]! }, (_, r) => line(r)).join('\n');
    const files = [{ name: 'rows.csv', blob: new BytesBlob(new TextEncoder().encode(text)) }];
    const report = await trustReport(source, onnx, { seed: 1, files }, quietJob());
    expect(report).toMatchObject({ against: { kind: 'framework' }, rows: { differing: 0, rows: x.dims[0] } });
  });

  it('refuses files that hold no output, in a sentence', async () => {
    const c = boosted();
    const { source, onnx } = await convert(c);
    const files = [{ name: 'X.npy', blob: blobOf(npyOfDense(arrayOf(c, c.about.inputs[0]!))) }];
    await expect(trustReport(source, onnx, { seed: 1, files }, quietJob())).rejects.toThrow(
      /holds no values that fit an output/,
    );
  });

  it('looks at the layers where there is no reference, and at what they give', async () => {
    const report = await trustReport(network('tf', false), network('', false), { seed: 1 }, quietJob());
    expect(report.sentence).toMatch(/^It runs on made-up inputs/);
    expect(report).toMatchObject({ verdict: 'plausible', against: { kind: 'layers' } });
    expect(report.layers!.layers.filter((l) => l.op === 'Neg')).toMatchObject([
      { name: 'first', shape: 'same', nan: 0 },
      { name: 'second', shape: 'same' },
    ]);
    const bad = await trustReport(network('tf', true), network('', true), { seed: 1 }, quietJob());
    expect(bad.verdict).toBe('near');
    expect(bad.layers!.layers.at(-1)!.nan).toBeGreaterThan(0);
    expect(bad.layers!.layers.at(-1)!.shape).toBe('differs');
  });
});

const blobOf = (parts: readonly unknown[]) =>
  new BytesBlob(Uint8Array.from((parts as Uint8Array[]).flatMap((p) => [...p])));

/** Every threshold of the tree ensemble one float32 step down. */
function shifted(model: Model): Model {
  const draft = new Draft(model);
  const node = [...model.nodes.values()].find((n) => n.op === 'TreeEnsembleRegressor')!;
  const values = node.attributes.get('nodes_values')!;
  if (values.kind !== 'floats') throw new Error('the thresholds are no floats');
  const lower = { kind: 'floats', value: Float32Array.from(values.value, (v) => stepped(v, -1)) } as const;
  draft.patchNode(node.id, { attributes: new Map([...node.attributes, ['nodes_values', lower]]) });
  return draft.commit('Shift').after;
}

/** Two layers; the second takes the logarithm of a negative number where `wrong`, and then declares another shape. */
function network(domain: string, wrong: boolean): Model {
  const source = { format: domain === '' ? 'onnx' : 'keras', fileName: 'net', size: 0 };
  return buildModel({ opsets: [{ domain: '', version: 17 }], source }, (d) => {
    const x = d.newValue(d.main, 'x', null, { type: tensorType('float', ['N', 3]) });
    d.setGraphInputs(d.main, [x]);
    const origin = (name: string) => (domain === '' ? { origin: { dialect: 'tf', op: 'Layer', name } } : {});
    const add = (op: string, name: string, input: typeof x, columns: number) => {
      const named = domain === '' ? {} : { name };
      const node = d.addNode(d.main, {
        op,
        domain,
        inputs: [input],
        outputs: [`${op}_${name}`],
        ...named,
        ...origin(name),
      });
      d.patchValue(node.outputs[0]!, { type: tensorType('float', ['N', columns]) });
      return node.outputs[0]!;
    };
    const first = add('Neg', 'first', add('Abs', 'first', x, 3), 3);
    const second = add(wrong ? 'Log' : 'Neg', 'second', first, wrong && domain !== '' ? 4 : 3);
    d.setGraphOutputs(d.main, [second]);
  });
}

describe('rows', () => {
  const hold = (want: number[], have: number[], labels?: [number[], number[]]) => {
    const tensor = (v: number[]) => ({
      dtype: 'double' as const,
      dims: [v.length / 2, 2],
      values: Float64Array.from(v),
    });
    const whole = (v: number[]) => ({
      dtype: 'int64' as const,
      dims: [v.length],
      values: BigInt64Array.from(v, BigInt),
    });
    const more = (i: 0 | 1) => (labels ? [['label', whole(labels[i])] as const] : []);
    const kinds = new Array(want.length / 2).fill('random') as 'random'[];
    return holdRows(
      new Map<string, DenseTensor>([['p', tensor(want)], ...more(0)]),
      new Map<string, DenseTensor>([['p', tensor(have)], ...more(1)]),
      new Map(),
      kinds,
    );
  };

  it('are equal up to rounding, near up to the limit, and differ beyond it', () => {
    const held = hold([1, 0, 1, 0, 1, 0], [1 + ROUNDING / 2, 0, 1 + LIMIT / 2, 0, 1 + 2 * LIMIT, 0]);
    expect(held.rows).toEqual({ rows: 3, equal: 1, near: 1, differing: 1 });
    expect(held.firstRows.map((r) => r.row)).toEqual([2, 1]);
  });

  it('take NaN for NaN, and not for a number', () => {
    expect(hold([NaN, 1], [NaN, 1]).rows.equal).toBe(1);
    expect(hold([NaN, 1], [0, 1]).rows.differing).toBe(1);
    expect(hold([Infinity, 1], [Infinity, 1]).rows.equal).toBe(1);
  });

  it('with another label differ, unless both classes are equally probable', () => {
    expect(hold([0.9, 0.1], [0.9, 0.1], [[0], [1]]).rows.differing).toBe(1);
    const tie = hold([0.5, 0.5], [0.5, 0.5], [[0], [1]]);
    expect(tie.rows).toMatchObject({ near: 1, differing: 0 });
    expect(tie.firstRows[0]!.tie).toBe(true);
  });
});

describe('shapes of layers', () => {
  it('agree where known lengths do, in another order too', () => {
    expect(agreement(['N', 8, 8, 3], [2, 8, 8, 3])).toBe('same');
    expect(agreement([null, 8, 9, 3], [2, 3, 8, 9])).toBe('reordered');
    expect(agreement([null, 8, 9, 3], [2, 3, 8, 10])).toBe('differs');
    expect(agreement([null, 8], [2, 8, 1])).toBe('differs');
    expect(agreement(null, [2])).toBe('not declared');
  });
});
