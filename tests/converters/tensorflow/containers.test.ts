import { expect, it } from 'vitest';
import { encodeTextFormat } from '../../../src/converters/containers/protobuf/text-format.ts';
import { snappyDecode } from '../../../src/converters/containers/sstable/snappy.ts';
import { parseSliceKey, parseSliceSpec, rangesOf } from '../../../src/converters/tensorflow/read/slice.ts';
import { typeOfCode, typeOfName } from '../../../src/converters/tensorflow/read/dtype.ts';

const latin = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const text = (bytes: Uint8Array | null) => bytes && String.fromCharCode(...bytes);

it('unpacks Snappy: literals, and copies that reach into themselves', () => {
  expect(text(snappyDecode(latin('\x05\x10hello')))).toBe('hello');
  // 'ab', then a copy of 8 from 2 back
  expect(text(snappyDecode(latin('\x0a\x04ab\x11\x02')))).toBe('ababababab');
  // the same with a two-byte offset
  expect(text(snappyDecode(latin('\x0a\x04ab\x1e\x02\x00')))).toBe('ababababab');
});

it('refuses Snappy blocks that claim more than they hold, or copy from before their beginning', () => {
  expect(snappyDecode(latin('\xff\xff\xff\xff\x0f\x00a'))).toBeNull();
  expect(snappyDecode(latin('\x05\x10hel'))).toBeNull();
  expect(snappyDecode(latin('\x05\x11\x09'))).toBeNull();
});

it('reads the keys of slices', () => {
  // zero, the name with its end, two axes: [4, 3) and all
  const key = latin('\x00s/w\x00\x01\x01\x02\x84\x83\x80\x7f');
  expect(parseSliceKey(key)).toEqual({
    name: 's/w',
    slice: [
      [4, 3],
      [0, -1],
    ],
  });
  // numbers of two bytes: 200 and 100
  const wide = latin('\x00w\x00\x01\x01\x01\xc0\xc8\xc0\x64');
  expect(parseSliceKey(wide)).toEqual({ name: 'w', slice: [[200, 100]] });
  expect(parseSliceKey(latin('plain/name'))).toBeNull();
});

it('reads what RestoreV2 asks for', () => {
  expect(parseSliceSpec('10 4 0,5:-')).toEqual([
    [0, 5],
    [0, -1],
  ]);
  expect(parseSliceSpec('')).toBeNull();
  expect(rangesOf([[2, 3]], [10, 4])).toEqual([
    [2, 3],
    [0, 4],
  ]);
});

it('puts protobuf text into wire format, escapes and joined strings included', () => {
  const schema = { name: { number: 1, kind: 'text' }, n: { number: 2, kind: 'int' } } as const;
  const bytes = encodeTextFormat('a.pbtxt', 'name: "a\\101\\n" \'b\' # why\n n: -1 unknown { x: 1 } n: [2, 3]', schema);
  expect([...bytes]).toEqual([10, 4, 97, 65, 10, 98, 16, ...new Array(9).fill(255), 1, 16, 2, 16, 3]);
  expect(() => encodeTextFormat('a.pbtxt', 'name: "a"\nn: {', schema)).toThrow(/line 2/);
  expect(() => encodeTextFormat('a.pbtxt', 'n: 1.5', schema)).toThrow(/1.5 is no whole number/);
});

it('knows element types by code and by name, references too', () => {
  expect([typeOfCode(1), typeOfCode(101), typeOfCode(19), typeOfCode(14), typeOfCode(99)]).toEqual([
    'float',
    'float',
    'float16',
    'bfloat16',
    null,
  ]);
  expect([typeOfName('DT_HALF'), typeOfName('DT_FLOAT_REF'), typeOfName('int64'), typeOfName('none')]).toEqual([
    'float16',
    'float',
    'int64',
    null,
  ]);
});
