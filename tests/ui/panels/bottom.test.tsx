// @vitest-environment jsdom
import { act } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Diagnostic } from '../../../src/graph-model/diagnostics.ts';
import { deleteNodes, renameNode } from '../../../src/graph-model/edit/index.ts';
import type { PassReport } from '../../../src/optimizer/rule.ts';
import { BottomPanel } from '../../../src/ui/panels/bottom/bottom-panel.tsx';
import { countBySeverity, placeOf, sortProblems } from '../../../src/ui/panels/bottom/problems.tsx';
import { metricsOf, refusalReasons, reportRows, ruleLabel } from '../../../src/ui/panels/optimise/report-rows.ts';
import type { BottomTab } from '../../../src/ui/store/state.ts';
import type { Services } from '../../../src/ui/store/store.ts';
import { cleanUp, click, labelled, press, type } from '../../support/render.tsx';
import { exampleRun } from './example-run.ts';
import { exampleModel, nodeNamed, openExample, show } from './panels.tsx';

afterEach(cleanUp);

const problem = (code: string, severity: Diagnostic['severity'], place: Partial<Diagnostic> = {}): Diagnostic =>
  ({ code, severity, message: `${code} happened.`, help: 'Do something.', ...place }) as Diagnostic;

async function tab(services: Services, bottomTab: BottomTab): Promise<HTMLElement> {
  services.store.getState().setView({ bottomTab });
  return show(services, <BottomPanel />);
}

describe('problems', () => {
  test('are sorted worst first, or by what is asked', () => {
    const list = [problem('b', 'info'), problem('a', 'warning'), problem('c', 'error')];
    expect(sortProblems(null, list, 'severity').map((p) => p.code)).toEqual(['c', 'a', 'b']);
    expect(sortProblems(null, list, 'code').map((p) => p.code)).toEqual(['a', 'b', 'c']);
    expect(countBySeverity(list)).toEqual({ error: 1, warning: 1, info: 1 });
  });

  test('say where: a node, a value or a byte', () => {
    const model = exampleModel();
    expect(placeOf(model, problem('a', 'info', { node: nodeNamed(model, '/head') }))).toEqual({
      text: '/head',
      there: true,
    });
    expect(placeOf(model, problem('a', 'info', { offset: 18204416 }))).toEqual({
      text: 'byte 18,204,416',
      there: false,
    });
    expect(placeOf(model, problem('a', 'info', { node: 999 as never }))).toEqual({ text: '', there: false });
  });

  test('lead to their node', async () => {
    const services = openExample();
    const node = nodeNamed(services.store.getState().model!, '/head');
    services.store.setState({ problems: [problem('check.x', 'error', { node }), problem('check.y', 'warning')] });
    const box = await tab(services, 'problems');
    expect(box.querySelector('.badge.error')!.textContent).toBe('1');
    expect(box.querySelectorAll('li')).toHaveLength(2);
    await click(labelled(box, 'Go to node'));
    expect([...services.store.getState().selected]).toEqual([node]);
  });

  test('none is said in words', async () => {
    expect((await tab(openExample(), 'problems')).textContent).toContain('No problems found');
  });
});

describe('history', () => {
  test('lists every change, and each is a place to go back to', async () => {
    const services = openExample();
    const { model, push } = services.store.getState();
    push(renameNode(model!, nodeNamed(model!, '/head'), 'a'));
    push(renameNode(services.store.getState().model!, nodeNamed(services.store.getState().model!, 'a'), 'b'));
    const box = await tab(services, 'history');
    expect(box.querySelectorAll('.gp-step')).toHaveLength(3);
    await click(box.querySelectorAll('.gp-step')[0]!);
    expect(services.store.getState().model).toBe(model);
    expect(box.querySelectorAll('.gp-step.undone')).toHaveLength(2);
    expect(box.querySelector('[aria-current=step]')!.textContent).toContain('Opened');
  });
});

const pass = (name: string, applied: number, refused: number): PassReport => ({
  pass: name,
  label: `Pass ${name}`,
  applied: Array.from({ length: applied }, (_, i) => ({
    by: i % 2 ? 'identity' : 'cast-twice',
    place: `node ${i}`,
    removed: [],
    added: [],
  })),
  refused: Array.from({ length: refused }, (_, i) => ({
    by: 'fuse',
    place: `node ${i}`,
    node: null,
    reason: 'read elsewhere',
  })),
  ms: 3,
});

