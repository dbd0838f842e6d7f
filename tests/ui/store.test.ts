import { describe, expect, it, vi } from 'vitest';
import { edit } from '../../src/graph-model/core/draft.ts';
import { buildModel } from '../../src/graph-model/core/empty.ts';
import type { Model } from '../../src/graph-model/core/model.ts';
import { tensorType } from '../../src/graph-model/core/types.ts';
import { diagnostic } from '../../src/graph-model/diagnostics.ts';
import { renameNode } from '../../src/graph-model/edit/index.ts';
import type { Analysed } from '../../src/ui/store/analysis.ts';
import { createAppStore, type StoreDeps } from '../../src/ui/store/store.ts';
import { JobError, type OpenedModel, type OptimisedModel } from '../../src/workers/client.ts';
import { deferred, fakeWorkers, openedAs, type Deferred } from './fake-workers.ts';

const model = (fileName = 'm.onnx'): Model =>
  buildModel({ source: { format: 'onnx', fileName, size: 10 } }, (d) => {
    const x = d.newValue(d.main, 'x', null, { type: tensorType('float', [1]) });
    d.setGraphInputs(d.main, [x]);
    const a = d.addNode(d.main, { op: 'Exp', name: 'a', inputs: [x] });
    const b = d.addNode(d.main, { op: 'Relu', name: 'b', inputs: [a.outputs[0]!], outputs: ['y'] });
    d.setGraphOutputs(d.main, [b.outputs[0]!]);
  });

const nothing: Analysed = { types: new Map(), problems: [] };
const file = (name: string) => new File(['x'], name);
const settle = () => new Promise((r) => setTimeout(r, 0));
const firstNode = (m: Model) => m.nodes.at(m.graphs.at(m.main).order[0]!);

function setup(part: Partial<StoreDeps> = {}) {
  const opens: Deferred<OpenedModel>[] = [];
  const workers = fakeWorkers({
    open: () => {
      const d = deferred<OpenedModel>();
      opens.push(d);
      return d.job;
    },
    ...(part.workers ?? {}),
  });
  const store = createAppStore({ analyse: async () => nothing, storage: null, ...part, workers });
  const open = async (m: Model, more: Partial<OpenedModel> = {}) => {
    const done = store.getState().open([file(m.source.fileName)]);
    opens.at(-1)!.resolve(openedAs(m, more));
    await done;
    store.getState().markDrawn(m);
  };
  return { store, opens, open, get: store.getState };
}

describe('opening', () => {
  it('goes from empty through opening to drawn', async () => {
    const { get, opens } = setup();
    const m = model();
    const states = [get().graphState];
    const done = get().open([file('m.onnx')]);
    states.push(get().graphState);
    expect(get().jobs.map((j) => j.kind)).toEqual(['open']);
    opens[0]!.resolve(openedAs(m));
    await done;
    states.push(get().graphState);
    get().markDrawn(m);
    states.push(get().graphState);
    expect(states).toEqual(['empty', 'opening', 'opening', 'drawn']);
    expect(get()).toMatchObject({ model: m, original: m, fileName: 'm.onnx', at: 0, scope: m.main, jobs: [] });
  });

  it('keeps the last good model when the next file is bad', async () => {
    const { get, opens, open } = setup();
    const m = model();
    await open(m);
    const done = get().open([file('bad.onnx')]);
    get().markDrawn(m);
    expect(get().graphState, 'the old graph is not the new one').toBe('opening');
    opens[1]!.reject(new JobError(diagnostic('file.empty', { file: 'bad.onnx' })));
    await done;
    expect(get().graphState).toBe('failed');
    expect(get().failure?.message).toBe('The file bad.onnx is empty.');
    expect(get().model).toBe(m);
    get().dismissFailure();
    expect(get().graphState).toBe('drawn');
  });

  it('goes back to where it was when it is cancelled', async () => {
    const { get } = setup();
    const done = get().open([file('m.onnx')]);
    get().cancelJobs('open');
    await done;
    expect(get()).toMatchObject({ graphState: 'empty', failure: null, announcement: 'Opening was cancelled.' });
  });

  it('forgets an opening that another one overtakes', async () => {
    const { get, opens } = setup();
    const first = get().open([file('one.onnx')]);
    const second = get().open([file('two.onnx')]);
    opens[1]!.resolve(openedAs(model('two.onnx')));
    await Promise.all([first, second]);
    expect(opens[0]!.cancelled).toBe(true);
    expect(get().fileName).toBe('two.onnx');
  });

  it('adds a missing file to the open model instead of opening it', async () => {
    const { get, opens, open } = setup();
    const m = buildModel({}, (d) => {
      const data = { kind: 'missing' as const, file: 'w.bin', begin: 0, end: 4 };
      const w = d.constant(d.main, { dtype: 'float', dims: [1], storage: 'external', data }, 'w');
      d.setGraphOutputs(d.main, [d.addNode(d.main, { op: 'Abs', inputs: [w], outputs: ['y'] }).outputs[0]!]);
    });
    await open(m, { missing: ['w.bin'] });
    get().push(renameNode(m, firstNode(m).id, 'abs'));
    await get().open([new File(['1234'], 'w.bin')]);
    expect(opens).toHaveLength(1);
    expect(get().missing).toEqual([]);
    get().undo();
    const w = [...get().model!.values.values()].find((v) => v.name === 'w')!;
    expect(w.constant?.data.kind, 'undo does not lose the file').toBe('blob');
  });
});

