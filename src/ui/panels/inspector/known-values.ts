/** What is known of attributes beyond their kind: closed sets of words, integers that mean yes or no, or a type. */
import { float, floats, int, ints, type Attribute, type AttributeKind } from '../../../graph-model/core/attributes.ts';
import { DTYPES } from '../../../graph-model/core/types.ts';

const words = (text: string): readonly string[] => text.split(' ');

/** By attribute name, or `Op.attribute` where operators differ. */
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  auto_pad: words('NOTSET SAME_UPPER SAME_LOWER VALID'),
  'Resize.mode': words('nearest linear cubic'),
  'Upsample.mode': words('nearest linear'),
  'Pad.mode': words('constant reflect edge wrap'),
  'GridSample.mode': words('linear nearest cubic bilinear bicubic'),
  'RoiAlign.mode': words('avg max'),
  'DepthToSpace.mode': words('DCR CRD'),
  'TfIdfVectorizer.mode': words('TF IDF TFIDF'),
  'TensorScatter.mode': words('linear circular'),
  'Gelu.approximate': words('none tanh'),
  'BitShift.direction': words('LEFT RIGHT'),
  direction: words('forward reverse bidirectional'),
  coordinate_transformation_mode: words(
    'half_pixel half_pixel_symmetric pytorch_half_pixel align_corners asymmetric tf_half_pixel_for_nn tf_crop_and_resize output_half_pixel',
  ),
  nearest_mode: words('round_prefer_floor round_prefer_ceil floor ceil'),
  keep_aspect_ratio_policy: words('stretch not_larger not_smaller'),
  padding_mode: words('zeros border reflection'),
  'ScatterElements.reduction': words('none add mul max min'),
  'ScatterND.reduction': words('none add mul max min'),
  reduction: words('none mean sum'),
  post_transform: words('NONE SOFTMAX LOGISTIC SOFTMAX_ZERO PROBIT'),
  aggregate_function: words('SUM AVERAGE MIN MAX'),
  kernel_type: words('LINEAR POLY RBF SIGMOID'),
  norm: words('MAX L1 L2'),
  case_change_action: words('NONE LOWER UPPER'),
  round_mode: words('half_to_even half_away_from_zero'),
};

export function enumOf(op: string, attribute: string): readonly string[] | null {
  return ENUMS[`${op}.${attribute}`] ?? ENUMS[attribute] ?? null;
}

/** What 1 means, for integers that are yes or no. */
const FLAGS: Readonly<Record<string, string>> = {
  keepdims: 'The reduced axes stay, with length 1.',
  ceil_mode: 'Output lengths are rounded up instead of down.',
  count_include_pad: 'The padding counts in the average.',
  transA: 'A is transposed first.',
  transB: 'B is transposed first.',
  exclusive: 'The element itself is left out of its sum.',
  reverse: 'It goes from the end.',
  largest: 'The largest elements are taken, else the smallest.',
  sorted: 'The result is sorted.',
  select_last_index: 'Among equals the last one is taken.',
  noop_with_empty_axes: 'Without axes nothing is reduced.',
  allowzero: 'A zero in the shape means length 0, not “as in the input”.',
  fmod: 'The sign of the result follows the dividend.',
  is_causal: 'A position sees only those before it.',
  unidirectional: 'A position sees only those before it.',
  linear_before_reset: 'The linear transformation comes before the reset gate.',
  input_forget: 'Input and forget gates are coupled.',
  detect_positive: 'Plus infinity counts.',
  detect_negative: 'Minus infinity counts.',
  upper: 'The upper triangle is kept, else the lower.',
  antialias: 'The filter widens when the picture shrinks.',
  exclude_outside: 'What lies outside gets no weight.',
  training_mode: 'It updates its statistics and gives them out.',
  center_point_box: 'Boxes are given by centre and size.',
  saturate: 'What does not fit becomes the largest value, not infinity or NaN.',
  onesided: 'Only the first half of the spectrum is given.',
  align_corners: 'The corners of input and output are aligned.',
  interleaved: 'The halves of a rotated pair lie side by side.',
};

/** What 1 means where the integer is yes or no; null where it is a number. */
export function flagOf(op: string, attribute: string): string | null {
  return attribute === 'reverse' && op === 'BitShift' ? null : (FLAGS[attribute] ?? null);
}

const TYPE_ATTRIBUTES = new Set(['to', 'output_dtype', 'dtype', 'output_datatype', 'stash_type', 'softmax_precision']);

/** True where the integer is a TensorProto.DataType. */
export function isTypeCode(attribute: string): boolean {
  return TYPE_ATTRIBUTES.has(attribute);
}

export const TYPE_OPTIONS: readonly { readonly code: number; readonly label: string }[] = DTYPES.map((d) => ({
  code: d.code,
  label: d.label,
}));

/** The kinds that may be added by hand, and what a new one holds. */
export const NEW_ATTRIBUTES: Partial<Record<AttributeKind, Attribute>> = {
  int: int(0),
  float: float(0),
  string: { kind: 'string', value: '' },
  ints: ints([]),
  floats: floats([]),
  strings: { kind: 'strings', value: [] },
};
