/** The pickle reader on pickles written by hand and on damaged ones. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BytesBlob } from '../../../src/converters/containers/bytes-blob.ts';
import { openPickle, PyObject } from '../../../src/converters/containers/pickle/index.ts';
import { FormatError } from '../../../src/graph-model/diagnostics.ts';
import { WireWriter } from '../../../src/converters/containers/protobuf/wire-writer.ts';

const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const open = (bytes: Uint8Array) => openPickle('m.pkl', new BytesBlob(bytes));

describe('opcodes', () => {
  test.each([
    ['a list of protocol 0', '(lp0\nI1\naI01\naF2.5\naV\\u00e9\xe9\nap1\n.', [1, true, 2.5, 'éé']],
    ['a negative long', '\x80\x02\x8a\x02\x00\xff.', -256],
    ['a tuple and the memo', '\x80\x04\x8c\x01a\x94h\x00\x86.', ['a', 'a']],
    ['a big integer', '\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.', 2n ** 64n],
  ])('%s', async (_, text, want) => {
    expect(await open(latin1(text))).toEqual(want);
  });

  test('an unknown class stays an inert description', async () => {
    const value = await open(latin1('\x80\x02cmy.module\nThing\nK\x07\x85R}U\x01xK\x05sb.'));
    expect(value).toBeInstanceOf(PyObject);
    expect((value as PyObject).cls.path).toBe('my.module.Thing');
    expect((value as PyObject).args).toEqual([7]);
    expect((value as PyObject).get('x')).toBe(5);
  });
});

describe('hostile and damaged pickles', () => {
  test.each([
    ['cos\nsystem\n(S"echo"\ntR.', 'os.system'],
    ['\x80\x02cbuiltins\neval\nU\x011\x85R.', 'builtins.eval'],
    ['\x80\x04\x8c\x0asubprocess\x8c\x05Popen\x93)R.', 'subprocess.Popen'],
  ])('a call of the system is refused by name', async (text, name) => {
    await expect(open(latin1(text))).rejects.toThrow(name);
  });

  test.each([
    '\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x0f',
    '\x80\x09.',
    '\x80\x02K',
    ')R.',
    'h\x07.',
    '\x80\x02\x8b\xff\xff\xff\x7f',
  ])('%j is refused with one sentence', async (text) => {
    await expect(open(latin1(text))).rejects.toBeInstanceOf(FormatError);
  });

  test('mutated files end in a value or a sentence', async () => {
    const good = new Uint8Array(readFileSync('tests/samples/sklearn/gaussian_nb/clf.sav'));
    let seed = 7;
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    for (let i = 0; i < 1500; i++) {
      const bad = good.slice(0, random(4) === 0 ? random(good.length) : good.length);
      for (let k = random(6); k >= 0 && bad.length > 0; k--) bad[random(bad.length)] = random(256);
      const error: unknown = await open(bad).then(
        () => null,
        (e: unknown) => e,
      );
      if (error !== null) expect(error).toBeInstanceOf(FormatError);
    }
  });
});

test('the wire writer keeps text when its buffer grows under it', () => {
  for (let fill = 1000; fill < 1024; fill++) {
    const w = new WireWriter();
    w.raw(new Uint8Array(fill));
    w.message(1, () => w.string(2, 'a'));
    expect([...w.toBytes().subarray(fill)]).toEqual([10, 3, 18, 1, 97]);
  }
});
