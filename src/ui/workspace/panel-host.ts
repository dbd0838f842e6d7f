/** What the panels ask of the page, answered by store, workers and files. */
import { normalDomain, opsetsOf, opsetVersion, type Model, type Node } from '../../graph-model/core/model.ts';
import { loadOperators, type OperatorTable } from '../../graph-model/operators/schemas.ts';
import { readTensorSlice } from '../../graph-model/stats/slice.ts';
import { downloadBlob } from '../files/download.ts';
import type { PanelActions, ProviderChoice } from '../panels/actions.ts';
import type { PanelHost } from '../panels/host.tsx';
import type { Services } from '../store/store.ts';

export function panelHost({ store, files }: Services): PanelHost {
  let operators: OperatorTable | null = null;
  // The signatures are 60 KB; fields that need them fill in when they are there.
  void loadOperators().then((table) => (operators = table));
  const actions: PanelActions = {
    optimise: (plan) => store.getState().optimiseWith(plan ?? 'simplify'),
    run: (request) => store.getState().runWith(request),
    providers,
    save: async (name, parts) => downloadBlob(new Blob(parts as BlobPart[]), name),
    openFiles: () => void files.openFile(),
    readTensorSlice,
    schemaOf: (model, node) => operators && schemaOf(operators, model, node),
  };
  return { store, actions };
}

function schemaOf(operators: OperatorTable, model: Model, node: Node) {
  const version = opsetVersion(opsetsOf(model, node.graph), node.domain);
  return version === null ? null : operators.find(normalDomain(node.domain), node.op, version);
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
