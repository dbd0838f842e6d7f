/** Handing a model back: an ordinary download, or straight to disk where the browser lets a page write there. */
import { JobError, CancelledError, type Job, type Workers } from '../../workers/client.ts';
import type { JobEvent, WriteOptions, Written } from '../../workers/protocol.ts';
import type { Model } from '../../graph-model/core/model.ts';
import type { Diagnostic } from '../../graph-model/diagnostics.ts';
import { weightBytes } from '../../graph-model/stats/weight-bytes.ts';
import type { State } from '../store/state.ts';
import type { Store } from '../store/slice.ts';
import { track } from '../store/jobs.ts';

/** One ONNX file cannot be larger: protobuf counts its bytes in 31 bits. */
export const LARGEST_SINGLE_FILE = 2_147_483_647;
/** From this size on a file goes straight to disk where possible, because a download would be written twice. */
const STRAIGHT_TO_DISK = 1_000_000_000;

export interface DownloadOptions {
  readonly weights: WriteOptions['weights'];
  /** Ask where to put it, also when it is small. */
  readonly choosePlace?: boolean;
  /** Write it though it has errors; else they are listed, and the user decides. */
  readonly despiteErrors?: boolean;
}

/** What the checker and inference call errors: a runtime will refuse the model, or misread it. */
export const errorsOf = (state: Pick<State, 'problems'>): readonly Diagnostic[] =>
  state.problems.filter((p) => p.severity === 'error');

/** True where there is a choice to make: weights beside the model, or inside it. */
export function hasWeightChoice(model: Model): boolean {
  if (weightBytes(model) > LARGEST_SINGLE_FILE) return true;
  for (const value of model.values.values()) if (value.constant?.storage === 'external') return true;
  return false;
}

/** How the files of models end, compressed ones too; what else follows a dot belongs to the name (`net.v2`). */
const ENDING =
  /\.(onnx|onnxtxt|ort|pb|pbtxt|meta|index|h5|hdf5|keras|pt|pth|tflite|lite|json|txt|zip|ubj|xgb|bin|model|cbm|lgb|svm|libsvm|pkl|pickle|joblib|sav|skops)(\.(gz|z|bz2|xz|lzma|lz4))?$/i;

/** The opened file's name as `.onnx`; optimised models say so, so that the original is never overwritten unseen. */
export function downloadName(state: Pick<State, 'fileName' | 'history' | 'at'>): string {
  const base = state.fileName.replace(/\/+$/, '').replace(ENDING, '') || 'model';
  const optimised = state.history.slice(0, state.at).some((c) => c.label === 'Optimise');
  return `${base}${optimised && !base.endsWith('-optimised') ? '-optimised' : ''}.onnx`;
}

/** Writes the present model and gives it to the user. Failures and cancels are told in the status line. */
export async function download(store: Store, workers: Workers, options: DownloadOptions): Promise<void> {
  const state = store.getState();
  const { model } = state;
  if (model === null) return;
  if (!options.despiteErrors && errorsOf(state).length > 0) {
    const proceed = () => void download(store, workers, { ...options, despiteErrors: true });
    return state.showDialog({ kind: 'download-invalid', proceed });
  }
  const fileName = downloadName(state);
  try {
    // The dialog first: browsers open it only shortly after the user's act, and writing may take longer.
    const place = await choosePlace(model, fileName, options);
    if (place === 'left') return;
    const what = { kind: 'save', label: `Writing ${fileName}`, cancelled: 'Writing was cancelled.' };
    const write = { fileName, weights: options.weights };
    const written = await track(store.setState, what, (on) => workers.write(model, write, on));
    if (place === null) await asDownloads(written);
    else await track(store.setState, what, (on) => toDisk(written, place, on));
    if (store.getState().model === model) state.markSaved();
    state.announce(`${written.files.map((f) => f.name).join(' and ')} ${place ? 'saved' : 'downloaded'}.`);
  } catch (error) {
    if (error instanceof JobError) state.announce(error.diagnostic.message);
    else if (error instanceof DOMException) state.announce(`${fileName} could not be written: ${error.message}`);
    else if (!(error instanceof CancelledError)) throw error;
  }
}

interface SavePickers {
  showSaveFilePicker?(options: object): Promise<FileSystemFileHandle>;
  showDirectoryPicker?(options: object): Promise<FileSystemDirectoryHandle>;
}

type Place = FileSystemFileHandle | FileSystemDirectoryHandle;

/** null: an ordinary download. */
async function choosePlace(model: Model, fileName: string, options: DownloadOptions): Promise<Place | null | 'left'> {
  const { showSaveFilePicker, showDirectoryPicker } = window as Window & SavePickers;
  const size = weightBytes(model);
  if (!options.choosePlace && size < STRAIGHT_TO_DISK) return null;
  const beside = options.weights === 'external' || size > LARGEST_SINGLE_FILE;
  try {
    if (beside) return (await showDirectoryPicker?.call(window, { mode: 'readwrite' })) ?? null;
    const types = [{ description: 'ONNX model', accept: { 'application/octet-stream': ['.onnx'] } }];
    return (await showSaveFilePicker?.call(window, { suggestedName: fileName, types })) ?? null;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return 'left';
    throw error;
  }
}

/** Streams the files to the disk. Where it is cancelled, a file that was there before is as it was, and no empty one is left. */
export function toDisk({ files }: Pick<Written, 'files'>, place: Place, on: (event: JobEvent) => void): Job<void> {
  const stop = new AbortController();
  const step = stepper(
    files.reduce((sum, f) => sum + f.blob.size, 0),
    on,
  );
  const write = async () => {
    for (const { name, blob } of files) {
      const folder = place.kind === 'directory' ? (place as FileSystemDirectoryHandle) : null;
      const handle = folder ? await folder.getFileHandle(name, { create: true }) : (place as FileSystemFileHandle);
      try {
        const counted = blob.stream().pipeThrough(counting(step));
        await counted.pipeTo(await handle.createWritable(), { signal: stop.signal });
      } catch (error) {
        if (folder && (await handle.getFile()).size === 0) await folder.removeEntry(name);
        throw error;
      }
    }
  };
  const done = write().catch((error: unknown) => {
    throw stop.signal.aborted ? new CancelledError() : error;
  });
  return { id: `to disk ${++writes}`, done, cancel: () => stop.abort() };
}

let writes = 0;

/** Tells every hundredth of the way: a stream gives gigabytes in pieces of some kilobytes. */
function stepper(total: number, on: (event: JobEvent) => void): (bytes: number) => void {
  let [done, told] = [0, 0];
  return (bytes) => {
    done += bytes;
    if (done - told < total / 100) return;
    told = done;
    on({ type: 'progress', done, total, label: '' });
  };
}

const counting = (step: (bytes: number) => void) =>
  new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      step(chunk.byteLength);
      controller.enqueue(chunk);
    },
  });

async function asDownloads({ files }: Written): Promise<void> {
  for (const { name, blob } of files) {
    downloadBlob(blob, name);
    // Two downloads in one moment would be taken for one.
    if (files.length > 1) await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

export function downloadBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the Blob after the click; a minute is ample for it to begin.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
