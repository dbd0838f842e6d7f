/** Everything the page can have done in a worker, as plain functions on models. */
import type { Change } from '../graph-model/core/draft.ts';
import type { Model, ValueId } from '../graph-model/core/model.ts';
import type { ValueType } from '../graph-model/core/types.ts';
import type { Diagnostic, Refusal } from '../graph-model/diagnostics.ts';
import { decodeTypes } from '../graph-model/wire/types.ts';
import { decodeModel, encodeChanges, encodeModel } from '../graph-model/wire/wire.ts';
import type { Plan } from '../optimizer/rule.ts';
import { WorkerHost, type Job } from './host.ts';
import { PAGE_SPAWNERS, type Spawners } from './spawn.ts';
import type { ProxyMarked, Remote } from 'comlink';
import type {
  AnalysedEdit,
  Analysis,
  ConvertRequest,
  InputFile,
  JobEvent,
  LayoutInput,
  LayoutResult,
  LayoutService,
  LoadService,
  OnEvent,
  Opened,
  Optimised,
  OptimizeService,
  Ran,
  RunPlan,
  RunService,
  Settled,
  TrustReport,
  TrustRequest,
  WriteOptions,
  Written,
} from './protocol.ts';
import { sending } from './transfer.ts';

export { CancelledError, JobError, type Job } from './host.ts';

export type On = (event: JobEvent) => void;

/** As {@link Opened} and {@link Optimised}, with the model decoded. */
export type OpenedModel = Omit<Opened, 'model'> & { readonly model: Model };

export interface Analysed {
  readonly types: ReadonlyMap<ValueId, ValueType>;
  readonly problems: readonly Diagnostic[];
}
export type OptimisedModel = Omit<Optimised, 'model'> & { readonly model: Model };

export interface Workers {
  open(files: readonly InputFile[], on?: On): Job<OpenedModel>;
  /**
   * Of a model just opened it is done where that was read, without sending it again; with the edit that made the model,
   * only what depends on the edit is sent and inferred.
   */
  analyse(model: Model, edit?: Change | null, on?: On): Job<Analysed>;
  write(model: Model, options: WriteOptions, on?: On): Job<Written>;
  /** To ONNX, or to another opset. */
  convert(model: Model, options: ConvertRequest, on?: On): Job<Model>;
  /** All nodes that keep the model from being converted so; none where it converts. */
  refusals(model: Model, options: ConvertRequest, on?: On): Job<readonly Refusal[]>;
  /** `plan` may name a preset. */
  optimise(model: Model, plan: Plan | string, on?: On): Job<OptimisedModel>;
  /** The arrays of `input` stay usable: they are copied, not transferred. */
  layout(input: LayoutInput, on?: On): Job<LayoutResult>;
  /** Runs `current`, and `original` too where it is given, on the same inputs. */
  run(current: Model, original: Model | null, plan: RunPlan, on?: On): Job<Ran>;
  /** Holds a converted model against the model that it was converted from. */
  trust(source: Model, onnx: Model, options: TrustRequest, on?: On): Job<TrustReport>;
}

const wire = (model: Model) => sending(encodeModel(model));

/** Which states of a model the load worker has seen, so that the next one is sent as what is different. */
class Followed {
  private readonly seen = new WeakMap<Model, { readonly state: number; readonly types: Analysed['types'] }>();
  private readonly jobOf = new WeakMap<Model, string>();
  private last = 0;

  next(): number {
    return ++this.last;
  }

  opened(model: Model, job: string): void {
    this.jobOf.set(model, job);
  }

  note(model: Model, state: number, found: Analysed): Analysed {
    this.seen.set(model, { state, types: found.types });
    return found;
  }

  async ask(
    service: Remote<LoadService>,
    id: string,
    on: OnEvent & ProxyMarked,
    model: Model,
    edit: Change | null,
    state: number,
  ): Promise<Settled<Analysed>> {
    const base = edit?.after === model ? this.seen.get(edit.before) : undefined;
    if (edit && base) {
      const step = { base: base.state, state, touched: [...edit.touched] };
      const answer = await service.reanalyse(id, on, sending(encodeChanges(edit.before, model)), step);
      if (answer.status !== 'done') return answer;
      if (answer.value !== null) return { status: 'done', value: merged(base.types, answer.value) };
    }
    const opened = this.jobOf.get(model);
    this.jobOf.delete(model);
    const known = opened === undefined ? null : await service.analyseOpened(id, on, opened, state);
    const gone = known === null || (known.status === 'done' && known.value === null);
    return decoded(gone ? await service.analyse(id, on, wire(model), state) : (known as Settled<Analysis>));
  }
}

function decoded(answer: Settled<Analysis>): Settled<Analysed> {
  if (answer.status !== 'done') return answer;
  const { types, problems } = answer.value;
  return { status: 'done', value: { types: decodeTypes(types), problems } };
}

function merged(before: Analysed['types'], { types, removed, problems }: AnalysedEdit): Analysed {
  const now = new Map(before);
  for (const id of removed) now.delete(id);
  for (const [id, type] of decodeTypes(types)) now.set(id, type);
  return { types: now, problems };
}

export function createWorkers(spawners: Spawners = PAGE_SPAWNERS): Workers {
  const load = new WorkerHost<LoadService>(spawners.load);
  const optimize = new WorkerHost<OptimizeService>(spawners.optimize);
  const layout = new WorkerHost<LayoutService>(spawners.layout);
  const run = new WorkerHost<RunService>(spawners.run);
  const name = (model: Model) => model.source.fileName;
  const followed = new Followed();
  return {
    open: (files, on) => {
      const job = load.start(`open ${files[0]?.name ?? 'nothing'}`, (s, id, e) => s.open(id, e, files), on);
      return then(job, (opened) => {
        const model = decodeModel(opened.model);
        followed.opened(model, job.id);
        return { ...opened, model };
      });
    },
    analyse: (model, edit, on) => {
      const state = followed.next();
      const what = `check ${name(model)}`;
      return then(
        load.start(what, (s, id, e) => followed.ask(s, id, e, model, edit ?? null, state), on),
        (found) => followed.note(model, state, found),
      );
    },
    write: (model, options, on) =>
      load.start(`write ${options.fileName}`, (s, id, e) => s.write(id, e, wire(model), options), on),
    convert: (model, options, on) =>
      then(
        load.start(`convert ${name(model)}`, (s, id, e) => s.convert(id, e, wire(model), options), on),
        (onnx) => decodeModel(onnx),
      ),
    refusals: (model, options, on) =>
      load.start(`convert ${name(model)}`, (s, id, e) => s.refusals(id, e, wire(model), options), on),
    optimise: (model, plan, on) =>
      then(
        optimize.start(`optimise ${name(model)}`, (s, id, e) => s.run(id, e, wire(model), plan), on),
        (result) => ({ ...result, model: decodeModel(result.model, model) }),
      ),
    layout: (input, on) => layout.start('lay out the graph', (s, id, e) => s.layout(id, e, input), on),
    run: (current, original, plan, on) =>
      run.start(
        `run ${name(current)}`,
        (s, id, e) =>
          original
            ? s.run(id, e, sending(encodeChanges(original, current)), wire(original), plan)
            : s.run(id, e, wire(current), null, plan),
        on,
      ),
    trust: (source, onnx, options, on) =>
      run.start(`check ${name(onnx)}`, (s, id, e) => s.trust(id, e, wire(source), wire(onnx), options), on),
  };
}

function then<A, B>(job: Job<A>, map: (value: A) => B): Job<B> {
  const done = job.done.then(map);
  done.catch(() => {});
  return { id: job.id, done, cancel: job.cancel };
}
