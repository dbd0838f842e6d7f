/** Every operator, in the forms that graphs use it in, gives TensorFlow's own numbers, or is refused in one sentence. */
import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../../../src/graph-model/core/validate.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { convertCase, OP_CASES, wrongOutputs } from './op-cases.ts';

describe('TensorFlow operators', () => {
  it.each(OP_CASES.filter((c) => !c.refused).map((c) => [c.name, c] as const))('%s', async (_, c) => {
    const model = await convertCase(c);
    expect(brokenLaws(model)).toEqual([]);
    expect([...model.nodes.values()].filter((n) => n.domain === 'tf')).toEqual([]);
    expect(await wrongOutputs(c, model)).toEqual([]);
  });

  it.each(OP_CASES.filter((c) => c.refused).map((c) => [c.name, c] as const))('%s is refused', async (_, c) => {
    const failed = await convertCase(c).catch((e: unknown) => e);
    expect(failed).toBeInstanceOf(FormatError);
    expect((failed as FormatError).message).toMatch(/cannot be converted: .{20,}/);
  });
});
