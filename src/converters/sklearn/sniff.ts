/** Tells scikit-learn's files by the modules that they name in their first bytes. */
import { compressionOf } from '../containers/pickle/unpack.ts';
import { isZip } from '../containers/zip/zip.ts';
import type { Score, SniffInput } from '../converter.ts';

const NAMED = /\.(pkl|pickle|joblib|sav|skops)(\.(z|gz|bz2|xz|lzma|lz4))?$/i;

/** 3: a pickle that names scikit-learn or a library that it may hold estimators of, a compressed or zipped file that is named so; 2: any other pickle; 1: the name alone. */
export function sniffSklearn({ file, head }: SniffInput): Score {
  const named = NAMED.test(file.name);
  if (isZip(head)) return /\.skops$/i.test(file.name) ? 3 : 0;
  // The first bytes of compressed data may look like anything.
  if (compressionOf(head) !== 'none') return named ? 3 : 0;
  if (!isPickle(head)) return named ? 1 : 0;
  const text = new TextDecoder('latin1').decode(head);
  if (/sklearn\.|_sklearn_version|lightgbm\.(sklearn|basic)|xgboost\.(sklearn|core)|catboost\.core/.test(text))
    return 3;
  return named ? 2 : 0;
}

/** Protocols 2 to 5 begin with PROTO; older ones with a MARK, a GLOBAL or a container. */
function isPickle(head: Uint8Array): boolean {
  if (head[0] === 0x80) return head[1]! >= 2 && head[1]! <= 5;
  const text = new TextDecoder('latin1').decode(head.subarray(0, 200));
  return /^(c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n|\(dp\d|\(lp\d|\(i[\w.]+\n|ccopy_?reg\n)/.test(text);
}
