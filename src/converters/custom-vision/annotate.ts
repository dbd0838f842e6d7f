/**
 * Exports of Azure Custom Vision, in whatever format: recognised by their manifest. What metadata_properties.json says is
 * taken over, but for the pixels: the exporter writes the same there for all platforms, and TensorFlow's graphs want BGR
 * from 0 to 255 (RGB the detectors with three outputs, "S1"), as Custom Vision's own samples feed them. ONNX files carry
 * the right words themselves.
 */
import { isOnnx, type Model } from '../../graph-model/core/model.ts';
import { PIXEL_FORMAT, PIXEL_RANGE } from '../../graph-model/image-input.ts';
import type { Annotator } from '../annotator.ts';

export const customVision: Annotator = async (model, beside) => {
  const manifest = await beside.json(/^cvexport\.manifest$/i);
  const properties = await beside.json(/^metadata_properties\.json$/i);
  const own = model.metadata ?? new Map<string, string>();
  if (!manifest && ![...(properties?.keys() ?? []), ...own.keys()].some((k) => k.startsWith('CustomVision.')))
    return null;
  const out = new Map(properties ?? []);
  for (const [from, to] of MANIFEST) {
    const value = manifest?.get(from);
    if (value) out.set(to, value);
  }
  if (!isOnnx(model)) {
    out.set(PIXEL_FORMAT, hasThreeOutputs(model) ? 'Rgb8' : 'Bgr8');
    out.set(PIXEL_RANGE, 'NominalRange_0_255');
    for (const key of WITHIN) out.delete(key);
  }
  // What stands in the model itself is right.
  for (const [key, value] of own) out.set(key, value);
  return out;
};

/** What these graphs do themselves. */
const WITHIN = ['CustomVision.Preprocess.NormalizeMean', 'CustomVision.Preprocess.NormalizeStd'];

const MANIFEST = [
  ['DomainType', 'CustomVision.DomainType'],
  ['Platform', 'CustomVision.Platform'],
  ['Flavor', 'CustomVision.Flavor'],
  ['ExporterVersion', 'CustomVision.ExporterVersion'],
  ['IterationId', 'CustomVision.IterationId'],
] as const;

const hasThreeOutputs = (model: Model) => model.graphs.at(model.main).outputs.length === 3;
