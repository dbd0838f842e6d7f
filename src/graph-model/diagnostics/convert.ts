/** Conversion to ONNX and between opsets. */
export const CONVERT = {};
