/** Operators that are known and have no ONNX form: each with the reason, for the refusal and for the table of the docs. */

const each = (ops: string, why: string) => ops.split(' ').map((op) => [op, why] as const);

export const REFUSED: ReadonlyMap<string, string> = new Map([
  ...each(
    'DecodeJpeg DecodePng DecodeImage DecodeBmp DecodeGif DecodeAndCropJpeg DecodeWav DecodeRaw DecodeCSV DecodeBase64 ' +
      'EncodeJpeg EncodePng EncodeBase64 DecodeCompressed DecodePaddedRaw DecodeJSONExample',
    'ONNX decodes no files: give the model what comes out of it as an input',
  ),
  ...each(
    'ParseExample ParseExampleV2 ParseSingleExample ParseSequenceExample ParseTensor SerializeTensor',
    'ONNX parses no records: give the model what comes out of it as an input',
  ),
  ...each('ReadFile WriteFile MatchingFiles', 'ONNX reads no files'),
  ...each(
    'StringSplit StringSplitV2 StringStrip StringLower StringUpper RegexReplace StaticRegexReplace RegexFullMatch ' +
      'StaticRegexFullMatch StringJoin StringLength StringFormat StringNGrams StringToNumber Substr AsString ReduceJoin ' +
      'StringToHashBucket StringToHashBucketFast StringToHashBucketStrong UnicodeDecode UnicodeEncode UnicodeScript ' +
      'UnicodeTranscode UnicodeDecodeWithOffsets UnsortedSegmentJoin Unbatch SentencepieceTokenizeOp WordpieceTokenize',
    'ONNX has no such operation on strings in the opset that is written',
  ),
  ...each(
    'RaggedGather RaggedRange RaggedTensorToTensor RaggedTensorToVariant RaggedTensorFromVariant RaggedTensorToSparse ' +
      'RaggedCross RaggedBincount RaggedCountSparseOutput',
    'ONNX has no ragged tensors, and Graphwright does not pad them',
  ),
  ...each(
    'SparseTensorDenseMatMul SparseReorder SparseReshape SparseFillEmptyRows SparseConcat SparseSlice SparseAdd ' +
      'SparseReduceSum SparseSoftmax SparseCross SparseDenseCwiseMul SparseSplit DenseToDenseSetOperation',
    'ONNX has no sparse tensors at run time',
  ),
  ...each(
    'Cholesky CholeskyGrad MatrixInverse MatrixSolve MatrixSolveLs MatrixTriangularSolve MatrixExponential MatrixLogarithm ' +
      'MatrixSquareRoot Qr Svd SelfAdjointEigV2 Eig Lu LogMatrixDeterminant BandedTriangularSolve TridiagonalSolve',
    'ONNX has no operator that decomposes or inverts matrices, and Graphwright writes no algorithm for it',
  ),
  ...each(
    'Lgamma Digamma Polygamma Zeta Igamma Igammac Betainc BesselI1e BesselI1 BesselJ0 BesselK0 Dawsn ' +
      'Expint FresnelCos FresnelSin Spence IgammaGradA',
    'ONNX has no operator for this function, and Graphwright writes no series for it',
  ),
  ...each('NextAfter', 'ONNX has no operator for the neighbouring number'),
  ...each(
    'StatelessRandomUniform StatelessRandomNormal StatelessTruncatedNormal StatelessRandomUniformV2 StatelessRandomNormalV2 ' +
      'StatelessTruncatedNormalV2 StatelessRandomUniformInt StatelessRandomUniformIntV2 StatelessMultinomial ' +
      'StatefulStandardNormalV2 StatefulUniform StatefulTruncatedNormal RngReadAndSkip',
    'ONNX cannot draw the numbers that this generator would',
  ),
  ...each(
    'TruncatedNormal RandomGamma RandomPoisson RandomPoissonV2 RandomShuffle ParameterizedTruncatedNormal RandomUniformInt ' +
      'RandomCrop',
    'ONNX has no such distribution',
  ),
  ...each('Dilation2D Dilation2DBackpropInput', 'ONNX has no operator for grey-scale dilation and erosion'),
  ...each('FractionalMaxPool FractionalAvgPool', 'its windows are drawn at random'),
  ...each('NonMaxSuppressionWithOverlaps', 'ONNX compares boxes, not tables of their overlaps'),
  ...each('GenerateBoundingBoxProposals DrawBoundingBoxes DrawBoundingBoxesV2', 'ONNX has no such operation on boxes'),
  ...each('CudnnRNN CudnnRNNV2 CudnnRNNV3', 'its weights are packed in an order that only cuDNN tells'),
  ...each('CTCBeamSearchDecoder CTCGreedyDecoder CTCLoss CTCLossV2', 'ONNX has no CTC'),
  ...each('PyFunc PyFuncStateless EagerPyFunc', 'it calls Python code, which is not in the file'),
  ...each('XlaCallModule XlaLaunch TPUPartitionedCall TRTEngineOp', 'it holds a program for another compiler'),
  ...each('IteratorGetNext IteratorV2 OneShotIterator MakeIterator', 'data pipelines are no part of a model'),
  ...each('QueueDequeueV2 QueueDequeueManyV2 FIFOQueueV2 RandomShuffleQueueV2', 'queues are no part of a model'),
  ...each('FFT2D FFT3D IFFT2D IFFT3D RFFT2D IRFFT IRFFT2D', 'only transforms of one dimension are converted'),
]);
