/** The whole state of the page, by slice. Slices own their actions; components subscribe by selector. */
import type { Change } from '../../graph-model/core/draft.ts';
import type { GraphId, Model, NodeId, ValueId } from '../../graph-model/core/model.ts';
import type { ValueType } from '../../graph-model/core/types.ts';
import type { Diagnostic, Refusal } from '../../graph-model/diagnostics.ts';
import type { Fold } from '../../layout/types.ts';
import type { Plan, PlanResult } from '../../optimizer/rule.ts';
import type { OutputDifference, Provider, RunResult } from '../../runtime/types.ts';
import type { Aggregate } from '../../graph-view/node-data.ts';
import type { OwnData } from '../../graph-view/node-data-file.ts';
import type { ConvertRequest, InputChoice, InputFile, Proof, TrustReport } from '../../workers/protocol.ts';

export type GraphState = 'empty' | 'opening' | 'drawn' | 'failed';

export interface DocumentSlice {
  /** Mirrored to `<html data-graph-state>`; `drawn` is set by the canvas after its first complete frame. */
  readonly graphState: GraphState;
  readonly fileName: string;
  readonly fileSize: number;
  /** The model as it stands: `history[at - 1].after`, or `original` at 0. */
  readonly model: Model | null;
  readonly original: Model | null;
  readonly history: readonly Change[];
  readonly at: number;
  /** `at` when the model was last downloaded (0: as opened). */
  readonly savedAt: number;
  /** Inferred types of the present model; declared ones where inference has not run yet. */
  readonly types: ReadonlyMap<ValueId, ValueType>;
  /** From opening, inference and the checker, for the present model. */
  readonly problems: readonly Diagnostic[];
  /** True once inference and the checker have answered for the open document. */
  readonly analysed: boolean;
  /** Files that weights need and that were not dropped. */
  readonly missing: readonly string[];
  /** Why opening failed. */
  readonly failure: Diagnostic | null;
  /**
   * Opens a model from everything that was dropped. Files that an open model is missing are added to it instead. The
   * last good model stays until the new one is read. `neither`: it failed (see `failure`), or was cancelled.
   */
  open(files: readonly (File | InputFile)[]): Promise<'opened' | 'added' | 'neither'>;
  /** Gives an open model the files it was missing. */
  addFiles(files: readonly (File | InputFile)[]): void;
  /** Begins with a model that was made here: New graph, pasted text. */
  start(model: Model): void;
  close(): void;
  /** Adds a change made on the present model; what had been undone is forgotten. */
  push(change: Change): void;
  undo(): void;
  redo(): void;
  /** Goes to any state of the history; 0 is as opened. */
  jump(at: number): void;
  /** Says that `model` is on screen, whole: `graphState` becomes `drawn`. */
  markDrawn(model: Model): void;
  markSaved(): void;
  /** Takes the failure away and shows the last good model, or the welcome screen. */
  dismissFailure(): void;
}

export interface SelectionSlice {
  readonly selected: ReadonlySet<NodeId>;
  /** A graph input, output or initializer picked on the canvas or in a list. */
  readonly selectedValue: ValueId | null;
  readonly hovered: NodeId | null;
  select(nodes: Iterable<NodeId>, value?: ValueId | null): void;
  hover(node: NodeId | null): void;
}

export interface SearchSlice {
  /** As typed; `sought` follows it at once in small models, after a pause in large ones. */
  readonly query: string;
  readonly sought: string;
  /** Index of the hit one is at; -1 before the first step. */
  readonly hitAt: number;
  setQuery(query: string): void;
  /** To the next or previous hit, round and round: selects it and brings it into view, in whatever graph it lies. */
  stepHit(step: 1 | -1): void;
  goToHit(at: number): void;
}

/** By what nodes are coloured: an id of the table in ui/overlays, or `own <n>` for data that a person opened. */
export type Overlay = string;

