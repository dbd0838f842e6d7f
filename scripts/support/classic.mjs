/** The pages of LightGBM, XGBoost, CatBoost and LIBSVM, from the tables that their converters work by. */
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((r) => `| ${r.join(' | ')} |`).join('\n');
const code = (text) => `\`${text}\``;
const outputs = (kind) =>
  ({ binary: 'label, probabilities', multiclass: 'label, probabilities', multilabel: 'label, probabilities' })[kind] ??
  'predictions';
const IN_PICKLES = `Pickle and joblib files (protocols 0 to 5, every compression) and skops files of the Python objects below are read, alone and
within scikit-learn's pipelines, votes, stacks, calibrations and searches. Nothing in a file is run. A classifier gives its own
labels; a regressor the linked scores, whatever the objective; rounds after the best one are left out where the object says so.`;
const EXACT = `Thresholds are float64 or float32 in the file and inputs are float32 in ONNX: each threshold is rounded to the side on which
every float32 input goes the framework's way. Within a scikit-learn pipeline, where numbers are doubles, LightGBM's thresholds stay doubles.`;
const OPSETS = `Written for opset 17 (\`TreeEnsembleRegressor\`), or with \`--opset 21\` for \`TreeEnsemble\` of ai.onnx.ml 5; an older opset with \`--opset\`.`;

const lightgbmPage = ({ OBJECTIVES }, { MISSING }, classes) => `# LightGBM: what is converted

Files: the text model (\`Booster.save_model\`; \`tree\`, versions v2, v3, v4 and the one before them) and the JSON dump
(\`Booster.dump_model\`). Measured with 2.3, 3.1, 3.3, 4.0, 4.5, 4.6 and 4.7.

${IN_PICKLES} Classes: ${classes}.

## Objectives

${table(
  ['objective', 'what its link makes of the sum s of the trees', 'outputs'],
  Object.entries(OBJECTIVES).map(([name, r]) => [code(name), r.meaning, outputs(r.kind)]),
)}

An objective that is not in the table, or of one's own, gives the sum itself, and a warning says so.

## Trees

${table(
  ['part', 'converted'],
  [
    ['numeric splits', 'yes; \\|x\\| at most 1e-35 counts as 0, as in LightGBM'],
    [`missing values (${MISSING.join(', ')})`, 'yes'],
    ['categorical splits', 'yes; NaN, negative and unseen categories go right'],
    ['linear trees', 'yes, in double'],
    ['gbdt, dart, goss, rf', 'yes'],
    ['pandas categories', 'the codes are the input; the file does not map texts to them'],
  ],
)}

${EXACT}

${OPSETS}
`;

const xgboostPage = ({ OBJECTIVES }, { BOOSTERS }, classes) => `# XGBoost: what is converted

Files: \`.json\` and \`.ubj\` (1.0 to 3.x) and the old binary form (up to 2.x and before 1.0, with and without \`binf\`). Measured with
0.90, 1.1, 1.5, 1.7, 2.0, 3.0 and 3.2.

${IN_PICKLES} Classes: ${classes}. The \`missing\` of an estimator is heeded.

## Objectives

${table(
  ['objective', 'link', 'base_score is', 'outputs'],
  Object.entries(OBJECTIVES).map(([name, r]) => [
    code(name),
    r.link,
    { margin: 'a margin', probability: 'a probability', mean: 'a mean' }[r.base],
    outputs(r.kind),
  ]),
)}

An objective that is not in the table gives margins, and a warning says so.

## Boosters and trees

${table(
  ['part', 'converted'],
  [
    [BOOSTERS.map(code).join(', '), 'yes'],
    ['splits', 'yes, in float32; NaN goes the default way'],
    ['categorical splits', 'yes, one-hot and partitions, by code; a category of the set goes right'],
    ['vector leaves (`multi_output_tree`)', 'yes, in both layouts'],
    ['several trees a round (`num_parallel_tree`)', 'yes'],
    ['several labels', 'yes: `label` and `probabilities` [N, labels] of an estimator'],
    ['vector leaves in the old binary form', 'refused: no released version wrote them'],
  ],
)}

${OPSETS}
`;

