import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/command.ts';
import { run } from '../../src/cli/main.ts';
import { resultNames } from '../../src/cli/output.ts';

const folder = mkdtempSync(join(tmpdir(), 'output-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('names of results', () => {
  beforeAll(() => mkdirSync(join(folder, 'model_1.5')));

  it.each<[string, string[], string[]]>([
    ['leave the ending of a file out', ['x/a.txt', 'x/b.v2.json'], ['a', 'b.v2']],
    ['keep the ending where only it parts two', ['x/a.txt', 'x/a.json', 'x/c.txt'], ['a.txt', 'a.json', 'c']],
    ['put the folder before equal names', ['p/model.pkl', 'q/model.pkl'], ['p-model', 'q-model']],
    ['go up as far as it takes', ['p/1/m.pkl', 'q/1/m.pkl', 'q/2/m.pkl'], ['p-1-m', 'q-1-m', '2-m']],
    ['differ in more than their case', ['x/A.txt', 'x/a.json'], ['A.txt', 'a.json']],
    ['are one for one file', ['x/a.txt', './x/a.txt'], ['a', 'a']],
    ['keep hidden files', ['x/.txt'], ['.txt']],
  ])('%s', (_, paths, names) => expect(resultNames(paths)).toEqual(names));

  it('keep the whole name of a folder', () => {
    expect(resultNames([join(folder, 'model_1.5'), join(folder, 'model_1.6.txt')])).toEqual(['model_1.5', 'model_1.6']);
  });
});

it('converts a dozen models of the same name to as many files, without a warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  const text = '<ir_version: 8, opset_import: ["": 17]>\ng (float[2] x) => (float[2] y) { y = Relu(x) }\n';
  const paths = Array.from({ length: 12 }, (_, i) => join(folder, `m${i}`, 'model.onnxtxt'));
  for (const path of paths) {
    mkdirSync(join(path, '..'));
    writeFileSync(path, text);
  }
  const said: string[] = [];
  expect(await run(['convert', ...paths, '--text', '--out-dir', join(folder, 'out')], ioTo(said))).toBe(0);
  await new Promise((done) => setTimeout(done, 0));
  process.off('warning', note);
  expect(readdirSync(join(folder, 'out'))).toHaveLength(12);
  expect([said, warnings]).toEqual([[], []]);
});

const ioTo = (said: string[]): Io => ({
  out: () => {},
  err: (text) => void said.push(text),
  job: () => ({
    diagnostics: [],
    signal: new AbortController().signal,
    report: () => {},
    progress: () => {},
    end: () => {},
  }),
});
