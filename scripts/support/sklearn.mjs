/** The page of scikit-learn, from the table of estimators that are lowered. */

/** @param load gives the module of a path in `src`. Returns the text of each page by its path. */
export async function pages(load) {
  const { ESTIMATORS } = await load('converters/sklearn/lower/index.ts');
  const families = new Map();
  for (const [name, row] of ESTIMATORS) {
    if (name.startsWith('_')) continue;
    if (!families.has(row.family)) families.set(row.family, []);
    families.get(row.family).push([name, row]);
  }
  const sections = [...families].map(([family, rows]) => {
    const lines = rows.map(
      ([name, r]) => `| ${name} | ${r.kind === 'refused' ? 'shown, not converted' : 'yes'} | ${r.limits ?? ''} |`,
    );
    return [`## ${family}`, '', '| estimator | converted | limits |', '|---|---|---|', ...lines].join('\n');
  });
  return {
    'docs/support/sklearn.md': `# scikit-learn: what is converted

Made by \`node scripts/generate-support.mjs\` from the table in \`src/converters/sklearn/lower/index.ts\`; do not edit.

Files: pickle (protocols 0 to 5), joblib (uncompressed, zlib, gzip, bz2, xz, lzma, lz4) and skops, of scikit-learn 0.24 to 1.9 (measured with
1.1, 1.2, 1.4, 1.6 and 1.9).
Nothing in a file is run. Estimators that are not listed are shown, and refused with a sentence when they are converted.
Estimators of LightGBM, XGBoost and CatBoost are read within all of these: see [lightgbm](lightgbm.md), [xgboost](xgboost.md) and
[catboost](catboost.md). Written for opset 21, or for an older one (9 and later; text needs 20) with \`--opset\`.

Where several fitted rows are equally far from a row, the neighbours' estimators take the first of the file; scikit-learn's search
trees take one by the order in which they are walked.

${sections.join('\n\n')}
`,
  };
}
