/** GridSample said with GatherElements: coordinates, the places around each, their weights (ONNX, Operators.md). */
import { getInt, getString } from '../core/attributes.ts';
import type { ValueId } from '../core/model.ts';
import type { DType } from '../core/types.ts';
import type { Step } from './step.ts';

/** Places along one axis that a sample is made of: the index, as a whole floating-point number, and its weight. */
interface Tap {
  readonly index: ValueId;
  /** null: 1. */
  readonly weight: ValueId | null;
}

interface Axis {
  /** The length, as a scalar of the grid's type and as an int64. */
  readonly length: ValueId;
  readonly count: ValueId;
}

export function gridSample(s: Step): string | void {
  if (s.opset < 11) return 'elements could not be gathered by computed places';
  const [dtype, rank] = [s.dtype(1), s.rank(0)];
  if (rank === null || !dtype || s.scalar(dtype, 0) === null) return 'the rank or the type of its input is not known';
  new Sampler(s, dtype, rank).run();
}

class Sampler {
  private readonly mode: string;
  private readonly padding: string;
  private readonly aligned: boolean;
  private readonly shape: ValueId;

  constructor(
    private readonly s: Step,
    private readonly dtype: DType,
    private readonly rank: number,
  ) {
    this.mode = getString(s.node, 'mode', 'linear');
    this.padding = getString(s.node, 'padding_mode', 'zeros');
    this.aligned = getInt(s.node, 'align_corners', 0) === 1;
    this.shape = s.add('Shape', [s.input(0)]);
  }

  run(): void {
    const { s } = this;
    const axes = Array.from({ length: this.rank - 2 }, (_, k) => this.axisOf(k + 2));
    const taps = axes.map((axis, k) => this.tapsOf(this.coordinate(axis, k), axis));
    const type = s.dtype(0);
    const cells = type === this.dtype ? s.input(0)! : s.cast(s.input(0), this.dtype);
    const flat = s.add('Reshape', [cells, s.int64([0, 0, -1])]);
    const parts = combinations(taps).map((combination) => this.part(flat, combination, axes));
    const sum = parts.reduce((a, b) => s.add('Add', [a, b]));
    const spatial = s.slice(s.add('Shape', [s.input(1)]), 0, 1, -1);
    const target = s.add('Concat', [s.slice(this.shape, 0, 0, 2), spatial], { axis: 0 });
    const out = s.add('Reshape', [sum, target]);
    s.replaceBy(type === null || type === this.dtype ? out : s.cast(out, type));
  }

  private number(value: number): ValueId {
    return this.s.scalar(this.dtype, value)!;
  }

  private axisOf(index: number): Axis {
    const count = this.s.add('Gather', [this.shape, this.s.int64([index], [])], { axis: 0 });
    return { count, length: this.s.cast(count, this.dtype) };
  }

  /** [N, points]: where along the axis each sample lies, counted in elements; the grid names the axes last to first. */
  private coordinate({ length }: Axis, k: number): ValueId {
    const { s } = this;
    const at = s.int64([this.rank - 3 - k], []);
    const grid = s.add('Reshape', [s.add('Gather', [s.input(1), at], { axis: this.rank - 1 }), s.int64([0, -1])]);
    const shifted = s.add('Add', [grid, this.number(1)]);
    const scaled = this.aligned
      ? s.add('Mul', [shifted, s.add('Sub', [length, this.number(1)])])
      : s.add('Sub', [s.add('Mul', [shifted, length]), this.number(1)]);
    return s.add('Div', [scaled, this.number(2)]);
  }

  private tapsOf(coordinate: ValueId, axis: Axis): Tap[] {
    const { s } = this;
    const nearest = this.mode === 'nearest';
    const x = this.bounded(nearest ? s.add('Round', [coordinate]) : coordinate, axis);
    const taps = nearest ? [{ index: x, weight: null }] : this.around(x);
    return taps.map((tap) => this.inside(tap, axis));
  }

  private around(x: ValueId): Tap[] {
    const { s } = this;
    const floor = s.add('Floor', [x]);
    const t = s.add('Sub', [x, floor]);
    const rest = s.add('Sub', [this.number(1), t]);
    const next = s.add('Add', [floor, this.number(1)]);
    if (this.mode !== 'cubic' && this.mode !== 'bicubic')
      return [
        { index: floor, weight: rest },
        { index: next, weight: t },
      ];
    return [
      { index: s.add('Sub', [floor, this.number(1)]), weight: this.far(s.add('Add', [t, this.number(1)])) },
      { index: floor, weight: this.near(t) },
      { index: next, weight: this.near(rest) },
      { index: s.add('Add', [floor, this.number(2)]), weight: this.far(s.add('Add', [rest, this.number(1)])) },
    ];
  }

