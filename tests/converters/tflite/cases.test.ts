/** Every sample converts to the interpreter's own numbers, within the case's tolerance, or is refused in one sentence. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/converters/open.ts';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { quietJob } from '../../../src/graph-model/job.ts';
import { toOnnx } from '../../../src/services/convert.ts';
import { SHARED } from '../../support/onnx-samples.ts';
import { kerasCase, kerasCases, wrongOutputs } from '../keras/keras-cases.ts';

const OWN = fileURLToPath(new URL('../../samples/tflite/', import.meta.url));
const BESIDE = `${SHARED}fixtures/tflite/`;
const hasBeside = existsSync(BESIDE);

async function verify(root: string, name: string): Promise<void> {
  const c = kerasCase(root, name);
  const convert = async () => toOnnx(await openModel(c.files, quietJob()), {}, quietJob());
  if (c.expect === 'refuse') {
    const failed = await convert().catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(FormatError);
    return;
  }
  const model = await convert();
  expect(brokenLaws(model)).toEqual([]);
  expect([...model.nodes.values()].filter((n) => n.domain.startsWith('tflite'))).toEqual([]);
  expect(await wrongOutputs(c, model)).toEqual([]);
}

const own = kerasCases(OWN);

describe('TensorFlow Lite samples', () => {
  it.each(own)('%s', (name) => verify(OWN, name));
});

if (!hasBeside) console.warn('skipped: the full set of TensorFlow Lite models is not beside the project');
describe.skipIf(!hasBeside)('TensorFlow Lite models beside the project', () => {
  const rest = hasBeside ? kerasCases(BESIDE).filter((n) => !own.includes(n)) : [];
  it.each(rest)('%s', (name) => verify(BESIDE, name));
});
