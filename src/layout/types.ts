/** Layout: arrays in, positions out. Knows nothing of models or of the page, so that it runs in a worker or headless. */

/** Edges are in CSR form by source: the targets of node i are `targets[offsets[i] .. offsets[i + 1])`. */
export interface LayoutInput {
  readonly count: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly widths: Float32Array;
  readonly heights: Float32Array;
  readonly direction: 'vertical' | 'horizontal';
  /** Distance between nodes of a layer and between layers, in pixels. */
  readonly nodeGap: number;
  readonly layerGap: number;
}

export interface LayoutResult {
  /** Left upper corners. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Polyline of edge e (in CSR order): points `routeOffsets[e] .. routeOffsets[e + 1]` of `routes` (x, y pairs). */
  readonly routeOffsets: Int32Array;
  readonly routes: Float32Array;
  readonly width: number;
  readonly height: number;
}
