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
