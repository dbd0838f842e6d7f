/** What is drawn from which zoom on. */

/** From here on nodes are React components. */
export const NEAR = 0.7;
/** From here on nodes have a name; below they are bars. */
export const MIDDLE = 0.35;
/** Below, cells stand for nodes. */
export const FAR = 0.08;