  /** The cubic convolution kernel with a = -0.75 for distances below 1: ((a + 2) d - (a + 3)) d d + 1. */
  private near(d: ValueId): ValueId {
    const { s } = this;
    const inner = s.add('Sub', [s.add('Mul', [d, this.number(1.25)]), this.number(2.25)]);
    return s.add('Add', [s.add('Mul', [s.add('Mul', [inner, d]), d]), this.number(1)]);
  }

  /** The same from 1 to 2: ((a d - 5 a) d + 8 a) d - 4 a. */
  private far(d: ValueId): ValueId {
    const { s } = this;
    const one = s.add('Add', [s.add('Mul', [d, this.number(-0.75)]), this.number(3.75)]);
    const two = s.add('Sub', [s.add('Mul', [one, d]), this.number(6)]);
    return s.add('Add', [s.add('Mul', [two, d]), this.number(3)]);
  }

  /** Coordinates outside the image, moved to its border or reflected at it; zeros are made later. */
  private bounded(x: ValueId, axis: Axis): ValueId {
    if (this.padding === 'zeros') return x;
    const { s } = this;
    const [low, high] = this.border(axis);
    const out = s.add('Or', [s.add('Less', [x, low]), s.add('Greater', [x, high])]);
    const moved = this.padding === 'border' ? this.clamped(x, axis) : this.reflected(x, axis);
    return s.add('Where', [out, moved, x]);
  }

  private border({ length }: Axis): [ValueId, ValueId] {
    const half = this.aligned ? 0 : -0.5;
    return [this.number(half), this.s.add('Sub', [length, this.number(1 + half)])];
  }

  private clamped(x: ValueId, { length }: Axis): ValueId {
    const { s } = this;
    return s.add('Max', [s.add('Min', [x, s.add('Sub', [length, this.number(1)])]), this.number(0)]);
  }

  /** Back and forth between the borders: a saw of twice the range, folded at its middle. */
  private reflected(x: ValueId, axis: Axis): ValueId {
    const { s } = this;
    const [low, high] = this.border(axis);
    const range = s.add('Sub', [high, low]);
    const twice = s.add('Add', [range, range]);
    const from = s.add('Sub', [x, low]);
    const rest = s.add('Sub', [from, s.add('Mul', [s.add('Floor', [s.add('Div', [from, twice])]), twice])]);
    return s.add('Add', [s.add('Min', [rest, s.add('Sub', [twice, rest])]), low]);
  }

  /** A place that can be read: one outside weighs nothing, or is moved inside. */
  private inside({ index, weight }: Tap, axis: Axis): Tap {
    const { s } = this;
    if (this.padding === 'reflection') return { index: this.clamped(this.bounded(index, axis), axis), weight };
    const at = this.clamped(index, axis);
    if (this.padding === 'border') return { index: at, weight };
    const held = s.cast(s.add('Equal', [s.cast(index, 'int64'), s.cast(at, 'int64')]), this.dtype);
    return { index: at, weight: weight === null ? held : s.add('Mul', [weight, held]) };
  }

  /** The elements at one combination of places, weighted: [N, C, points]. */
  private part(flat: ValueId, taps: readonly Tap[], axes: readonly Axis[]): ValueId {
    const { s } = this;
    const place = taps
      .map((tap) => s.cast(tap.index, 'int64'))
      .reduce((outer, index, k) => s.add('Add', [s.add('Mul', [outer, axes[k]!.count]), index]));
    const wide = s.add('Concat', [s.slice(this.shape, 0, 0, 2), s.int64([1])], { axis: 0 });
    const indices = s.add('Expand', [s.unsqueeze(place, [1]), wide]);
    const cells = s.add('GatherElements', [flat, indices], { axis: 2 });
    const weights = taps.flatMap((tap) => (tap.weight === null ? [] : [tap.weight]));
    if (weights.length === 0) return cells;
    const weight = weights.reduce((a, b) => s.add('Mul', [a, b]));
    return s.add('Mul', [cells, s.unsqueeze(weight, [1])]);
  }
}

function combinations(lists: readonly (readonly Tap[])[]): Tap[][] {
  return lists.reduce<Tap[][]>((all, list) => all.flatMap((head) => list.map((tap) => [...head, tap])), [[]]);
}
