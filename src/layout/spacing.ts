/** How near to each other things may stand across the flow. */
import type { Layered } from './layered.ts';

/** Space between the boxes of two neighbours in a layer. */
export interface Gaps {
  readonly nodes: number;
  readonly nodeToLane: number;
  readonly lanes: number;
}

export class Spacing {
  /** How far a vertex reaches to either side of its coordinate: its middle, or its anchor where `anchors` gives one (from its left side). */
  readonly left: Float64Array;
  readonly right: Float64Array;

  constructor(
    private readonly g: Layered,
    widths: Float32Array,
    readonly gaps: Gaps,
    anchors?: Float32Array,
  ) {
    this.left = new Float64Array(g.total);
    this.right = new Float64Array(g.total);
    for (let v = 0; v < g.count; v++) {
      this.left[v] = anchors ? anchors[v]! : widths[v]! / 2;
      this.right[v] = widths[v]! - this.left[v]!;
    }
  }

  /** The least distance between the coordinates of `v` and of its right neighbour `w`. */
  between(v: number, w: number): number {
    const { count } = this.g;
    const { nodes, nodeToLane, lanes } = this.gaps;
    const gap = v < count ? (w < count ? nodes : nodeToLane) : w < count ? nodeToLane : lanes;
    return this.right[v]! + this.left[w]! + gap;
  }
}