describe('history', () => {
  it('moves an index, keeps objects, and truncates after an undo', async () => {
    const { get, open } = setup();
    const m = model();
    await open(m);
    const first = renameNode(m, firstNode(m).id, 'one');
    get().push(first);
    get().push(renameNode(first.after, firstNode(m).id, 'two'));
    expect(get().at).toBe(2);
    get().undo();
    expect(get().model).toBe(first.after);
    get().undo();
    expect(get().model).toBe(m);
    get().undo();
    expect(get().at).toBe(0);
    get().redo();
    expect(get().model).toBe(first.after);
    get().push(renameNode(first.after, firstNode(m).id, 'three'));
    expect(get().history.map((c) => c.label)).toEqual(['Rename Exp a to one', 'Rename Exp one to three']);
    expect(() => get().push(first)).toThrow('another model');
    get().jump(0);
    expect(get().model).toBe(m);
  });

  it('knows whether the present state is the saved one', async () => {
    const { get, open } = setup();
    const m = model();
    await open(m);
    get().push(renameNode(m, firstNode(m).id, 'one'));
    get().markSaved();
    expect(get().savedAt).toBe(1);
    get().undo();
    get().push(renameNode(m, firstNode(m).id, 'two'));
    expect(get().savedAt, 'the saved state is gone from the history').toBe(-1);
  });

  it('drops from the selection what an undo takes away', async () => {
    const { get, open } = setup();
    const m = model();
    await open(m);
    const change = edit(
      m,
      'Add',
      (d) => void d.addNode(d.main, { op: 'Abs', inputs: [m.graphs.at(m.main).inputs[0]!] }),
    );
    get().push(change);
    get().select([firstNode(m).id, [...change.touched][0]!]);
    expect(get().selected.size).toBe(2);
    get().undo();
    expect([...get().selected]).toEqual([firstNode(m).id]);
  });
});

describe('analysis', () => {
  it('follows the newest state, and remembers the ones before', async () => {
    const problem = diagnostic('file.empty', { file: 'p' });
    const analyse = vi.fn(async (m: Model) => ({
      types: new Map(),
      problems: firstNode(m).name === 'one' ? [problem] : [],
    }));
    const { get, open } = setup({ analyse });
    const m = model();
    const opening = diagnostic('file.html', { file: 'o' });
    await open(m, { opening: [opening] });
    get().push(renameNode(m, firstNode(m).id, 'one'));
    await settle();
    expect(get().problems).toEqual([opening, problem]);
    get().undo();
    expect(get().problems, 'known without asking again').toEqual([opening]);
    expect(analyse).toHaveBeenCalledTimes(2);
  });

  it('begins when the opened model is on the screen', async () => {
    const analyse = vi.fn(async () => nothing);
    const { get, opens } = setup({ analyse });
    const m = model();
    const done = get().open([file('m.onnx')]);
    opens[0]!.resolve(openedAs(m));
    await done;
    expect(analyse).not.toHaveBeenCalled();
    expect(get().types.size, 'declared types serve until then').toBe(1);
    get().markDrawn(m);
    get().markDrawn(m);
    await settle();
    expect(analyse).toHaveBeenCalledTimes(1);
    expect(get().analysed).toBe(true);
  });

  it('lets a late answer about an older state go', async () => {
    const answers: ((a: Analysed) => void)[] = [];
    const analyse = () => new Promise<Analysed>((r) => answers.push(r));
    const { get, open } = setup({ analyse });
    const m = model();
    await open(m);
    const one = renameNode(m, firstNode(m).id, 'one');
    get().push(one);
    get().push(renameNode(one.after, firstNode(m).id, 'two'));
    const [late, now] = ['late', 'now'].map((file) => diagnostic('file.empty', { file }));
    answers[2]!({ types: new Map(), problems: [now!] });
    answers[1]!({ types: new Map(), problems: [late!] });
    await settle();
    expect(get().problems).toEqual([now]);
  });
});

describe('optimising', () => {
  const optimised = (m: Model): OptimisedModel => ({
    model: renameNode(m, firstNode(m).id, 'better').after,
    passes: [],
    rounds: 1,
    proof: { kind: 'not verified', reason: 'a test' },
  });

  it('is one change in the history, and its report knows its model', async () => {
    const d = deferred<OptimisedModel>();
    const { get, open } = setup({ workers: fakeWorkers({ optimise: () => d.job }) });
    const m = model();
    await open(m);
    const done = get().optimiseWith([]);
    d.resolve(optimised(m));
    await done;
    expect(get().history.map((c) => c.label)).toEqual(['Optimise']);
    expect(get().optimise?.model).toBe(get().model);
    get().undo();
    expect(get().optimise?.model, 'stale now').not.toBe(get().model);
  });

  it('never overwrites an edit made meanwhile', async () => {
    const d = deferred<OptimisedModel>();
    const { get, open } = setup({ workers: fakeWorkers({ optimise: () => d.job }) });
    const m = model();
    await open(m);
    const done = get().optimiseWith([]);
    get().push(renameNode(m, firstNode(m).id, 'mine'));
    d.resolve(optimised(m));
    await done;
    expect(firstNode(get().model!).name).toBe('mine');
    expect(get().announcement).toContain('was edited while it was optimised');
  });

  it('tells why it failed and leaves the model', async () => {
    const d = deferred<OptimisedModel>();
    const { get, open } = setup({ workers: fakeWorkers({ optimise: () => d.job }) });
    const m = model();
    await open(m);
    const done = get().optimiseWith([]);
    d.reject(new JobError(diagnostic('job.crashed', { what: 'optimise m.onnx', why: '' })));
    await done;
    expect(get().optimiseFailure?.code).toBe('job.crashed');
    expect(get().model).toBe(m);
  });
});
