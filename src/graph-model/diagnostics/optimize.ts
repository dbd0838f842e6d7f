/** Passes and rules: what was refused, what was undone. */
export const OPTIMIZE = {};
