import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { DRAW } from '../../src/cli/commands/draw.ts';
import { findBrowser } from '../../src/cli/raster.ts';
import { quietJob } from '../../src/graph-model/job.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphwright-draw-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MODEL = 'public/samples/digits-cnn.onnx';
const file = (name: string) => join(folder, name);

async function draw(...argv: string[]): Promise<string[]> {
  const said: string[] = [];
  const job = () => ({ ...quietJob(), diagnostics: [], end: () => {} });
  await DRAW.run(parseArguments(DRAW, argv), { out: (t) => said.push(t), err: (t) => said.push(t), job });
  return said;
}

describe('graphwright draw', () => {
  test('by a measure, with title, key and width', async () => {
    await draw(MODEL, '-o', file('cost.svg'), '--colour-by', 'cost', '--width', '800');
    const svg = readFileSync(file('cost.svg'), 'utf8');
    expect(svg).toContain('width="800"');
    expect(svg).toContain('>digits-cnn.onnx</text>');
    expect(svg).toContain('>Multiply-adds</text>');
  });

  test('by a column of a file; names that fit no node are told', async () => {
    const svg = async (...argv: string[]) => {
      const said = await draw(MODEL, '-o', file('own.svg'), '--colour-by', file('own.csv'), ...argv);
      return [readFileSync(file('own.svg'), 'utf8'), said.join(' ')] as const;
    };
    await draw(MODEL, '-o', file('plain.svg'), '--flat');
    const name = /<title>([^<]*conv[^<]*)<\/title>/i.exec(readFileSync(file('plain.svg'), 'utf8'))![1]!;
    writeFileSync(file('own.csv'), `name,error,device\n${name},0.25,NPU\nnobody,1,CPU\n`);
    const [numbers, said] = await svg('--flat');
    expect(numbers).toContain('>error</text>');
    expect(said).toContain('1 name fits no node: nobody');
    const [classes] = await svg('--flat', '--column', 'device');
    expect(classes).toContain('>NPU</text>');
    await expect(svg('--column', 'nothing')).rejects.toThrow("no column 'nothing', but 'error', 'device'");
    writeFileSync(file('own.csv'), 'name,error\nnobody,1\n');
    await expect(svg()).rejects.toThrow(/no node of the model is called/);
  });

  test('what is wrong is said', async () => {
    await expect(draw(MODEL)).rejects.toThrow('name the picture');
    await expect(draw(MODEL, '-o', file('a.gif'))).rejects.toThrow('neither in .svg nor in .png');
    await expect(draw(MODEL, '-o', file('a.svg'), '--colour-by', 'colour')).rejects.toThrow(
      /category, cost, .* or a file/,
    );
    await expect(draw(MODEL, '-o', file('a.svg'), '--columns', 'two')).rejects.toThrow('auto or always or never');
  });

  test('a browser is found by its variable, else on the path', () => {
    writeFileSync(file('chromium'), '');
    expect(findBrowser({ PATH: folder })).toBe(file('chromium'));
    expect(findBrowser({ PATH: folder, CHROMIUM_PATH: MODEL })).toBe(MODEL);
  });
});

describe.skipIf(findBrowser() === null)('graphwright draw, where a browser is installed', () => {
  test('PNG of the asked width', async () => {
    await draw(MODEL, '-o', file('a.png'), '--width', '300', '--depth', '0');
    const bytes = readFileSync(file('a.png'));
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.readUInt32BE(16)).toBe(300);
  }, 60_000);
});
