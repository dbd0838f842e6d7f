/** What the panels ask of the page, answered by store, workers and files. */
import { opsetsOf, opsetVersion, type Model, type Node } from '../../graph-model/core/model.ts';
import * as Edit from '../../graph-model/edit/index.ts';
import { loadOperators, type OperatorTable } from '../../graph-model/operators/schemas.ts';
import { readTensorSlice } from '../../graph-model/stats/slice.ts';
import { downloadBlob } from '../files/download.ts';
import type { PanelActions, ProviderChoice } from '../panels/actions.ts';
import type { Services } from '../store/store.ts';

export function panelActions({ store, files }: Services): PanelActions {
  let operators: OperatorTable | null = null;
  // The signatures are a file of their own; fields that need them fill in when they are there.
  void loadOperators().then((table) => (operators = table));
  return {
    edits: {
      ...Edit,
      deleteNodes: (model, nodes) => Edit.deleteNodes(model, nodes, { types: store.getState().types }),
    },
    optimise: () => void store.getState().optimiseWith('simplify'),
    run: (settings) => store.getState().runWith({ ...settings, threads: 0, compare: true }),
    providers,
    save: async (name, parts) => downloadBlob(new Blob(parts as BlobPart[]), name),
    openFiles: () => void files.openFile(),
    readTensorSlice,
    schemaOf: (model, node) => operators && schemaOf(operators, model, node),
  };
}

function schemaOf(operators: OperatorTable, model: Model, node: Node) {
  const version = opsetVersion(opsetsOf(model, node.graph), node.domain);
  return version === null ? null : operators.schemaOf(node.domain, node.op, version);
}

function providers(): readonly ProviderChoice[] {
  const threads = globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  const has = (name: string) => name in navigator;
  return [
    {
      id: 'wasm',
      label: threads > 1 ? `WebAssembly, ${threads} threads` : 'WebAssembly',
      available: true,
      note: 'Every operator; the reference for comparison.',
    },
    {
      id: 'webgpu',
      label: 'WebGPU',
      available: has('gpu'),
      note: has('gpu') ? 'What the graphics card cannot do runs on the CPU.' : 'This browser has no WebGPU.',
    },
    {
      id: 'webnn',
      label: 'WebNN',
      available: has('ml'),
      note: has('ml') ? 'The neural processor, where there is one.' : 'Turned off in this browser.',
    },
  ];
}
