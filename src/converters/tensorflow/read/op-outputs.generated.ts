/**
 * The outputs of TensorFlow's operators, from the operator registry of TensorFlow 2.21.0 (training, data pipelines and devices left out):
 * `name`, `*n` as many as the attribute n says, `+Ts` one for each type of the list Ts, `@type` an element type or the
 * attribute that says it, `=type` where that has a default.
 */
export const OP_OUTPUTS = `
A out@float
Abort 
Abs y@T
AccumulateNV2 sum@T
AccumulatorNumAccumulated num_accumulated@int32
AccumulatorSetGlobalStep 
Acos y@T
Acosh y@T
Add z@T
AddManySparseToTensorsMap sparse_handles@int64
AddN sum@T
AddSparseToTensorsMap sparse_handle@int64
AddV2 z@T
AdjustContrast output@float
AdjustContrastv2 output@T=float
AdjustHue output@T=float
AdjustSaturation output@T=float
All output@bool
AllCandidateSampler sampled_candidates@int64 true_expected_count@float sampled_expected_count@float
AllToAll output@T
Angle output@Tout=float
AnonymousHashTable table_handle@resource
AnonymousMemoryCache handle@resource deleter@variant
AnonymousMutableDenseHashTable table_handle@resource
AnonymousMutableHashTable table_handle@resource
AnonymousMutableHashTableOfTensors table_handle@resource
AnonymousRandomSeedGenerator handle@resource deleter@variant
AnonymousSeedGenerator handle@resource deleter@variant
Any output@bool
ApproxTopK values@T indices@int32
ApproximateEqual z@bool
ArgMax output@output_type=int64
ArgMin output@output_type=int64
AsString output@string
Asin y@T
Asinh y@T
Assert 
Assign output_ref@T
AssignAdd output_ref@T
AssignAddVariableOp 
AssignSub output_ref@T
AssignSubVariableOp 
AssignVariableOp 
Atan y@T
Atan2 z@T
Atanh y@T
Attr 
AttrBool 
AttrBoolList 
AttrDefault 
AttrEmptyListDefault 
AttrEnum 
AttrEnumList 
AttrFloat 
AttrListDefault 
AttrListMin 
AttrListTypeDefault 
AttrMin 
AttrPartialShape 
AttrPartialShapeList 
AttrShape 
AttrShapeList 
AttrTypeDefault 
AudioMicrofrontend filterbanks@out_type=uint16
AudioSpectrogram spectrogram@float
AvgPool output@T
AvgPool3D output@T
B out@float
BandedTriangularSolve output@T
Batch batched_tensors+T batch_index@int64 id@int64
BatchCholesky output@T
BatchFFT output@complex64
BatchFFT2D output@complex64
BatchFFT3D output@complex64
BatchFunction out_tensors+Tout
BatchIFFT output@complex64
BatchIFFT2D output@complex64
BatchIFFT3D output@complex64
BatchMatMul output@T
BatchMatMulV2 output@T
BatchMatMulV3 output@Tout
BatchMatrixBandPart band@T
BatchMatrixDeterminant output@T
BatchMatrixDiag output@T
BatchMatrixDiagPart diagonal@T
BatchMatrixInverse output@T
BatchMatrixSetDiag output@T
BatchMatrixSolve output@T
BatchMatrixSolveLs output@T
BatchMatrixTriangularSolve output@T
BatchNormWithGlobalNormalization result@T
BatchSelfAdjointEig output@T
BatchSelfAdjointEigV2 e@T v@T
BatchSvd s@T u@T v@T
BatchToSpace output@T
BatchToSpaceND output@T
BesselI0 y@T
BesselI0e y@T
BesselI1 y@T
BesselI1e y@T
BesselJ0 y@T
BesselJ1 y@T
BesselK0 y@T
BesselK0e y@T
BesselK1 y@T
BesselK1e y@T
BesselY0 y@T
BesselY1 y@T
Betainc z@T
BiasAdd output@T
BiasAddV1 output@T
Binary out@T
Bincount bins@T
Bitcast output@type
BitwiseAnd z@T
BitwiseOr z@T
BitwiseXor z@T
BlockLSTM i@T cs@T f@T o@T ci@T co@T h@T
BlockLSTMV2 i@T cs@T f@T o@T ci@T co@T h@T
BroadcastArgs r0@T=int32
BroadcastTo output@T
Bucketize output@int32
CSRSparseMatrixComponents row_ptrs@int32 col_inds@int32 values@type
CSRSparseMatrixToDense dense_output@type
CSRSparseMatrixToSparseTensor indices@int64 values@type dense_shape@int64
CTCLoss loss@T=float gradient@T=float
CTCLossV2 loss@float gradient@float
CalibrationStatisticsSaver 
Case output+Tout
Cast y@DstT
Ceil y@T
CheckNumerics output@T
CheckNumericsV2 output@T
CheckPinned output@T
Cholesky output@T
ClipByValue output@T
CombinedNonMaxSuppression nmsed_boxes@float nmsed_scores@float nmsed_classes@float valid_detections@int32
Complex out@Tout=complex64
ComplexAbs y@Tout=float
ComplexStruct a*n_a@int32 b*n_b@int64 c+t_c
CompositeTensorVariantFromComponents encoded@variant
CompositeTensorVariantToComponents components+Tcomponents
CompressElement compressed@variant
ComputeAccidentalHits indices@int32 ids@int64 weights@float
ComputeBatchSize batch_size@int64
ComputeDedupDataSize num_elements@int32
ComputeDedupDataSizeV2 num_elements@int32
ComputeDedupDataTupleMask output_shape@int32
ComputeDedupDataTupleMaskV2 output_shape@int32
Concat output@T
ConcatOffset offset*N@shape_type=int32
ConcatV2 output@T
ConditionalAccumulator handle@string
Conj output@T=complex64
ConjugateTranspose y@T
Const output@dtype
ConstructionFails 
ConsumeMutexLock 
ControlTrigger 
Conv output@T
Conv2D output@T
Conv2DBackpropFilter output@T
Conv2DBackpropFilterV2 output@T
Conv2DBackpropInput output@T
Conv2DBackpropInputV2 output@T
Conv3D output@T
Conv3DBackpropFilter output@T
Conv3DBackpropFilterV2 output@T
Conv3DBackpropInput output@T
Conv3DBackpropInputV2 output@T
ConvertToCooTensor row_ids@int32 col_ids@int32 gains@float
ConvertToListOfSparseCoreCooTensors row_ids_list*num_sc_per_chip@int32 col_ids_list*num_sc_per_chip@int32 gains_list*num_sc_per_chip@float
ConvertToSparseCoreCsrWrappedCooTensor row_pointers@int32 sorted_sample_ids@int32 sorted_token_ids@int32 sorted_gains@float row_pointers_unpadded_size@int32 ids_unpadded_size@int32 num_minibatches_per_sc@int32
Copy output@T
CopyHost output@T
CopyOp b@T
CopyToMesh output@T
Cos y@T
Cosh y@T
CountUpTo output@T
CropAndResize crops@float
Cross product@T
CrossReplicaSum output@T
CudnnRNN output@T output_h@T output_c@T reserve_space@T
CudnnRNNBackprop input_backprop@T input_h_backprop@T input_c_backprop@T params_backprop@T
CudnnRNNBackpropV2 input_backprop@T input_h_backprop@T input_c_backprop@T params_backprop@T
CudnnRNNBackpropV3 input_backprop@T input_h_backprop@T input_c_backprop@T params_backprop@T
CudnnRNNCanonicalToParams params@T
CudnnRNNCanonicalToParamsV2 params@T
CudnnRNNParamsSize params_size@S
CudnnRNNParamsToCanonical weights*num_params@T biases*num_params@T
CudnnRNNParamsToCanonicalV2 weights*num_params_weights@T biases*num_params_biases@T
CudnnRNNV2 output@T output_h@T output_c@T reserve_space@T host_reserved@int8
CudnnRNNV3 output@T output_h@T output_c@T reserve_space@T host_reserved@int8
Cumprod out@T
Cumsum out@T
CumulativeLogsumexp out@T
CustomAggregator output@float min@float max@float histogram@int64
DTensorAllGather output@T
DTensorAllReduce output@T
DTensorAllScatter output@T
DTensorAllToAll output@T
DTensorReduceScatter output@T
DTensorRestoreV2 tensors+dtypes
DataFormatDimMap y@T=int32
DataFormatVecPermute y@T=int32
Dawsn y@T
DecodeRaw output@out_type
DeepCopy y@T
DefaultAttrs 
DeleteMemoryCache 
DeleteRandomSeedGenerator 
DeleteSeedGenerator 
DeleteSessionTensor 
DenseBincount output@T
DenseCountSparseOutput output_indices@int64 output_values@output_type output_dense_shape@int64
DenseToCSRSparseMatrix sparse_output@variant
DenseToDenseSetOperation result_indices@int64 result_values@T result_shape@int64
DenseToSparseSetOperation result_indices@int64 result_values@T result_shape@int64
DepthToSpace output@T
DepthwiseConv2dNative output@T
DepthwiseConv2dNativeBackpropFilter output@T
DepthwiseConv2dNativeBackpropInput output@T
Dequantize output@dtype=float
DeserializeManySparse sparse_indices@int64 sparse_values@dtype sparse_shape@int64
DeserializeSparse sparse_indices@int64 sparse_values@dtype sparse_shape@int64
DestroyResourceOp 
DestroyTemporaryVariable value@T
DeviceIndex index@int32
DevicePlacementOp device@string
Diag output@T
DiagPart diagonal@T
Digamma y@T
Dilation2D output@T
Dilation2DBackpropFilter filter_backprop@T
Dilation2DBackpropInput in_backprop@T
DisableCopyOnRead 
DistributedSave 
Div z@T
DivNoNan z@T
DrawBoundingBoxes output@T=float
DrawBoundingBoxesV2 output@T=float
DtypeWithDefaultOp dtype@string
DummyIterationCounter handle@resource
DummyMemoryCache handle@resource
DummySeedGenerator handle@resource
DumpTensor 
DynamicPartition outputs*num_partitions@T
DynamicStitch merged@T
EagerPyFunc output+Tout
EditDistance output@float
Eig e@Tout v@Tout
Einsum output@T
Elu activations@T
Empty output@dtype
EmptyTensorList handle@variant
EmptyTensorMap handle@variant
EncodeBase64 output@string
EncodeJpeg contents@string
EncodeJpegVariableQuality contents@string
EncodePng contents@string
EncodeProto bytes@string
EncodeWav contents@string
EnsureShape output@T
Enter output@T
Equal z@bool
Erf y@T
Erfc y@T
Erfinv y@T
EuclideanNorm output@T
Exit output@T
Exp y@T
ExpandDims output@T
Expint y@T
Expm1 y@T
ExtractGlimpse glimpse@float
ExtractGlimpseV2 glimpse@float
ExtractImagePatches patches@T
ExtractJpegShape image_shape@output_type=int32
ExtractVolumePatches patches@T
FFT output@Tcomplex=complex64
FFT2D output@Tcomplex=complex64
FFT3D output@Tcomplex=complex64
FFTND output@Tcomplex=complex64
Fact fact@string
FakeParam output@dtype
FakeQuantWithMinMaxArgs outputs@float
FakeQuantWithMinMaxVars outputs@float
FakeQuantWithMinMaxVarsPerChannel outputs@float
FileSystemSetConfiguration 
Fill output@T
Fingerprint fingerprint@uint8
FiveFloatOutputs a@float b@float c@float d@float e@float
FixedUnigramCandidateSampler sampled_candidates@int64 true_expected_count@float sampled_expected_count@float
FloatInput 
FloatOutput a@float
FloatOutputStringOutput a@float b@string
Floor y@T
FloorDiv z@T
FloorMod z@T
Foo1 d@float e@int32
Foo2 d@float e@int32
Foo3 d@float e@int32
For output+T
FractionalAvgPool output@T row_pooling_sequence@int64 col_pooling_sequence@int64
FractionalMaxPool output@T row_pooling_sequence@int64 col_pooling_sequence@int64
FresnelCos y@T
FresnelSin y@T
FuncAttr 
FuncListAttr 
FusedBatchNorm y@T batch_mean@T batch_variance@T reserve_space_1@T reserve_space_2@T
FusedBatchNormV2 y@T batch_mean@U batch_variance@U reserve_space_1@U reserve_space_2@U
FusedBatchNormV3 y@T batch_mean@U batch_variance@U reserve_space_1@U reserve_space_2@U reserve_space_3@U
FusedPadConv2D output@T
FusedResizeAndPadConv2D output@T
GRUBlockCell r@T u@T c@T h@T
Gather output@Tparams
GatherNd output@Tparams
GatherV2 output@Tparams
GenerateBoundingBoxProposals rois@float roi_probabilities@float
GenerateVocabRemapping remapping@int64 num_present@int32
GetDeadline deadline_from_epoch_micros@int64
GetElementAtIndex components+output_types
GetMinibatchSplitsWithPhysicalReplica sorted_row_ids@int32 sorted_col_ids@int32 sorted_gains@float splits@int64 id_counts@int32 max_ids@int32 max_uniques@int32
GetMinibatchesInCsrWithPhysicalReplica row_pointers@int32 sorted_sample_ids@int32 sorted_token_ids@int32 sorted_gains@float row_pointers_unpadded_size@int32 ids_unpadded_size@int32 num_minibatches_per_physical_sparse_core@int32
GetOptions serialized_options@string
GetSessionHandle handle@string
GetSessionHandleV2 handle@resource
GetSessionTensor value@dtype
GetStatsFromListOfSparseCoreCooTensors max_ids_per_sparse_core@int32 max_unique_ids_per_sparse_core@int32
GlobalIterId iter_id@int64
GraphDefVersion version@int32
Greater z@bool
GreaterEqual z@bool
GuaranteeConst output@T
HSVToRGB output@T=float
HashTable table_handle@string
HashTableV2 table_handle@resource
HistogramFixedWidth out@dtype=int32
HostConst output@dtype
IFFT output@Tcomplex=complex64
IFFT2D output@Tcomplex=complex64
IFFT3D output@Tcomplex=complex64
IFFTND output@Tcomplex=complex64
IRFFT output@Treal=float
IRFFT2D output@Treal=float
IRFFT3D output@Treal=float
IRFFTND output@Treal=float
Identity output@T
IdentityN output+T
If output+Tout
Igamma z@T
Igammac z@T
Imag output@Tout=float
ImageProjectiveTransformV2 transformed_images@dtype
ImageProjectiveTransformV3 transformed_images@dtype
ImmutableConst tensor@dtype
ImportEvent 
InPolymorphicTwice 
InTopK precision@bool
InTopKV2 precision@bool
InfeedDequeue output@dtype
InfeedDequeueTuple outputs+dtypes
InfeedEnqueue 
InfeedEnqueuePrelinearizedBuffer 
InfeedEnqueueTuple 
InitializeTable 
InitializeTableFromTextFile 
InitializeTableFromTextFileV2 
InitializeTableV2 
InplaceAdd y@T
InplaceSub y@T
InplaceUpdate y@T
Int64Output out@int64
IntAttr out@int64
IntInput 
IntInputFloatInput 
IntInputIntOutput b@int32
IntOutput a@int32
IntOutputFloatOutput a@int32 b@float
Inv y@T
Invert y@T
InvertPermutation y@T=int32
IsFinite y@bool
IsInf y@bool
IsNan y@bool
IsResourceHandleRefCounting result@bool
IsTensorFloat32Enabled enabled@bool
IsVariableInitialized is_initialized@bool
IsotonicRegression output@output_dtype=float segments@int32
KMC2ChainInitialization index@int64
KernelLabel result@string
KernelLabelRequired result@string
KmeansPlusPlusInitialization samples@float
KthOrderStatistic output@float
L2Loss output@T
LRN output@T=float
LSTMBlockCell i@T cs@T f@T o@T ci@T co@T h@T
LeakyRelu activations@T=float
LearnedUnigramCandidateSampler sampled_candidates@int64 true_expected_count@float sampled_expected_count@float
LeftShift z@T
Less z@bool
LessEqual z@bool
Lgamma y@T
LinSpace output@T
ListDiff out@T idx@out_idx=int32
ListInput 
ListOutput a+T
LoadAndRemapMatrix output_matrix@float
Log y@T
Log1p y@T
LogMatrixDeterminant sign@T log_abs_determinant@T
LogSoftmax logsoftmax@T
LogUniformCandidateSampler sampled_candidates@int64 true_expected_count@float sampled_expected_count@float
LogicalAnd z@bool
LogicalNot y@bool
LogicalOr z@bool
LookupTableExport keys@Tkeys values@Tvalues
LookupTableExportV2 keys@Tkeys values@Tvalues
LookupTableFind values@Tout
LookupTableFindV2 values@Tout
LookupTableImport 
LookupTableImportV2 
LookupTableInsert 
LookupTableInsertV2 
LookupTableRemoveV2 
LookupTableSize size@int64
LookupTableSizeV2 size@int64
LoopCond output@bool
LowerBound output@out_type=int32
Lu lu@T p@output_idx_type=int32
MakeUnique output@float
MakeWeakResourceHandle dup@resource
MapClear 
MapDefun output+output_types
MapIncompleteSize size@int32
MapPeek values+dtypes
MapSize size@int32
MapStage 
MapUnstage values+dtypes
MapUnstageNoKey key@int64 values+dtypes
MatMul product@T
MatchingFiles filenames@string
MatrixBandPart band@T
MatrixDeterminant output@T
MatrixDiag output@T
MatrixDiagPart diagonal@T
MatrixDiagPartV2 diagonal@T
MatrixDiagPartV3 diagonal@T
MatrixDiagV2 output@T
MatrixDiagV3 output@T
MatrixExponential output@T
MatrixInverse output@T
MatrixLogarithm output@T
MatrixSetDiag output@T
MatrixSetDiagV2 output@T
MatrixSetDiagV3 output@T
MatrixSolve output@T
MatrixSolveLs output@T
MatrixSquareRoot output@T
MatrixTriangularSolve output@T
Max output@T
MaxPool output@T=float
MaxPool3D output@T
MaxPoolV2 output@T=float
MaxPoolWithArgmax output@T argmax@Targmax=int64
Maximum z@T
Mean output@T
Merge output@T value_index@int32
MergeDedupData output@variant
MergeV2Checkpoints 
Mfcc output@float
Min output@T
Minimum z@T
MirrorPad output@T
MixedStruct a*n_a@int32 b@float
MlirPassthroughOp outputs+Toutputs
Mod z@T
Mul z@T
MulNoNan z@T
Multinomial output@output_dtype=int64
MutableDenseHashTable table_handle@string
MutableDenseHashTableV2 table_handle@resource
MutableHashTable table_handle@string
MutableHashTableOfTensors table_handle@string
MutableHashTableOfTensorsV2 table_handle@resource
MutableHashTableV2 table_handle@resource
MutexLock mutex_lock@variant
MutexV2 resource@resource
NInPolymorphicTwice 
NInTwice 
NInTwoTypeVariables 
NIntsIn 
NIntsOut a*N@int32
NIntsOutDefault a*N@int32
NPolymorphicIn 
NPolymorphicOut a*N@T
NPolymorphicOutDefault a*N@T=bool
NPolymorphicRestrictIn 
NPolymorphicRestrictOut a*N@T
Ndtri y@T
NearestNeighbors nearest_center_indices@int64 nearest_center_distances@float
Neg y@T
NegTrain 
NextAfter output@T=float
NextIteration output@T
NoOp 
NonDeterministicInts output@dtype=int64
NonMaxSuppression selected_indices@int32
NonMaxSuppressionV2 selected_indices@int32
NonMaxSuppressionV3 selected_indices@int32
NonMaxSuppressionV4 selected_indices@int32 valid_outputs@int32
NonMaxSuppressionV5 selected_indices@int32 selected_scores@T=float valid_outputs@int32
NonMaxSuppressionWithOverlaps selected_indices@int32
None 
NotEqual z@bool
NthElement values@T
Old 
OneHot output@T
OnesLike y@T
OpWithDefaultAttr a@int32
OpWithFutureDefaultAttr 
OptionalFromValue optional@variant
OptionalGetValue components+output_types
OptionalHasValue has_value@bool
OptionalNone optional@variant
OrderedMapClear 
OrderedMapIncompleteSize size@int32
OrderedMapPeek values+dtypes
OrderedMapSize size@int32
OrderedMapStage 
OrderedMapUnstage values+dtypes
OrderedMapUnstageNoKey key@int64 values+dtypes
OutT a@T
OutTypeList out+T
OutTypeListRestrict out+t
OutfeedDequeue output@dtype
OutfeedDequeueTuple outputs+dtypes
OutfeedDequeueTupleV2 outputs+dtypes
OutfeedDequeueV2 output@dtype
OutfeedEnqueue 
OutfeedEnqueueTuple 
Pack output@T
Pad output@T
PadV2 output@T
ParallelConcat output@T
ParallelDynamicStitch merged@T
ParameterizedTruncatedNormal output@dtype
ParseExample sparse_indices*Nsparse@int64 sparse_values+sparse_types sparse_shapes*Nsparse@int64 dense_values+Tdense
ParseExampleV2 sparse_indices*num_sparse@int64 sparse_values+sparse_types sparse_shapes*num_sparse@int64 dense_values+Tdense ragged_values+ragged_value_types ragged_row_splits+ragged_split_types
ParseSequenceExample context_sparse_indices*Ncontext_sparse@int64 context_sparse_values+context_sparse_types context_sparse_shapes*Ncontext_sparse@int64 context_dense_values+Tcontext_dense feature_list_sparse_indices*Nfeature_list_sparse@int64 feature_list_sparse_values+feature_list_sparse_types feature_list_sparse_shapes*Nfeature_list_sparse@int64 feature_list_dense_values+feature_list_dense_types feature_list_dense_lengths*Nfeature_list_dense@int64
ParseSequenceExampleV2 context_sparse_indices*Ncontext_sparse@int64 context_sparse_values+context_sparse_types context_sparse_shapes*Ncontext_sparse@int64 context_dense_values+Tcontext_dense context_ragged_values+context_ragged_value_types context_ragged_row_splits+context_ragged_split_types feature_list_sparse_indices*Nfeature_list_sparse@int64 feature_list_sparse_values+feature_list_sparse_types feature_list_sparse_shapes*Nfeature_list_sparse@int64 feature_list_dense_values+feature_list_dense_types feature_list_dense_lengths*Nfeature_list_dense@int64 feature_list_ragged_values+feature_list_ragged_value_types feature_list_ragged_outer_splits+feature_list_ragged_split_types feature_list_ragged_inner_splits+feature_list_ragged_split_types
ParseSingleExample sparse_indices*num_sparse@int64 sparse_values+sparse_types sparse_shapes*num_sparse@int64 dense_values+Tdense
ParseSingleSequenceExample context_sparse_indices*Ncontext_sparse@int64 context_sparse_values+context_sparse_types context_sparse_shapes*Ncontext_sparse@int64 context_dense_values+Tcontext_dense feature_list_sparse_indices*Nfeature_list_sparse@int64 feature_list_sparse_values+feature_list_sparse_types feature_list_sparse_shapes*Nfeature_list_sparse@int64 feature_list_dense_values+feature_list_dense_types
ParseTensor output@out_type
PartitionedCall output+Tout
Placeholder output@dtype
PlaceholderV2 output@dtype
PlaceholderWithDefault output@dtype
Polygamma z@T
Polymorphic out@T
PolymorphicDefaultOut out@T=string
PolymorphicOut out@T
PopulationCount y@uint8
Pow z@T
Prelinearize output@variant
PrelinearizeTuple output@variant
Print output@T
PrintV2 
Prod output@T
PyFunc output+Tout
PyFuncStateless output+Tout
Qr q@T r@T
QuantizeAndDequantize output@T
QuantizeAndDequantizeV2 output@T
QuantizeAndDequantizeV3 output@T
QuantizeAndDequantizeV4 output@T
QuantizeDownAndShrinkRange output@out_type output_min@float output_max@float
QuantizeV2 output@T output_min@float output_max@float
QuantizedAdd z@Toutput=qint32 min_z@float max_z@float
QuantizedAvgPool output@T min_output@float max_output@float
QuantizedBatchNormWithGlobalNormalization result@out_type result_min@float result_max@float
QuantizedBiasAdd output@out_type min_out@float max_out@float
QuantizedConcat output@T output_min@float output_max@float
QuantizedConcatV2 output@T output_min@float output_max@float
QuantizedConv2D output@out_type=qint32 min_output@float max_output@float
QuantizedConv2DAndRequantize output@out_type=qint8 min_output@float max_output@float
QuantizedConv2DPerChannel output@out_type=qint32 min_output@float max_output@float
QuantizedConv2DWithBias output@out_type=qint32 min_output@float max_output@float
QuantizedConv2DWithBiasAndRequantize output@out_type=qint8 min_output@float max_output@float
QuantizedDepthwiseConv2D output@out_type=qint32 min_output@float max_output@float
QuantizedDepthwiseConv2DWithBias output@out_type=qint32 min_output@float max_output@float
QuantizedInstanceNorm y@T y_min@float y_max@float
QuantizedMatMul out@Toutput=qint32 min_out@float max_out@float
QuantizedMatMulWithBias out@Toutput=qint32 min_out@float max_out@float
QuantizedMatMulWithBiasAndDequantize out@Toutput
QuantizedMatMulWithBiasAndRequantize out@Toutput=quint8 min_out@float max_out@float
QuantizedMaxPool output@T min_output@float max_output@float
QuantizedMul z@Toutput=qint32 min_z@float max_z@float
QuantizedRelu activations@out_type=quint8 min_activations@float max_activations@float
QuantizedRelu6 activations@out_type=quint8 min_activations@float max_activations@float
QuantizedReluX activations@out_type=quint8 min_activations@float max_activations@float
QuantizedReshape output@T output_min@float output_max@float
QuantizedResizeBilinear resized_images@T out_min@float out_max@float
RFFT output@Tcomplex=complex64
RFFT2D output@Tcomplex=complex64
RFFT3D output@Tcomplex=complex64
RFFTND output@Tcomplex=complex64
RGBToHSV output@T=float
RaggedBincount output@T
RaggedCountSparseOutput output_indices@int64 output_values@output_type output_dense_shape@int64
RaggedCross output_values@out_values_type output_row_splits@out_row_splits_type
RaggedFillEmptyRows output_value_rowids@int64 output_values@T empty_row_indicator@bool reverse_index_map@int64
RaggedGather output_nested_splits*OUTPUT_RAGGED_RANK@Tsplits=int64 output_dense_values@Tvalues
RaggedRange rt_nested_splits@Tsplits=int64 rt_dense_values@T=int32
RaggedTensorFromVariant output_nested_splits*output_ragged_rank@Tsplits=int64 output_dense_values@Tvalues
RaggedTensorToSparse sparse_indices@int64 sparse_values@T sparse_dense_shape@int64
RaggedTensorToTensor result@T
RaggedTensorToVariant encoded_ragged@variant
RandomCrop output@T
RandomGamma output@T
RandomIndexShuffle output@dtype
RandomPoisson output@dtype
RandomPoissonV2 output@dtype=int64
RandomShuffle output@T
RandomStandardNormal output@dtype
RandomUniform output@dtype
RandomUniformInt output@Tout
Range output@Tidx=int32
Rank output@int32
ReadFile contents@string
ReadVariableOp value@dtype
Real output@Tout=float
RealDiv z@T
Reciprocal y@T
Recv tensor@tensor_type
ReduceJoin output@string
RefEnter output@T
RefExit output@T
RefIdentity output@T
RefIn 
RefInputFloatInput 
RefInputFloatInputIntOutput c@int32
RefInputIntInput 
RefMerge output@T value_index@int32
RefNextIteration output@T
RefOut a@T
RefOutput a@int32
RefOutputFloatOutput a@float b@float
RefSelect output@T
RefSwitch output_false@T output_true@T
RegexFullMatch output@bool
RegexReplace output@string
Relayout output@T
RelayoutLike output@T
Relu activations@T
Relu6 activations@T
RemoteCall output+Tout
RequantizationRange output_min@float output_max@float
RequantizationRangePerChannel output_min@float output_max@float
Requantize output@out_type output_min@float output_max@float
RequantizePerChannel output@out_type=quint8 output_min@float output_max@float
RequiresOlderGraphVersion version@int32
ReservedAttr 
ReservedInput 
Reshape output@T
ResizeArea resized_images@float
ResizeBicubic resized_images@float
ResizeBilinear resized_images@float
ResizeNearestNeighbor resized_images@T
ResourceAccumulatorNumAccumulated num_accumulated@int32
ResourceAccumulatorSetGlobalStep 
ResourceConditionalAccumulator handle@resource
ResourceCountUpTo output@T
ResourceCreateOp 
ResourceGather output@dtype
ResourceGatherNd output@dtype
ResourceInitializedOp initialized@bool
ResourceScatterAdd 
ResourceScatterDiv 
ResourceScatterMax 
ResourceScatterMin 
ResourceScatterMul 
ResourceScatterNdAdd 
ResourceScatterNdMax 
ResourceScatterNdMin 
ResourceScatterNdSub 
ResourceScatterNdUpdate 
ResourceScatterSub 
ResourceScatterUpdate 
ResourceStridedSliceAssign 
ResourceUsingOp 
Restore tensor@dt
RestoreSlice tensor@dt
RestoreV2 tensors+dtypes
Restrict out@T
Reverse output@T
ReverseSequence output@T
ReverseV2 output@T
RightShift z@T
Rint y@T
RngReadAndSkip value@int64
RngSkip 
Roll output@T
Round y@T
Rsqrt y@T
SampleDistortedBoundingBox begin@T size@T bboxes@float
SampleDistortedBoundingBoxV2 begin@T size@T bboxes@float
Save 
SaveSlices 
SaveV2 
ScaleAndTranslate resized_images@float
ScatterAdd output_ref@T
ScatterDiv output_ref@T
ScatterMax output_ref@T
ScatterMin output_ref@T
ScatterMul output_ref@T
ScatterNd output@T
ScatterNdAdd output_ref@T
ScatterNdMax output_ref@T
ScatterNdMin output_ref@T
ScatterNdNonAliasingAdd output@T
ScatterNdSub output_ref@T
ScatterNdUpdate output_ref@T
ScatterSub output_ref@T
ScatterUpdate output_ref@T
SdcaFprint output@int64
SdcaOptimizer out_example_state_data@float out_delta_sparse_weights*num_sparse_features@float out_delta_dense_weights*num_dense_features@float
SdcaOptimizerV2 out_example_state_data@float out_delta_sparse_weights*num_sparse_features@float out_delta_dense_weights*num_dense_features@float
SdcaShrinkL1 
SegmentMax output@T
SegmentMaxV2 output@T
SegmentMean output@T
SegmentMin output@T
SegmentMinV2 output@T
SegmentProd output@T
SegmentProdV2 output@T
SegmentSum output@T
SegmentSumV2 output@T
Select output@T
SelectV2 output@T
SelfAdjointEig output@T
SelfAdjointEigV2 e@T v@T
Selu activations@T
Send 
SerializeManySparse serialized_sparse@out_type=string
SerializeSparse serialized_sparse@out_type=string
SerializeTensor serialized@string
SetSize size@int32
Shape output@out_type=int32
ShapeN output*N@out_type=int32
ShardedFilename filename@string
ShardedFilespec filename@string
Sigmoid y@T
Sign y@T
Simple out@float
SimpleStruct a*n_a@int32
Sin y@T
Sinh y@T
Size output@out_type=int32
Skipgram vocab_word@string vocab_freq@int32 words_per_epoch@int64 current_epoch@int32 total_words_processed@int64 examples@int32 labels@int32
SleepIdentityOp output@T
SleepOp 
Slice output@T
Snapshot output@T
SobolSample samples@dtype=float
Softmax softmax@T
SoftmaxCrossEntropyWithLogits loss@T backprop@T
Softplus activations@T
Softsign activations@T
SortListOfSparseCoreCooTensors sorted_row_ids@int32 sorted_col_ids@int32 sorted_gains@float id_counts@int32
SpaceToBatch output@T
SpaceToBatchND output@T
SpaceToDepth output@T
SparseAdd sum_indices@int64 sum_values@T sum_shape@int64
SparseBincount output@T
SparseConcat output_indices@int64 output_values@T output_shape@int64
SparseConditionalAccumulator handle@string
SparseCountSparseOutput output_indices@int64 output_values@output_type output_dense_shape@int64
SparseCross output_indices@int64 output_values@out_type output_shape@int64
SparseCrossHashed output_indices@int64 output_values@int64 output_shape@int64
SparseCrossV2 output_indices@int64 output_values@string output_shape@int64
SparseDenseCwiseAdd output@T
SparseDenseCwiseDiv output@T
SparseDenseCwiseMul output@T
SparseFillEmptyRows output_indices@int64 output_values@T empty_row_indicator@bool reverse_index_map@int64
SparseMatMul product@float
SparseMatrixAdd c@variant
SparseMatrixMatMul output@T
SparseMatrixMul output@variant
SparseMatrixNNZ nnz@int32
SparseMatrixOrderingAMD output@int32
SparseMatrixSoftmax softmax@variant
SparseMatrixSparseCholesky output@variant
SparseMatrixSparseMatMul c@variant
SparseMatrixTranspose output@variant
SparseMatrixZeros sparse_matrix@variant
SparseReduceMax output@T
SparseReduceMaxSparse output_indices@int64 output_values@T output_shape@int64
SparseReduceSum output@T
SparseReduceSumSparse output_indices@int64 output_values@T output_shape@int64
SparseReorder output_indices@int64 output_values@T
SparseReshape output_indices@int64 output_shape@int64
SparseSegmentMean output@T
SparseSegmentMeanWithNumSegments output@T
SparseSegmentSqrtN output@T
SparseSegmentSqrtNWithNumSegments output@T
SparseSegmentSum output@T
SparseSegmentSumWithNumSegments output@T
SparseSlice output_indices@int64 output_values@T output_shape@int64
SparseSoftmax output@T
SparseSoftmaxCrossEntropyWithLogits loss@T backprop@T
SparseSparseMaximum output_indices@int64 output_values@T
SparseSparseMinimum output_indices@int64 output_values@T
SparseSplit output_indices*num_split@int64 output_values*num_split@T output_shape*num_split@int64
SparseTensorDenseAdd output@T
SparseTensorDenseMatMul product@T
SparseTensorToCSRSparseMatrix sparse_matrix@variant
SparseToDense dense@T
SparseToSparseSetOperation result_indices@int64 result_values@T result_shape@int64
Spence y@T
Split output*num_split@T
SplitDedupData integer_tensor@integer_type float_tensor@float_type
SplitV output*num_split@T
Sqrt y@T
Square y@T
SquaredDifference z@T
Squeeze output@T
Stack handle@string
StackClose 
StackCloseV2 
StackPop elem@elem_type
StackPopV2 elem@elem_type
StackPush output@T
StackPushV2 output@T
StackV2 handle@resource
Stage 
StageClear 
StagePeek values+dtypes
StageSize size@int32
StatefulPartitionedCall output+Tout
StatefulRandomBinomial output@dtype=int64
StatefulStandardNormal output@dtype=float
StatefulStandardNormalV2 output@dtype=float
StatefulTruncatedNormal output@dtype=float
StatefulUniform output@dtype=float
StatefulUniformFullInt output@dtype=uint64
StatefulUniformInt output@dtype=int64
StatelessCase output+Tout
StatelessIf output+Tout
StatelessMultinomial output@output_dtype=int64
StatelessParameterizedTruncatedNormal output@dtype
StatelessRandomBinomial output@dtype=int64
StatelessRandomGammaV2 output@dtype
StatelessRandomGammaV3 output@dtype
StatelessRandomGetAlg alg@int32
StatelessRandomGetKeyCounter key@uint64 counter@uint64
StatelessRandomGetKeyCounterAlg key@uint64 counter@uint64 alg@int32
StatelessRandomNormal output@dtype=float
StatelessRandomNormalV2 output@dtype=float
StatelessRandomPoisson output@dtype
StatelessRandomUniform output@dtype=float
StatelessRandomUniformFullInt output@dtype=uint64
StatelessRandomUniformFullIntV2 output@dtype=uint64
StatelessRandomUniformInt output@dtype
StatelessRandomUniformIntV2 output@dtype
StatelessRandomUniformV2 output@dtype=float
StatelessSampleDistortedBoundingBox begin@T size@T bboxes@float
StatelessShuffle output@T
StatelessTruncatedNormal output@dtype=float
StatelessTruncatedNormalV2 output@dtype=float
StatelessWhile output+T
StaticRegexFullMatch output@bool
StaticRegexReplace output@string
StatsAggregatorHandle handle@resource
StatsAggregatorHandleV2 handle@resource
StochasticCastToInt output@Tout
StoreMinibatchStatisticsInFdo 
StridedSlice output@T
StridedSliceAssign output_ref@T
StringFormat output@string
StringJoin output@string
StringLength output@int32
StringListAttr 
StringLower output@string
StringNGrams ngrams@string ngrams_splits@Tsplits=int64
StringSplit indices@int64 values@string shape@int64
StringSplitV2 indices@int64 values@string shape@int64
StringStrip output@string
StringToHashBucket output@int64
StringToHashBucketFast output@int64
StringToHashBucketStrong output@int64
StringToNumber output@out_type=float
StringUpper output@string
StubResourceHandleOp resource@resource
Sub z@T
Substr output@string
Sum output@T
Svd s@T u@T v@T
Switch output_false@T output_true@T
SyncDevice 
TakeManySparseFromTensorsMap sparse_indices@int64 sparse_values@dtype sparse_shape@int64
Tan y@T
Tanh y@T
TemporaryVariable ref@dtype
TensorArray handle@string
TensorArrayClose 
TensorArrayCloseV2 
TensorArrayCloseV3 
TensorArrayConcat value@dtype lengths@int64
TensorArrayConcatV2 value@dtype lengths@int64
TensorArrayConcatV3 value@dtype lengths@int64
TensorArrayGather value@dtype
TensorArrayGatherV2 value@dtype
TensorArrayGatherV3 value@dtype
TensorArrayPack value@dtype
TensorArrayRead value@dtype
TensorArrayReadV2 value@dtype
TensorArrayReadV3 value@dtype
TensorArrayScatter flow_out@float
TensorArrayScatterV2 flow_out@float
TensorArrayScatterV3 flow_out@float
TensorArraySize size@int32
TensorArraySizeV2 size@int32
TensorArraySizeV3 size@int32
TensorArraySplit flow_out@float
TensorArraySplitV2 flow_out@float
TensorArraySplitV3 flow_out@float
TensorArrayUnpack flow_out@float
TensorArrayV2 handle@string
TensorArrayV3 handle@resource flow@float
TensorArrayWrite flow_out@float
TensorArrayWriteV2 flow_out@float
TensorArrayWriteV3 flow_out@float
TensorListConcat tensor@element_dtype lengths@int64
TensorListConcatLists output@variant
TensorListConcatV2 tensor@element_dtype lengths@int64
TensorListElementShape element_shape@shape_type
TensorListFromTensor output_handle@variant
TensorListGather values@element_dtype
TensorListGetItem item@element_dtype
TensorListLength length@int32
TensorListPopBack output_handle@variant tensor@element_dtype
TensorListPushBack output_handle@variant
TensorListPushBackBatch output_handles@variant
TensorListReserve handle@variant
TensorListResize output_handle@variant
TensorListScatter output_handle@variant
TensorListScatterIntoExistingList output_handle@variant
TensorListScatterV2 output_handle@variant
TensorListSetItem output_handle@variant
TensorListSplit output_handle@variant
TensorListStack tensor@element_dtype
TensorMapErase output_handle@variant
TensorMapHasKey has_key@bool
TensorMapInsert output_handle@variant
TensorMapLookup value@value_dtype
TensorMapSize size@int32
TensorMapStackKeys keys@key_dtype
TensorScatterAdd output@T
TensorScatterMax output@T
TensorScatterMin output@T
TensorScatterSub output@T
TensorScatterUpdate output@T
TensorStridedSliceUpdate output@T
ThreadPoolHandle handle@resource
ThreadUnsafeUnigramCandidateSampler sampled_candidates@int64 true_expected_count@float sampled_expected_count@float
Tile output@T
Timestamp ts@double
ToBool output@bool
TopK values@T indices@int32
TopKUnique topk@float topk_indices@int32
TopKV2 values@T indices@index_type=int32
TopKWithUnique topk@float topk_indices@int32
Transpose y@T
TridiagonalMatMul output@T
TridiagonalSolve output@T
TruncateDiv z@T
TruncateMod z@T
TruncatedNormal output@dtype
TwoFloatInputs 
TwoFloatInputsFloatOutput c@float
TwoFloatInputsIntOutput c@int32
TwoFloatOutputs a@float b@float
TwoIntInputs 
TwoIntOutputs a@int32 b@int32
TwoRefsIn 
TypeList 
TypeListRestrict 
TypeListTwice 
Unary b@T
Unbatch unbatched_tensor@T
UncompressElement components+output_types
UnicodeEncode output@string
UnicodeScript output@int32
UnicodeTranscode output@string
UniformCandidateSampler sampled_candidates@int64 true_expected_count@float sampled_expected_count@float
UniformDequantize output@Tout
UniformQuantize output@Tout
UniformQuantizedAdd output@T
UniformQuantizedClipByValue output@T
UniformQuantizedConvolution output@Tout
UniformQuantizedConvolutionHybrid output@Tout
UniformQuantizedDot output@Tout
UniformQuantizedDotHybrid output@Tout
UniformRequantize output@Tout
Unique y@T idx@out_idx=int32
UniqueV2 y@T idx@out_idx=int32
UniqueWithCounts y@T idx@out_idx=int32 count@out_idx=int32
UniqueWithCountsV2 y@T idx@out_idx=int32 count@out_idx=int32
Unpack output*num@T
UnravelIndex output@Tidx=int32
UnsortedSegmentJoin output@string
UnsortedSegmentMax output@T
UnsortedSegmentMin output@T
UnsortedSegmentProd output@T
UnsortedSegmentSum output@T
Unstage values+dtypes
UpdateTaskIdAndGlobalCoreArray 
UpperBound output@out_type=int32
VarHandleOp resource@resource
VarIsInitializedOp is_initialized@bool
Variable ref@dtype
VariableShape output@out_type=int32
VariableV2 ref@dtype
Where index@int64
While output+T
WindowOp handle@variant
WorkerHeartbeat response@string
WriteFile 
Xdivy z@T
Xlog1py z@T
Xlogy z@T
ZerosLike y@T
Zeta z@T
`;
