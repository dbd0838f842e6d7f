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
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const file: AsyncBuffer = {
    byteLength: blob.size,
    slice: (begin, end = blob.size) => blob.slice(begin, end).arrayBuffer(),
  };
  const rows = await guarded(path, signal, async () => {
    const metadata = await parquetMetadataAsync(file);
    const total = metadata.row_groups.reduce((sum, g) => sum + Number(g.num_rows), 0);
    const columns = metadata.row_groups.flatMap((g) => g.columns);
    const largest = columns.reduce((most, c) => Math.max(most, Number(c.meta_data?.total_uncompressed_size ?? 0)), 0);
    if (total > ROW_LIMIT || largest > COLUMN_LIMIT) throw new RangeError(`it says that it holds ${total} rows`);
    return parquetReadObjects({ file, metadata });
  });
  return rows as readonly ParquetRow[];
}

/** The decoder throws plain errors of all kinds on damaged bytes: each becomes one sentence. */
async function guarded<T>(file: string, signal: AbortSignal, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message.split('\n')[0]!.slice(0, 120) : 'its bytes make no sense';
    throw new FormatError('parquet.damaged', { file, why: why.replace(/^parquet /, '').replace(/\.$/, '') });
  }
}