describe('the optimise report', () => {
  test('rows: passes that did something first, rules inside, matches inside these', () => {
    const passes = [pass('empty', 0, 0), pass('busy', 3, 1)];
    expect(reportRows(passes, new Set()).map((r) => r.key)).toEqual(['0:busy', '1:empty']);
    const open = reportRows(passes, new Set(['0:busy', '0:busy/cast-twice']));
    expect(open.map((r) => (r.kind === 'rule' ? `${r.name} ${r.applied}/${r.refused}` : r.kind))).toEqual([
      'pass',
      'cast-twice 2/0',
      'applied',
      'applied',
      'identity 1/0',
      'fuse 0/1',
      'pass',
    ]);
    expect(refusalReasons(passes)).toEqual([{ by: 'fuse', reason: 'read elsewhere', count: 1 }]);
    expect(ruleLabel('fuse-weights')).toBe('Fuse weights');
  });

  async function optimised(): Promise<Services> {
    const services = openExample();
    const { model, push } = services.store.getState();
    const change = deleteNodes(model!, [nodeNamed(model!, '/stem/Relu')]);
    push({ ...change, label: 'Optimise' });
    const result = { before: change.before, after: change.after, passes: [pass('busy', 3, 1)], rounds: 2 };
    const proof = { kind: 'not verified', reason: 'nothing ran here' } as const;
    services.store.setState({ optimise: { result, model: change.after, proof } });
    return services;
  }

  test('shows before and after, what each rule did, and undoes', async () => {
    const services = await optimised();
    const box = await tab(services, 'optimise');
    expect(metricsOf(services.store.getState().optimise!.result)[0]).toMatchObject({ before: 4, after: 3 });
    expect(box.textContent).toContain('was 4');
    expect(box.textContent).toContain('−25%');
    await click(labelled(box, 'Pass busy: 3 applied, 1 refused'));
    expect(labelled(box, 'Cast twice: 2 applied, 0 refused')).toBeDefined();
    await click(labelled(box, 'Undo this optimisation'));
    expect(services.store.getState().at).toBe(0);
    expect(box.textContent).toContain('which is undone');
  });

  test('a later edit makes it old, and says which', async () => {
    const services = await optimised();
    const { model, push } = services.store.getState();
    push(renameNode(model!, nodeNamed(model!, '/head'), 'renamed'));
    const box = await tab(services, 'optimise');
    expect(box.querySelector('.gp-stale')!.textContent).toContain('Optimised before “Rename Softmax /head to renamed”');
    expect(labelled(box, 'Go back to before it')).toBeDefined();
  });

  test('the proof is a run of this very model, else it says why there is none', async () => {
    const services = await optimised();
    const box = await tab(services, 'optimise');
    expect(box.textContent).toContain('Not verified: nothing ran here.');
    await act(async () => services.store.setState({ run: exampleRun(services.store.getState().model!, true) }));
    expect(box.textContent).toContain('Verified: the same numbers');
    expect(box.textContent).toContain('3.8e-6 of 0.0001');
    expect(box.textContent).toMatch(/faster/);
  });

  test('nothing yet: one line and the way to begin', async () => {
    const services = openExample();
    const begin = vi.fn(async () => {});
    services.store.setState({ optimiseWith: begin });
    const box = await tab(services, 'optimise');
    await click(labelled(box, 'Optimise'));
    expect(begin).toHaveBeenCalledWith('simplify');
  });

  test('a job shows how far it is and can be cancelled', async () => {
    const services = openExample();
    const cancel = vi.fn();
    services.store.setState({
      jobs: [{ id: '1', kind: 'optimise', label: 'Folding constants', done: 1, total: 4, cancel }],
    });
    const box = await tab(services, 'optimise');
    expect(box.querySelector('[role=progressbar]')!.getAttribute('aria-valuenow')).toBe('25');
    await click(labelled(box, 'Cancel'));
    expect(cancel).toHaveBeenCalled();
  });
});

describe('run', () => {
  test('what is set up is what runs', async () => {
    const services = openExample();
    const run = vi.fn(async () => {});
    services.store.setState({ runWith: run });
    const box = await tab(services, 'run');
    await type(labelled(box, 'Length of N'), '3');
    await press(labelled(box, 'Length of N'), 'Enter');
    await type(labelled(box, 'Timed runs'), '50');
    await press(labelled(box, 'Timed runs'), 'Enter');
    await click(box.querySelector('.gp-setup-foot .btn.primary')!);
    expect(run).toHaveBeenCalledWith(expect.objectContaining({ runs: 50, dims: { N: 3 }, provider: 'wasm' }));
    await type(labelled(box, 'Length of N'), '-1');
    await press(labelled(box, 'Length of N'), 'Enter');
    expect(box.querySelector('[role=alert]')!.textContent).toContain('is not a length');
  });

  test('a small square input can be drawn, also by keys', async () => {
    const services = openExample();
    const box = await tab(services, 'run');
    await click(labelled(box, 'Draw'));
    const pad = box.querySelector('[role=application]')!;
    await press(pad, 'ArrowRight');
    await press(pad, ' ');
    const choice = services.store.getState().lastRun.inputs['image'];
    expect(choice).toMatchObject({
      kind: 'values',
      description: 'drawn, 8×8',
      tensor: { dtype: 'float', dims: [1, 1, 8, 8] },
    });
    expect(choice?.kind === 'values' && Math.max(...(choice.tensor.values as Float32Array))).toBe(1);
  });

  test('the report: times, each output with its limit, the best classes', async () => {
    const services = openExample();
    const { model, push } = services.store.getState();
    push(deleteNodes(model!, [nodeNamed(model!, '/stem/Relu')]));
    services.store.setState({ run: exampleRun(services.store.getState().model!, true) });
    const box = await tab(services, 'run');
    expect(box.textContent).toContain('1.71× faster');
    expect(box.querySelector('.gp-compare tbody')!.textContent).toContain('probabilities');
    expect(box.querySelector('.gp-compare tbody')!.textContent).toContain('pass');
    expect(box.querySelector('svg.gp-box')!.getAttribute('aria-label')).toContain('original median');
  });

  test('an edit makes it old and says which', async () => {
    const services = openExample();
    const { model, push } = services.store.getState();
    services.store.setState({ run: exampleRun(model!, false) });
    const box = await tab(services, 'run');
    expect(box.querySelector('.gp-old')).toBeNull();
    await act(async () => push(renameNode(model!, nodeNamed(model!, '/head'), 'x')));
    expect(box.querySelector('.gp-old')).not.toBeNull();
    expect(box.querySelector('.gp-stale')!.textContent).toContain('Measured before “Rename Softmax /head to x”');
  });

  test('missing weights turn running off and say why', async () => {
    const services = openExample();
    services.store.setState({ missing: ['model.onnx.data'] });
    const box = await tab(services, 'run');
    expect(box.querySelector('.gp-setup-foot .btn.primary')!.getAttribute('aria-disabled')).toBe('true');
  });
});
