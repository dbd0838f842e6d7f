/** Every edit that a person makes on a model: pure functions from a model to a Change, or an EditError that says why not. */
export { attributeText, isTextKind, parseAttribute, removeAttribute, setAttribute, TEXT_KINDS } from './attributes.ts';
export type { TextKind } from './attributes.ts';
export { deleteNodes, whyNotDelete } from './delete.ts';
export type { DeleteOptions } from './delete.ts';
export { duplicateNodes } from './duplicate.ts';
export { fillMissing, missingFiles } from './fill-missing.ts';
export { groupNodes, renameGroup, ungroup } from './group.ts';
export { renameNode, renameValue } from './rename.ts';
export { insertAfter, parseDims, replaceInput, setInputDims, setInputType } from './rewire.ts';
export { pasteNodes } from './paste.ts';