export interface OverlaySlice {
  readonly overlay: Overlay;
  /** Data that a person opened, by which nodes can be coloured. */
  readonly ownData: readonly OwnData[];
  /** Class of the legend that was picked: the others are dimmed. */
  readonly pickedClass: number | null;
  /** By overlay, how groups are summed up where that differs from the usual. */
  readonly aggregates: Readonly<Record<Overlay, Aggregate>>;
  /** By overlay, whether its key is unfolded where that differs from the usual: see `isKeyOpen`. */
  readonly keyOpen: Readonly<Record<Overlay, boolean>>;
  setKeyOpen(id: Overlay, open: boolean): void;
  setOverlay(id: Overlay): void;
  setAggregate(id: Overlay, by: Aggregate): void;
  /** Adds data that was read from a file and shows the first of it. */
  addData(data: readonly OwnData[]): void;
  removeData(id: Overlay): void;
  pickClass(index: number | null): void;
}

export type BottomTab = 'problems' | 'optimise' | 'run' | 'trust' | 'history';
/** A request to the canvas; `serial` makes the same request twice count twice. */
export type ViewRequest = { readonly serial: number } & (
  | { readonly kind: 'reveal'; readonly nodes: readonly NodeId[] }
  | { readonly kind: 'picture'; readonly picture: PictureRequest }
  | { readonly kind: PlainRequest }
);
type PlainRequest =
  'fit' | 'fit-selection' | 'zoom-in' | 'zoom-out' | 'actual-size' | 'back' | 'forward' | 'paths' | 'lay-out-again';

/** A picture of the graph as a file. */
export interface PictureRequest {
  readonly format: 'svg' | 'png';
  readonly part: 'whole' | 'view';
  /** 'page': as the page looks now. */
  readonly theme: 'page' | 'light' | 'dark';
  /** Title and key above the graph; left out, where nodes are coloured by something else than their category. */
  readonly header?: boolean;
  /** Pixels across; left out, twice as many as at 100 % for PNG. */
  readonly width?: number;
}

export interface ViewSlice {
  /** The graph shown: the main graph, a body or a function. */
  readonly scope: GraphId | null;
  readonly direction: 'vertical' | 'horizontal';
  /** How far the path of the selection is followed up and down, in steps; 0 not at all. The rest is dimmed. */
  readonly trace: number;
  /** The path of what the pointer is on is followed too. */
  readonly traceHover: boolean;
  /** Closed groups, by key; groups are shown at all where `grouping` is true. */
  readonly collapsed: ReadonlySet<string>;
  readonly grouping: boolean;
  /** Nodes whose bodies, or whose function, are drawn in place. */
  readonly expanded: ReadonlySet<NodeId>;
  /** Nodes whose constants are drawn by themselves. */
  readonly unfolded: ReadonlySet<NodeId>;
  /** Whether drawings far longer than wide are set in columns. */
  readonly fold: Fold;
  /** Shapes stand beside the lines at near zoom. */
  readonly edgeShapes: boolean;
  readonly outlineOpen: boolean;
  readonly inspectorOpen: boolean;
  readonly bottomOpen: boolean;
  readonly bottomTab: BottomTab;
  readonly paletteOpen: boolean;
  readonly request: ViewRequest | null;
  enter(scope: GraphId): void;
  ask(
    request:
      | Omit<Extract<ViewRequest, { kind: 'reveal' }>, 'serial'>
      | Omit<Extract<ViewRequest, { kind: 'picture' }>, 'serial'>
      | { kind: PlainRequest },
  ): void;
  setView(
    part: Partial<
      Pick<
        ViewSlice,
        | 'direction'
        | 'trace'
        | 'traceHover'
        | 'collapsed'
        | 'grouping'
        | 'expanded'
        | 'unfolded'
        | 'fold'
        | 'edgeShapes'
        | 'outlineOpen'
        | 'inspectorOpen'
        | 'bottomOpen'
        | 'bottomTab'
        | 'paletteOpen'
      >
    >,
  ): void;
}

export interface JobView {
  readonly id: string;
  /** 'open', 'optimise', 'run', 'save', 'layout': mirrored to `<html data-busy>`. */
  readonly kind: string;
  readonly label: string;
  readonly done: number;
  readonly total: number;
  cancel(): void;
}

export interface JobsSlice {
  readonly jobs: readonly JobView[];
  /** One line for screen readers and the status bar: what just ended, was cancelled, or crashed and was restarted. */
  readonly announcement: string;
  announce(text: string): void;
  /** Cancels every job of a kind. */
  cancelJobs(kind: string): void;
}

