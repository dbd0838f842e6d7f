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
  /** Whether a drawing far longer than wide is set in columns side by side; left out: it is not. */
  readonly fold?: Fold;
  /** Boxes around vertices. Each is laid out by itself, and as one node of what lies around it. */
  readonly groups?: LayoutGroups;
  /** The drawing before an edit: what was in it stays where it was as far as the edit lets it. */
  readonly before?: Before;
}

/** A drawing that is on the screen, told in terms of the graph that is to take its place. NaN and -1 stand for what is new. */
export interface Before {
  /** By vertex, the middle it had. Where only `y` is known the vertex keeps its layer and is placed anew in it. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** By edge, the edge of the drawing before whose line it had. */
  readonly edges: Int32Array;
  readonly routeOffsets: Int32Array;
  readonly routes: Float32Array;
  /** By group x, y, width, height of its box; as for vertices only what lies along the flow may be known. */
  readonly boxes: Float32Array;
  /** The columns of that drawing: see {@link LayoutResult.columns}. */
  readonly columns?: Float32Array;
}

/** `auto` folds very long and thin drawings only. */
export type Fold = 'auto' | 'on' | 'off';

export interface LayoutGroups {
  /** By vertex, the innermost group around it; -1 for none. */
  readonly of: Int32Array;
  /** By group, the group around it, which has a smaller index; -1 for none. */
  readonly parents: Int32Array;
  /** By group, the least width of its box: room for its title. */
  readonly widths: Float32Array;
}

export interface LayoutResult {
  /** Left upper corners. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /**
   * Polyline of edge e (in CSR order): points `routeOffsets[e] .. routeOffsets[e + 1]` of `routes` (x, y pairs). A point
   * of NaN is a gap: of a very long edge only a stub at each end is drawn.
   */
  readonly routeOffsets: Int32Array;
  readonly routes: Float32Array;
  readonly width: number;
  readonly height: number;
  /** By group x, y, width, height; a group without vertices has no size. Empty without groups. */
  readonly boxes: Float32Array;
  /**
   * Of a drawing set in columns, five numbers for each: where it ends across the flow, what was added to places in it across
   * and along the flow, and from where to where along the flow it reached before. Left out where there are none.
   */
  readonly columns?: Float32Array;
}
