/** Types and shapes that contradict. */
export const INFER = {};
