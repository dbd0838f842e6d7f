import type { NpyPart } from '../../../graph-model/stats/npy.ts';
import { downloadBlob } from '../../files/download.ts';

/** Hands a file to the reader as a download. Parts that are slices of an opened file are not copied. */
export async function saveParts(name: string, parts: readonly NpyPart[]): Promise<void> {
  const blobs = await Promise.all(
    parts.map(async (part): Promise<BlobPart> => {
      if (part instanceof Blob) return part;
      return part instanceof Uint8Array ? (part as Uint8Array<ArrayBuffer>) : await part.arrayBuffer();
    }),
  );
  downloadBlob(new Blob(blobs, { type: 'application/octet-stream' }), name);
}
