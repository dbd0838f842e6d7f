/** The open model and its history. */
import type { Change } from '../../graph-model/core/draft.ts';
import type { Model } from '../../graph-model/core/model.ts';
import type { Diagnostic } from '../../graph-model/diagnostics.ts';
import { firstCollapsed } from '../../graph-model/groups/groups.ts';
import { fillMissing, missingFiles } from '../../graph-model/edit/fill-missing.ts';
import { countOf } from '../../graph-model/format.ts';
import { CancelledError, JobError, type OpenedModel } from '../../workers/client.ts';
import type { InputFile } from '../../workers/protocol.ts';
import { declaredTypes, type Analysed } from './analysis.ts';
import { track } from './jobs.ts';
import { keptSelection } from './selection.ts';
import type { DocumentSlice, State } from './state.ts';
import type { Get, SetState, StoreDeps } from './slice.ts';

const NOTHING = {
  fileName: '',
  fileSize: 0,
  model: null,
  original: null,
  history: [],
  at: 0,
  savedAt: 0,
  types: new Map(),
  problems: [],
  analysed: false,
  missing: [],
  failure: null,
} satisfies Partial<DocumentSlice>;

export function documentSlice(set: SetState, get: Get, deps: StoreDeps): DocumentSlice {
  const analyses = new Analyses(set, get, deps);
  const opener = new Opener(set, get, deps, analyses);
  const show = (at: number) => {
    const { history, original } = get();
    const model = at === 0 ? original : history[at - 1]!.after;
    if (model === null) return;
    set((s) => ({ at, model, ...keptSelection(s, model), ...keptScope(s, model) }));
    analyses.want(model, at === 0 ? null : history[at - 1]!);
  };
  return {
    graphState: 'empty',
    ...NOTHING,
    open: (files) => opener.open(files.map(inputFile)),
    addFiles: (files) => opener.add(files.map(inputFile)),
    start: (model) => {
      opener.abandon();
      begin(set, model, [], []);
      analyses.begin([]);
      analyses.want(model, null);
    },
    close: () => {
      opener.abandon();
      analyses.begin([]);
      set({ ...NOTHING, graphState: 'empty', scope: null, selected: new Set(), selectedValue: null });
    },
    push: (change) => {
      const { model, history, at } = get();
      if (change.before !== model) throw new Error('push: the change was made on another model than the present one');
      if (change.after === change.before) return;
      const savedAt = get().savedAt > at ? -1 : get().savedAt;
      set({ history: [...history.slice(0, at), change], savedAt });
      show(at + 1);
    },
    undo: () => {
      const { at, history } = get();
      if (at === 0) return;
      set({ announcement: `Undone: ${history[at - 1]!.label}` });
      show(at - 1);
    },
    redo: () => {
      const { at, history } = get();
      if (at === history.length) return;
      set({ announcement: `Redone: ${history[at]!.label}` });
      show(at + 1);
    },
    jump: (at) => {
      if (at >= 0 && at <= get().history.length && at !== get().at) show(at);
    },
    markDrawn: (model) => {
      if (get().graphState === 'opening' && !opener.reading && get().model === model) set({ graphState: 'drawn' });
      opener.drawn(model);
    },
    markSaved: () => set((s) => ({ savedAt: s.at })),
    dismissFailure: () =>
      set((s) => ({ failure: null, graphState: s.graphState === 'failed' ? restState(s) : s.graphState })),
  };
}

/** What the page is in when nothing is being opened. */
const restState = (s: Pick<State, 'model'>) => (s.model === null ? 'empty' : 'drawn');

/** After an undo the graph shown may be gone: then the main graph is. */
const keptScope = (s: State, model: Model) =>
  s.scope !== null && model.graphs.has(s.scope) ? {} : { scope: model.main };

/** A File with its place in the folder it came from. */
export function inputFile(file: File | InputFile): InputFile {
  if (!(file instanceof Blob)) return file;
  return { name: file.name, path: file.webkitRelativePath || file.name, blob: file };
}

function begin(set: SetState, model: Model, problems: readonly Diagnostic[], missing: readonly string[]): void {
  set({
    ...NOTHING,
    graphState: 'opening',
    fileName: model.source.fileName,
    fileSize: model.source.size,
    model,
    original: model,
    types: declaredTypes(model),
    problems,
    missing,
    scope: model.main,
    collapsed: firstCollapsed(model),
    expanded: new Set(),
    unfolded: new Set(),
    selected: new Set(),
    selectedValue: null,
    hovered: null,
    optimise: null,
    run: null,
    trust: null,
    trustFailure: null,
    optimiseFailure: null,
    runFailure: null,
    overlay: 'category',
    ownData: [],
    pickedClass: null,
    query: '',
    sought: '',
    hitAt: -1,
  });
}

/** An opened model that is not drawn after so many milliseconds is analysed nevertheless. */
const PATIENCE = 3000;

class Opener {
  /** True from the drop until the model is there. */
  reading = false;
  private turn = 0;
  /** What was dropped last, whether it could be read or not. */
  private last: readonly InputFile[] = [];
  /** Opened, and not yet on the screen. */
  private unseen: Model | null = null;

  constructor(
    private readonly set: SetState,
    private readonly get: Get,
    private readonly deps: StoreDeps,
    private readonly analyses: Analyses,
  ) {}

