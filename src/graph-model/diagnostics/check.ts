/** What the checker finds in a model. */
export const CHECK = {};
