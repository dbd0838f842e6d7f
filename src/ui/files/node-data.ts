/** Files with data about nodes, dropped or picked: read, told about, and shown as colours. */
import {
  looksLikeNodeData,
  NodeDataError,
  parseNodeData,
  placeData,
  type OwnData,
} from '../../graph-view/node-data-file.ts';
import type { Model } from '../../graph-model/core/model.ts';
import { formatCount } from '../../graph-model/format.ts';
import type { InputFile } from '../../workers/protocol.ts';
import type { Store } from '../store/slice.ts';

/** A larger file is a model or a mistake. */
const LARGEST = 64e6;

/** True where one file is dropped that names nodes of the open model. */
export async function isNodeData(store: Store, files: readonly InputFile[]): Promise<boolean> {
  const { model } = store.getState();
  const [file] = files;
  if (model === null || files.length !== 1 || !file || !/\.(json|csv|tsv)$/i.test(file.name)) return false;
  if (file.blob.size > LARGEST) return false;
  return looksLikeNodeData(await (file.blob as Blob).text(), file.name, model);
}

export async function addNodeData(store: Store, files: readonly InputFile[]): Promise<void> {
  const { model, announce, addData } = store.getState();
  if (model === null) return announce('Open a model first: node data names its nodes.');
  for (const file of files) {
    if (file.blob.size > LARGEST) return announce(`${file.name} is larger than node data ever is (64 MB).`);
    try {
      const data = parseNodeData(await (file.blob as Blob).text(), file.name);
      addData(data);
      announce(data.map((d) => report(d, model)).join(' '));
    } catch (error) {
      if (error instanceof NodeDataError) return announce(error.message);
      throw error;
    }
  }
}

/** What was found and what was not. */
function report(data: OwnData, model: Model): string {
  const { unmatched } = placeData(data, model);
  const found = data.values.size - unmatched.length;
  const all = formatCount(data.values.size);
  if (unmatched.length === 0) return `${data.title}: ${all} names, all found.`;
  const few = unmatched.slice(0, 3).join(', ');
  const more = unmatched.length > 3 ? ` and ${formatCount(unmatched.length - 3)} more` : '';
  return `${data.title}: ${formatCount(found)} of ${all} names found; no node is called ${few}${more}.`;
}