/** Results know the model they belong to; another `model` in the document makes them stale. */
export interface ReportsSlice {
  readonly optimise: { readonly result: PlanResult; readonly model: Model; readonly proof: Proof } | null;
  readonly run: RunReport | null;
  /** Why the last optimisation or run did not come to its end. */
  readonly optimiseFailure: Diagnostic | null;
  readonly runFailure: Diagnostic | null;
  /** Runs a plan, or the preset of that name, on the present model; the result is one change, pushed when it arrives. */
  optimiseWith(plan: Plan | string): Promise<void>;
  /** The last request, so that a run can be repeated. */
  readonly lastRun: RunRequest;
  runWith(request: RunRequest): Promise<void>;
}

export interface RunRequest {
  readonly provider: Provider;
  /** 0: as many as the device gives. */
  readonly threads: number;
  /** Timed runs after the warm-up. */
  readonly runs: number;
  readonly seed: number;
  readonly dims: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, InputChoice>>;
  /** Runs the model as opened too, and compares. */
  readonly compare: boolean;
  readonly profile: boolean;
}

export interface RunReport {
  readonly model: Model;
  readonly provider: Provider;
  readonly original: RunResult | null;
  readonly current: RunResult;
  readonly differences: readonly OutputDifference[];
  readonly inputs: readonly { readonly name: string; readonly description: string }[];
  /** As it was asked for: the pictures that went in, and how they were laid out. */
  readonly request: RunRequest;
}

export interface ConvertSlice {
  readonly convertFailure: Diagnostic | null;
  /** One change in the history: from the source's dialect to ONNX, or to another opset. */
  convertWith(options: ConvertRequest): Promise<void>;
  /** What a conversion was refused for, until something is done about each, or another model is opened. */
  readonly refused: Refused | null;
  /** Keeps what was chosen so far, for when the dialog is opened again. */
  choose(choices: Choices): void;
}

/** What is done about a node without an ONNX form, and what was written for each way that takes words. */
export interface RefusalChoice {
  readonly way: 'cut' | 'cut-after' | 'pass' | 'operator' | 'text' | '';
  readonly type: string;
  readonly operator: string;
  readonly text: string;
}
export type Choices = ReadonlyMap<NodeId, RefusalChoice>;

export interface Refused {
  readonly model: Model;
  readonly refusals: readonly Refusal[];
  readonly choices: Choices;
  /** As the conversion was asked for, without replacements. */
  readonly options: ConvertRequest;
  /** Why what was chosen last could not be done; '' at first. */
  readonly why: string;
}

export interface TrustSlice {
  /** The last report, and the two models that it is about. */
  readonly trust: { readonly report: TrustReport; readonly source: Model; readonly model: Model } | null;
  readonly trustFailure: Diagnostic | null;
  /** Holds the present ONNX model against the model it was converted from, or against the framework's outputs in files. */
  checkTrust(files?: readonly File[]): Promise<void>;
}

export interface PrefsSlice {
  readonly theme: 'system' | 'light' | 'dark';
  setTheme(theme: PrefsSlice['theme']): void;
}

/** What is asked in a dialog; one at a time. */
export type DialogView =
  | { readonly kind: 'keyboard' }
  | { readonly kind: 'download' }
  | { readonly kind: 'picture' }
  | { readonly kind: 'convert' }
  /** What is done about the nodes in {@link ConvertSlice.refused}. */
  | { readonly kind: 'refused' }
  /** The model has errors; `proceed` downloads it all the same. */
  | { readonly kind: 'download-invalid'; proceed(): void }
  | {
      readonly kind: 'prompt';
      readonly title: string;
      readonly label: string;
      readonly value: string;
      /** What the button says. */
      readonly action: string;
      /** Gives back a sentence where the text cannot be taken: it is shown and the dialog stays. */
      submit(text: string): string | void;
    };

export interface DialogsSlice {
  readonly dialog: DialogView | null;
  showDialog(dialog: DialogView | null): void;
}

export type State = DocumentSlice &
  SelectionSlice &
  SearchSlice &
  OverlaySlice &
  ViewSlice &
  JobsSlice &
  ReportsSlice &
  ConvertSlice &
  TrustSlice &
  PrefsSlice &
  DialogsSlice;
