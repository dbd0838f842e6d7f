/** Models that onnx.checker (full check) or runtimes refuse, one kind of fault each: each has an error here too. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { parseModel } from '../../../src/graph-model/text/parse.ts';
import { analyse } from '../../../src/services/analyse.ts';

interface Broken {
  readonly what: string;
  readonly text: string;
}
const file = new URL('../../samples/broken-models.json', import.meta.url);
const BROKEN = JSON.parse(readFileSync(file, 'utf8')) as Broken[];

async function errorsOf(text: string): Promise<string[]> {
  try {
    const { problems } = await analyse(parseModel(text));
    return problems.filter((p) => p.severity === 'error').map((p) => p.message);
  } catch (error) {
    if (error instanceof FormatError) return [error.message];
    throw error;
  }
}

describe('broken models', () => {
  it.each(BROKEN.map((b) => [b.what, b.text] as const))('%s', async (_what, text) => {
    expect(await errorsOf(text)).not.toEqual([]);
  });
});