  async open(files: readonly InputFile[]): Promise<'opened' | 'added' | 'neither'> {
    if (files.length === 0) return 'neither';
    if (this.fills(files)) {
      this.add(files);
      return 'added';
    }
    return this.read(this.isWanted(files) ? [...this.last, ...files] : files);
  }

  /** True for files that the last failure asked for by name: they belong to what was dropped before. */
  private isWanted(files: readonly InputFile[]): boolean {
    const { failure } = this.get();
    return failure?.code === 'file.missing' && files.every((f) => failure.message.includes(f.name));
  }

  private async read(files: readonly InputFile[]): Promise<'opened' | 'neither'> {
    this.abandon();
    const turn = ++this.turn;
    this.reading = true;
    const before = this.last;
    this.last = files;
    this.set({ graphState: 'opening', failure: null });
    try {
      const label = `Reading ${files[0]!.name}`;
      const tracked = { kind: 'open', label, cancelled: 'Opening was cancelled.' };
      const opened = await track(this.set, tracked, (on) => this.deps.workers.open(files, on));
      if (turn !== this.turn) return 'neither';
      this.finish(opened);
      return 'opened';
    } catch (error) {
      if (turn !== this.turn) return 'neither';
      if (isPart(error) && before.length > 0 && !before.some((f) => files.includes(f)))
        return this.readBoth(before, files);
      this.fail(error);
      return 'neither';
    }
  }

  /** What is only part of a model may be the other part of what was opened before; if not, that is what is said. */
  private async readBoth(before: readonly InputFile[], files: readonly InputFile[]): Promise<'opened' | 'neither'> {
    const found = await this.read([...before, ...files]);
    // The next part is tried with this one alone, not with all that ever failed.
    if (found === 'neither') this.last = files;
    return found;
  }

  add(files: readonly InputFile[]): void {
    const { model, original, history, at } = this.get();
    if (model === null || original === null) return;
    const fill = fillMissing(new Map(files.map((f) => [f.name, f.blob as Blob])));
    const states = [original, ...history.map((c) => c.after)].map((m) => fill.model(m));
    const filled = history.map((c, i) => ({ ...c, before: states[i]!, after: states[i + 1]! }));
    const now = states[at]!;
    const missing = missingFiles(now);
    this.set({ original: states[0]!, history: filled, model: now, missing });
    this.analyses.begin([...fill.problems]);
    this.analyses.want(now, null);
    this.set({ announcement: `Added ${files.map((f) => f.name).join(', ')}.` });
  }

  /** Ends a reading that goes on: its answer is no longer wanted. */
  abandon(): void {
    this.turn++;
    this.reading = false;
    this.get().cancelJobs('open');
    this.get().cancelJobs('trust');
  }

  private fills(files: readonly InputFile[]): boolean {
    const { missing } = this.get();
    return missing.length > 0 && files.every((f) => missing.some((m) => baseName(m) === f.name));
  }

  /** The picture comes first: types and problems are asked for when it is there, or after a while without one. */
  private finish({ model, opening, missing }: OpenedModel): void {
    this.reading = false;
    begin(this.set, model, opening, missing);
    this.analyses.begin(opening);
    this.unseen = model;
    setTimeout(() => this.drawn(model), PATIENCE);
    this.set({ announcement: `${model.source.fileName} is open: ${countOf(model.nodes.size, 'node')}.` });
  }

  drawn(model: Model): void {
    if (this.unseen !== model) return;
    this.unseen = null;
    if (this.get().model === model) this.analyses.want(model, null);
  }

  private fail(error: unknown): void {
    this.reading = false;
    if (error instanceof CancelledError) return this.set((s) => ({ graphState: restState(s) }));
    if (!(error instanceof JobError)) throw error;
    this.set({ graphState: 'failed', failure: error.diagnostic, announcement: error.diagnostic.message });
  }
}

/** Weights without their model. */
const PARTS: ReadonlySet<string> = new Set(['tensorflow.checkpoint', 'keras.no-config']);
const isPart = (error: unknown) => error instanceof JobError && PARTS.has(error.diagnostic.code);

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Types and problems of the present model: the newest request wins, and a state once analysed is not analysed again. */
class Analyses {
  private readonly known = new WeakMap<Model, Analysed>();
  private opening: readonly Diagnostic[] = [];
  private running: AbortController | null = null;

  constructor(
    private readonly set: SetState,
    private readonly get: Get,
    private readonly deps: StoreDeps,
  ) {}

  /** For a new document: what its opening found stays true whatever is edited. */
  begin(opening: readonly Diagnostic[]): void {
    this.running?.abort();
    this.opening = opening;
  }

  want(model: Model, change: Change | null): void {
    this.running?.abort();
    const known = this.known.get(model);
    if (known) return this.show(known);
    const controller = new AbortController();
    this.running = controller;
    this.deps.analyse(model, change, controller.signal).then(
      (found) => {
        this.known.set(model, found);
        if (this.get().model === model) this.show(found);
      },
      (error: unknown) => {
        if (!controller.signal.aborted && this.get().model === model) this.fail(error);
      },
    );
  }

  private show({ types, problems }: Analysed): void {
    this.set({ types, problems: [...this.opening, ...problems], analysed: true });
  }

  private fail(error: unknown): void {
    if (error instanceof JobError) this.set({ problems: [...this.opening, error.diagnostic] });
    else if (!(error instanceof CancelledError)) throw error;
  }
}
