/** Running models. */
export const RUN = {};
