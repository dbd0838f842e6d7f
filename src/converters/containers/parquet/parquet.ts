/** Rows of a Parquet file. The decoder loads when the first file is read. */
import type { AsyncBuffer } from 'hyparquet';
import { FormatError } from '../../../graph-model/diagnostics.ts';
import type { InputFile } from '../../converter.ts';

/** One row: column name to number, bigint, boolean, string, null, list, or nested row. */
export type ParquetRow = Readonly<Record<string, unknown>>;

/** More rows, or bytes of a column, than any model holds: what says so is damaged or hostile. */
const ROW_LIMIT = 50_000_000;
const COLUMN_LIMIT = 1 << 30;

/** All rows in the order of the file. Throws FormatError where it is no Parquet file, damaged, or packed in an unknown way. */
export async function readParquet({ path, blob }: InputFile, signal: AbortSignal): Promise<readonly ParquetRow[]> {
  signal.throwIfAborted();
  const { parquetMetadataAsync, parquetRead, parquetReadObjects } = await import('hyparquet');
  const gate = new Gate();
  const file: AsyncBuffer = {
    byteLength: blob.size,
    slice: async (begin, end = blob.size) => {
      await gate.open();
      return blob.slice(begin, end).arrayBuffer();
    },
  };
  const rows = await guarded(path, signal, gate, async () => {
    const metadata = await parquetMetadataAsync(file);
    const total = metadata.row_groups.reduce((sum, g) => sum + Number(g.num_rows), 0);
    const columns = metadata.row_groups.flatMap((g) => g.columns);
    const largest = columns.reduce((most, c) => Math.max(most, Number(c.meta_data?.total_uncompressed_size ?? 0)), 0);
    if (total > ROW_LIMIT || largest > COLUMN_LIMIT) throw new RangeError(`it says that it holds ${total} rows`);
    // Decoding alone waits for every column; assembling rows does not where a damaged schema names other columns than
    // the data.
    await parquetRead({ file, metadata });
    return parquetReadObjects({ file, metadata });
  });
  return rows as readonly ParquetRow[];
}

/**
 * The decoder asks for all columns at once, and where it fails while it asks, nobody waits for those already asked for: a
 * rejection of theirs would end a Node process. So bytes come only once the asking has gone well.
 */
class Gate {
  failed = false;

  async open(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    if (this.failed) await new Promise<never>(() => {});
  }
}

/** The decoder throws plain errors of all kinds on damaged bytes: each becomes one sentence. */
async function guarded<T>(file: string, signal: AbortSignal, gate: Gate, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    gate.failed = true;
    signal.throwIfAborted();
    throw new FormatError('parquet.damaged', { file, why: reasonOf(error) });
  }
}

/** What the decoder itself says; not what the engine says where the decoder stumbled. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || error instanceof TypeError || /undefined/.test(error.message))
    return 'its bytes make no sense';
  return error.message
    .split('\n')[0]!
    .slice(0, 120)
    .replace(/^parquet /, '')
    .replace(/\.$/, '');
}
