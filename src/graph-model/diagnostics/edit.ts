/** Edits that cannot be made. */
export const EDIT = {};
