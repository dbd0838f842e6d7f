/** The pages whose converters write them: those of Keras, TensorFlow and TFLite, from their tables of lowerings. */
const CONVERTERS = ['keras', 'tensorflow', 'tflite'];

/** @param load gives the module of a path in `src`. Returns the text of each page by its path. */
export async function pages(load) {
  const made = CONVERTERS.map(async (name) => {
    const { supportPage } = await load(`converters/${name}/support-table.ts`);
    return [`docs/support/${name}.md`, supportPage()];
  });
  return Object.fromEntries(await Promise.all(made));
}
