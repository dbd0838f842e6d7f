/** What one layered drawing is made from: the flow runs down. */
export interface CoreInput {
  readonly count: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly widths: Float32Array;
  readonly heights: Float32Array;
  readonly nodeGap: number;
  readonly layerGap: number;
  readonly ports?: FixedPorts;
  readonly before?: CoreBefore;
}

/** Where things stood before an edit, running down; see {@link Before}. */
export interface CoreBefore {
  /** By vertex: its anchor (its middle, without `ports`) across the flow and its middle along it; NaN for what is new. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** By edge: which of the lines it had, or -1. */
  readonly edges: Int32Array;
  readonly routeOffsets: Int32Array;
  readonly routes: Float32Array;
}

/** For drawings whose vertices may be boxes with drawings inside. */
export interface FixedPorts {
  /** By vertex: what is aligned with its neighbours, from the left side. */
  readonly anchors: Float32Array;
  /** By vertex: -1 stands in the first layer, 1 in the last, 0 where it fits. */
  readonly pins: Int8Array;
  /** By edge: edges of one source and one key share a lane. The edges of a source are sorted by it. */
  readonly lanes: Int32Array;
  /** By edge, from the left side of its source or target: where it must leave and arrive; NaN where it need not. */
  readonly leave: Float32Array;
  readonly reach: Float32Array;
}
