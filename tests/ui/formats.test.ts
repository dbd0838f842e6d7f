import { expect, it } from 'vitest';
import { CONVERTERS } from '../../src/converters/registry.ts';
import { FORMATS } from '../../src/ui/welcome/formats.ts';

it('promises on the first screen just the formats that have a converter to ONNX', async () => {
  const promised = FORMATS.filter((g) => g.label !== 'Bundles').flatMap((g) => g.formats);
  const able: string[] = [];
  for (const entry of CONVERTERS) {
    if (entry.id === 'onnx-text') continue;
    if (entry.id === 'onnx' || (await entry.load()).toOnnx) able.push(entry.label);
  }
  expect([...promised].sort()).toEqual(able.sort());
});
