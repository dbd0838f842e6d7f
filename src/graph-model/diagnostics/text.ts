/** The ONNX text form. */
export const TEXT = {};