const catboostPage = ({ LOSSES }, { CTR_TYPES, DEEPEST_OBLIVIOUS }, classes) => `# CatBoost: what is converted

Files: \`.cbm\` and JSON. Measured with 1.2 (2, 3 and 10).

${IN_PICKLES} Classes: ${classes}.

## Losses

${table(
  ['loss', 'link', 'outputs'],
  Object.entries(LOSSES).map(([name, r]) => [code(name), r.link, outputs(r.kind)]),
)}

All others give the sum of the trees as \`predictions\`.

## Features and trees

${table(
  ['part', 'converted'],
  [
    ['float features', 'yes, \`x > border\` in float32; NaN as the feature says'.replaceAll('\\', '')],
    ['symmetric, Depthwise and Lossguide trees', `yes; a symmetric tree up to ${DEEPEST_OBLIVIOUS} deep`],
    [
      'one-hot categories',
      'where the file holds the strings that splits ask for: JSON saved with its pool, some `.cbm`',
    ],
    [
      `statistics of categories (${CTR_TYPES.join(', ')})`,
      'where the file’s strings explain every count: JSON saved with its pool; as tables of up to 4 million combinations',
    ],
    ['statistics in `.cbm` and pickles', 'refused: the file keeps hashes of categories alone'],
    ['text and embedding features', 'refused: their calculators have no form in ONNX'],
  ],
)}

A model with categories takes one [N, 1] input a column; others one matrix \`X\`. ${OPSETS}
`;

const libsvmPage = (
  { SVM_TYPES, KERNELS, SOLVERS },
  { MOST_COEFFICIENTS },
) => `# LIBSVM and LIBLINEAR: what is converted

Files: the text models of \`svm_save_model\` and of LIBLINEAR's \`save_model\`.

${table(
  ['part', 'converted'],
  [
    [`types ${SVM_TYPES.map(code).join(', ')}`, 'yes'],
    [`kernels ${KERNELS.map(code).join(', ')}`, 'yes; a precomputed kernel takes one value for each training row'],
    ['several classes', 'votes over pairs in the order of the \`label\` line'.replaceAll('\\', '')],
    ['probabilities', 'Platt’s sigmoids coupled by LIBSVM’s own iteration; density marks of one-class models'],
    [
      `more than ${MOST_COEFFICIENTS.toLocaleString('en-GB')} coefficients`,
      'refused: the product would not fit in memory',
    ],
  ],
)}

## LIBLINEAR's solvers

${table(
  ['solver', 'gives'],
  Object.entries(SOLVERS).map(([name, use]) => [
    code(name),
    { regression: 'predictions', probabilities: 'label, probabilities' }[use] ?? 'label, decision_function',
  ]),
)}

Everything is computed in double. Written for opset 17; another with \`--opset\`.
`;

/** @param load gives the module of a path in `src`. Returns the text of each page by its path. */
export async function pages(load) {
  const at = (path) => load(`converters/${path}`);
  const { FOREIGN } = await at('estimators.ts');
  const classes = (id) =>
    FOREIGN.find((l) => l.id === id)
      .classes.map(code)
      .join(', ');
  const modules = async (...paths) => Promise.all(paths.map(at));
  return {
    'docs/support/lightgbm.md': lightgbmPage(
      ...(await modules('lightgbm/objective.ts', 'lightgbm/trees.ts')),
      classes('lightgbm'),
    ),
    'docs/support/xgboost.md': xgboostPage(
      ...(await modules('xgboost/objective.ts', 'xgboost/record.ts')),
      classes('xgboost'),
    ),
    'docs/support/catboost.md': catboostPage(
      ...(await modules('catboost/loss.ts', 'catboost/record.ts')),
      classes('catboost'),
    ),
    'docs/support/libsvm.md': libsvmPage(...(await modules('libsvm/record.ts', 'libsvm/lower.ts'))),
  };
}
