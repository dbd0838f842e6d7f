/** The pages of Spark ML, from the table that its converter works by. */
const sentence = (text) => (text === '' || text.endsWith('.') ? text : `${text[0].toUpperCase()}${text.slice(1)}.`);
const rows = (list) =>
  [
    '| class | to ONNX | notes |',
    '|---|---|---|',
    ...list.map((r) => `| ${r.ops.join(', ')} | ${r.lower ? 'yes' : 'refused'} | ${sentence(r.notes)} |`),
  ].join('\n');

const about = `Saved models and pipelines of Spark 2 to 4: a folder with \`metadata/\`, \`data/\` and \`stages/\`, or a zip of it.

- **Inputs**: one for each column that no stage makes, under the column's name: a vector column is one [N, F] tensor, a
  column of numbers or texts [N, 1]. Stages that the result does not need, such as the indexer of the label, go with their inputs.
- **Outputs**: \`label\` (int64) and \`probabilities\`, \`predictions\`, or \`decision_function\` of the last predictor, and what
  later stages make of it; \`transformed\` for a pipeline of transformers, or the columns' own names where there are several.
- **Arithmetic** is in double, as Spark's; thresholds of trees that read float32 are rounded so that every float32 goes the same way.
- **Invalid values**: ONNX can neither drop a row nor stop at it. Where Spark would (\`handleInvalid\` skip and error), the
  row gets NaN, and the conversion says so. NaN is also what stands for a null.
- **Texts** need opset 20 (StringSplit); everything else is written for opset 17.
`;

/** @param load gives the module of a path in `src`. Returns the text of each page by its path. */
export async function pages(load) {
  const { STAGES, CONTAINERS, PASSED_OVER } = await load('converters/sparkml/stages.ts');
  const families = [...new Set(STAGES.map((row) => row.family))];
  const tables = families.map((f) => `### ${f}\n\n${rows(STAGES.filter((r) => r.family === f))}`).join('\n\n');
  const body = `## What is converted

${tables}

### What holds or surrounds models

PipelineModel, ${Object.keys(CONTAINERS).join(' and ')} are opened up; ${[...PASSED_OVER].join(' and ')} change no values and are passed over.
`;

  return {
    'src/converters/sparkml/README.md': `# Spark ML

${about}
The table is \`stages.ts\`: a class is one row there, with one function in \`lower/\`. \`read.ts\` makes one node for each stage,
\`results.ts\` decides which columns are the result, \`to-onnx.ts\` lowers the stages that it needs.

${body}`,
    'docs/support/sparkml.md': `# I have a Spark ML model

Save it with \`model.write().overwrite().save(path)\`, then drop the folder, or run \`graphwright convert path -o model.onnx\`.

${about}
${body}`,
  };
}
