/**
 * XGBoost's old binary form (learner.cc, gbtree_model.cc, tree_model.h, gblinear_model.h up to 1.7): C structs in a row,
 * little-endian, names with a 64-bit length before them.
 */
import { quoted, type Failure } from '../containers/failure.ts';
import { BOOSTERS, MOST_COLUMNS, type XgboostRecord } from './record.ts';
import { LEARNER_PARAM } from './sniff.ts';
import type { XgboostTree } from './trees.ts';

const GBTREE_PARAM = 160;
const TREE_PARAM = 148;
const NODE = 20;
const NODE_STATISTICS = 16;
const LINEAR_PARAM = 136;

class BinaryReader {
  at = 0;
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly failure: Failure,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Passes over `size` bytes and gives where they begin. */
  skip(size: number, what: string): number {
    const left = this.bytes.length - this.at;
    if (!(size >= 0 && size <= left))
      this.failure.truncated(`${what} needs ${size} bytes at byte ${this.at} and ${left} are left`);
    const begin = this.at;
    this.at += size;
    return begin;
  }

  int(at: number): number {
    return this.view.getInt32(at, true);
  }

  float(at: number): number {
    return this.view.getFloat32(at, true);
  }

  count(at: number, what: string, most = MOST_COLUMNS): number {
    const n = this.int(at);
    return n >= 0 && n <= most ? n : this.failure.damaged(`byte ${at}`, `${what} is ${n}`);
  }

  length(what: string): number {
    return Number(this.view.getBigUint64(this.skip(8, what), true));
  }

  text(what: string): string {
    const length = this.length(what);
    const at = this.skip(length, what);
    return new TextDecoder().decode(this.bytes.subarray(at, at + length));
  }

  floats(what: string): Float32Array {
    const count = this.length(what);
    const at = this.skip(count * 4, what);
    return Float32Array.from({ length: count }, (_, i) => this.float(at + 4 * i));
  }
}

export function readXgboostBinary(bytes: Uint8Array, failure: Failure): XgboostRecord {
  const r = new BinaryReader(bytes, failure);
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 4)) === 'binf') r.skip(4, 'its mark');
  const at = r.skip(LEARNER_PARAM, 'its header');
  const [columns, classes] = [r.count(at + 4, 'num_feature'), r.count(at + 8, 'num_class')];
  const [major, minor, targets] = [r.int(at + 20), r.int(at + 24), r.int(at + 28)];
  const hasAttributes = r.int(at + 12) !== 0;
  const objective = r.text('its objective');
  const name = r.text('its booster');
  const unknown = () => failure.damaged(`byte ${r.at}`, `the booster ${quoted(name)} is not known`);
  const booster = BOOSTERS.find((b) => b === name) ?? unknown();
  // The field of targets came with 1.6; before, it is part of the reserve.
  const outputs = Math.max(classes, targets > 0 && targets <= MOST_COLUMNS ? targets : 1, 1);
  const body = booster === 'gblinear' ? readLinear(r) : readTrees(r, booster === 'dart', outputs);
  return {
    version: major > 0 ? `${major}.${minor}` : '',
    objective,
    booster,
    columns,
    outputs,
    baseScore: [r.float(at)],
    baseIsMargin: major < 1,
    featureNames: [],
    featureTypes: [],
    attributes: hasAttributes ? readAttributes(r) : new Map(),
    ...body,
  };
}

type Body = Pick<XgboostRecord, 'trees' | 'treeInfo' | 'perIteration' | 'treeWeights' | 'weights'>;

function readLinear(r: BinaryReader): Body {
  r.skip(LINEAR_PARAM, 'the linear model');
  return { trees: [], treeInfo: [], perIteration: 1, treeWeights: null, weights: r.floats('the weights') };
}

function readTrees(r: BinaryReader, dart: boolean, outputs: number): Body {
  const at = r.skip(GBTREE_PARAM, 'the forest');
  // Each tree takes more than its header, so a wrong count is found at the first tree that is not there.
  const count = r.count(at, 'num_trees', Math.floor(r.bytes.length / TREE_PARAM));
  const parallel = Math.max(1, r.count(at + 4, 'num_parallel_tree', 1 << 20));
  const trees = Array.from({ length: count }, (_, i) => readTree(r, i));
  const info = r.skip(4 * count, 'tree_info');
  const treeInfo = Int32Array.from({ length: count }, (_, i) => r.int(info + 4 * i));
  const treeWeights = dart && count > 0 ? r.floats('the weights of the trees') : null;
  return { trees, treeInfo, perIteration: parallel * outputs, treeWeights, weights: null };
}

function readTree(r: BinaryReader, index: number): XgboostTree {
  const at = r.skip(TREE_PARAM, `tree ${index}`);
  const nodes = r.count(at + 4, 'num_nodes');
  if (nodes === 0) r.failure.damaged(`byte ${at}`, `tree ${index} has no nodes`);
  if (r.int(at + 20) > 1) r.failure.refused('its leaves are vectors, which no released version of this form wrote');
  const begin = r.skip(nodes * NODE, `tree ${index}`);
  const statistics = r.skip(nodes * NODE_STATISTICS, `tree ${index}`);
  const ints = (offset: number) => Int32Array.from({ length: nodes }, (_, n) => r.int(begin + n * NODE + offset));
  const split = ints(12);
  return {
    left: ints(4),
    right: ints(8),
    column: split.map((s) => s & 0x7fffffff),
    condition: Float32Array.from({ length: nodes }, (_, n) => r.float(begin + n * NODE + 16)),
    // The highest bit of the column's number.
    defaultLeft: split.map((s) => (s < 0 ? 1 : 0)),
    gain: Float32Array.from({ length: nodes }, (_, n) => r.float(statistics + n * NODE_STATISTICS)),
    categories: new Map(),
    width: 1,
    vector: null,
  };
}

function readAttributes(r: BinaryReader): Map<string, string> {
  const out = new Map<string, string>();
  const count = r.length('its attributes');
  for (let i = 0; i < count; i++) out.set(r.text('an attribute'), r.text('an attribute'));
  return out;
}
