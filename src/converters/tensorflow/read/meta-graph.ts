/** SavedModel and MetaGraphDef in binary form. */
import { typeOfCode } from './dtype.ts';
import { ASSET, COLLECTION, META_GRAPH, META_INFO, SAVED_MODEL, SIGNATURE, TENSOR_INFO } from './fields.ts';
import { readGraphDef } from './graph-def.ts';
import type { TfGraph, TfMetaGraph, TfSignature, TfTensorInfo } from './records.ts';
import { readShape } from './tensor-proto.ts';
import { entry, integer, message, text, walk, type Source } from './walk.ts';

/** The MetaGraphDefs of a SavedModel that ends at `end`. */
export function readSavedModel(s: Source, end: number): TfMetaGraph[] {
  const out: TfMetaGraph[] = [];
  walk(s.r, end, { [SAVED_MODEL.metaGraphs]: (e) => void out.push(readMetaGraph(s, message(s.r, e))) });
  return out;
}

export function readMetaGraph(s: Source, end: number): TfMetaGraph {
  const { r } = s;
  const tags: string[] = [];
  const signatures: TfSignature[] = [];
  const assets: { tensor: string; file: string }[] = [];
  const initializers: string[] = [];
  let version = '';
  let graph: TfGraph = { nodes: [], functions: [] };
  r.enter('the meta graph');
  walk(r, end, {
    [META_GRAPH.info]: (e) =>
      walk(r, message(r, e), {
        [META_INFO.tags]: (i) => void tags.push(text(r, i)),
        [META_INFO.tensorflow]: (i) => (version = text(r, i)),
      }),
    [META_GRAPH.graph]: (e) => (graph = readGraphDef(s, message(r, e))),
    [META_GRAPH.collections]: (e) =>
      entry(r, e, (key, to) => {
        if (key === 'table_initializer' || key === 'saved_model_main_op') initializers.push(...readNodeList(s, to));
      }),
    [META_GRAPH.signatures]: (e) => entry(r, e, (key, to) => void signatures.push(readSignature(s, key, to))),
    [META_GRAPH.assets]: (e) => void assets.push(readAsset(s, message(r, e))),
  });
  return { tags, version, graph, signatures, assets, initializers };
}

function readNodeList({ r }: Source, end: number): string[] {
  const out: string[] = [];
  walk(r, end, {
    [COLLECTION.nodes]: (e) => walk(r, message(r, e), { 1: (i) => void out.push(text(r, i)) }),
  });
  return out;
}

function readSignature(s: Source, name: string, end: number): TfSignature {
  const { r } = s;
  const inputs: TfTensorInfo[] = [];
  const outputs: TfTensorInfo[] = [];
  const into = (list: TfTensorInfo[]) => (e: number) =>
    entry(r, e, (key, to) => void list.push(readTensorInfo(s, key, to)));
  walk(r, end, { [SIGNATURE.inputs]: into(inputs), [SIGNATURE.outputs]: into(outputs) });
  return { name, inputs, outputs };
}

function readTensorInfo(s: Source, key: string, end: number): TfTensorInfo {
  const { r } = s;
  let tensor = '';
  let type: TfTensorInfo['type'] = null;
  let shape: TfTensorInfo['shape'];
  walk(r, end, {
    [TENSOR_INFO.name]: (e) => (tensor = text(r, e)),
    [TENSOR_INFO.dtype]: () => (type = typeOfCode(integer(r))),
    [TENSOR_INFO.shape]: (e) => (shape = readShape(s, message(r, e))),
  });
  return { key, tensor, type, shape };
}

function readAsset(s: Source, end: number): { tensor: string; file: string } {
  const { r } = s;
  const out = { tensor: '', file: '' };
  walk(r, end, {
    [ASSET.tensor]: (e) => walk(r, message(r, e), { [TENSOR_INFO.name]: (i) => (out.tensor = text(r, i)) }),
    [ASSET.file]: (e) => (out.file = text(r, e)),
  });
  return out;
}
