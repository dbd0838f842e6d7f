/** Loops of recurrent layers: the operator stands for the whole loop, and gives what the framework gave. */
import { describe, expect, it } from 'vitest';
import { convert, TF_SAMPLES, tfCase, wrongOutputs } from './tensorflow-cases.ts';

describe('a loop over the steps of an LSTM', () => {
  it('is one LSTM, equal to the framework', async () => {
    const sample = tfCase(TF_SAMPLES, 'keras_lstm_export_sm');
    const model = await convert(sample.files, sample.options);
    const ops = [...model.nodes.values()].map((n) => n.op);
    expect(ops).toContain('LSTM');
    expect(ops).not.toContain('Loop');
    expect(await wrongOutputs(sample, sample, model)).toEqual([]);
  });

  it('stays a Loop where a step is not that of a cell', async () => {
    const { files, options } = tfCase(TF_SAMPLES, 'while_v2_sm');
    const model = await convert(files, options);
    expect([...model.nodes.values()].map((n) => n.op)).toContain('Loop');
  });
});
