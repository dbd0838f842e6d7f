/** LIBSVM and LIBLINEAR text models. */
import { lowerNodes, nodeOfDialect } from '../../graph-model/builders/dialect-model.ts';
import { failureOf } from '../containers/failure.ts';
import type { Converter } from '../converter.ts';
import { lowerSvmNode } from './lower.ts';
import { svmModel } from './model.ts';
import { svmReference } from './reference.ts';
import { readSvmText } from './read.ts';

export const libsvmConverter: Converter = {
  read: async ({ name, blob }, _files, job) =>
    svmModel(await readSvmText(blob, failureOf('LIBSVM', name), job), { name, size: blob.size }),
  toOnnx: async (model, options) =>
    lowerNodes(model, 'libsvm', options.opset, (e, node) => lowerSvmNode(e, node, model.source.fileName)),
  reference: async (model) => {
    const node = nodeOfDialect(model, 'libsvm');
    return (node && svmReference(node)) ?? { none: 'a model of this kind' };
  },
};
