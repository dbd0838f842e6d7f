/** Models opened before, kept in this browser's own database: as a handle where it gives one, else the files themselves. */
import { createStore, type StoreApi } from 'zustand';
import type { InputFile } from '../../workers/protocol.ts';

export interface RecentEntry {
  readonly id: string;
  readonly name: string;
  readonly folder: boolean;
  /** "ONNX · 2,184 nodes". */
  readonly detail: string;
  readonly size: number;
  readonly time: number;
  /** Opened again from disk; may need the user's permission. */
  readonly handles?: readonly FileSystemHandle[];
  /** A copy of the files, in this browser. With neither, the file was too large to copy and must be chosen again. */
  readonly files?: readonly InputFile[];
}

/** Copies of files are kept up to this size, in bytes. */
export const MOST_KEPT_BYTES = 200_000_000;
const MOST_ENTRIES = 12;

export interface RecentState {
  /** Newest first. */
  readonly entries: readonly RecentEntry[];
}

export interface Recent {
  readonly state: StoreApi<RecentState>;
  add(entry: RecentEntry): Promise<void>;
  remove(id: string): Promise<void>;
  clear(): Promise<void>;
}

/** Without a database (private windows of some browsers) nothing is kept and the list stays empty. */
export function openRecent(factory: IDBFactory | undefined): Recent {
  const state = createStore<RecentState>()(() => ({ entries: [] }));
  const database = factory ? connect(factory) : Promise.resolve(null);
  const write = async (act: (store: IDBObjectStore) => void) => {
    const db = await database;
    if (db === null) return;
    await transact(db, 'readwrite', act);
    state.setState({ entries: await readAll(db) });
  };
  void database.then(async (db) => db && state.setState({ entries: await readAll(db) }));
  return {
    state,
    add: (entry) => {
      const dropped = state
        .getState()
        .entries.filter((e) => e.id !== entry.id)
        .slice(MOST_ENTRIES - 1);
      return write((store) => {
        store.put(entry);
        for (const old of dropped) store.delete(old.id);
      });
    },
    remove: (id) => write((store) => store.delete(id)),
    clear: () => write((store) => store.clear()),
  };
}

const NAME = 'graphwright';
const STORE = 'recent';

async function connect(factory: IDBFactory): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    const request = factory.open(NAME, 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE, { keyPath: 'id' }));
    request.addEventListener('success', () => resolve(request.result));
    // The list is a convenience: where the browser refuses a database, the page works without it.
    request.addEventListener('error', () => resolve(null));
    request.addEventListener('blocked', () => resolve(null));
  });
}

function transact(db: IDBDatabase, mode: IDBTransactionMode, act: (store: IDBObjectStore) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, mode);
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('recent: the database refused')));
    act(transaction.objectStore(STORE));
  });
}

async function readAll(db: IDBDatabase): Promise<readonly RecentEntry[]> {
  let request!: IDBRequest<RecentEntry[]>;
  await transact(db, 'readonly', (store) => (request = store.getAll()));
  return request.result.sort((a, b) => b.time - a.time);
}
