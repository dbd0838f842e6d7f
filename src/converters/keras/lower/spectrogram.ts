/** Spectrograms on the mel scale. Formulas: keras.layers.MelSpectrogram, after the Hidden Markov Model Toolkit. */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { range } from '../../../graph-model/builders/axis-orders.ts';
import type { LayerCall, Lowering } from './call.ts';
import { shortTime } from './ops-signal.ts';

const mel = (hertz: number) => 1127 * Math.log(1 + hertz / 700);

/** [bins, bands]: triangles whose feet stand on the tips of their neighbours; the first bin counts nothing. */
function bands(c: LayerCall, bins: number, count: number): ValueId {
  const rate = c.number('sampling_rate', 16000);
  const [low, high] = [mel(c.number('min_freq', 20)), mel(c.number('max_freq', rate / 2))];
  const edge = (i: number) => low + ((high - low) * i) / (count + 1);
  const share = (bin: number, band: number) => {
    const at = mel((bin * rate) / 2 / (bins - 1));
    const [left, tip, right] = [edge(band), edge(band + 1), edge(band + 2)];
    return Math.max(0, Math.min((at - left) / (tip - left), (right - at) / (right - tip)));
  };
  const values = range(0, bins).flatMap((bin) => range(0, count).map((band) => (bin === 0 ? 0 : share(bin, band))));
  return c.e.floats(values, [bins, count]);
}

/** 10 · log10 against a reference, cut so far below the greatest of the whole batch. */
function decibel(c: LayerCall, x: ValueId): ValueId {
  const { e } = c;
  const least = c.number('min_power', 1e-10);
  const log = e.op('Mul', [e.op('Log', [e.op('Max', [x, e.float(least)])]), e.float(10 / Math.LN10)]);
  const reference = 10 * Math.log10(Math.max(Math.abs(c.number('ref_power', 1)), least));
  const against = reference === 0 ? log : e.op('Sub', [log, e.float(reference)]);
  const axes = range(0, e.dims(against)!.length);
  const floor = e.op('Sub', [e.reduce('ReduceMax', against, axes, false), e.float(c.number('top_db', 80))]);
  return e.op('Max', [against, floor]);
}

const melSpectrogram: Lowering = (c) => {
  const { e } = c;
  const size = c.number('fft_length', 2048);
  const length = c.number('sequence_length', size);
  const given = { length, step: c.number('sequence_stride', 512), size, window: c.config['window'] ?? null };
  const { re, im } = shortTime(c, e.toFloat(c.natural()), { ...given, center: true });
  const magnitude = e.op('Sqrt', [e.op('Add', [e.op('Mul', [re, re]), e.op('Mul', [im, im])])]);
  const power = c.number('mag_exp', 2);
  const spectrum = power === 1 ? magnitude : e.op('Pow', [magnitude, e.float(power)]);
  const scaled = e.op('MatMul', [spectrum, bands(c, Math.floor(size / 2) + 1, c.number('num_mel_bins', 128))]);
  const out = c.flag('power_to_db', true) ? decibel(c, scaled) : scaled;
  const rank = e.dims(out)!.length;
  return c.keep(e.transpose(out, [...range(0, rank - 2), rank - 1, rank - 2]));
};

export const SPECTROGRAM: Readonly<Record<string, Lowering>> = { MelSpectrogram: melSpectrogram };
