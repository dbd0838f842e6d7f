/**
 * The pickle machine, protocols 0 to 5 (Lib/pickletools.py names every opcode). It executes nothing: GLOBAL gives a name,
 * REDUCE and BUILD give descriptions, and only the few callables of `reducers.ts` (NumPy arrays, containers) are known.
 * Every opcode makes at most one value, so memory stays in proportion to the file; announced sizes are never believed.
 */
import { type Cursor } from './cursor.ts';
import { floatOf, intOf, longOf, rawUnicode, unquote } from './numbers.ts';
import { buildState, callGlobal } from './reducers.ts';
import { PyGlobal, PyObject, type PyValue } from './values.ts';

/** Where a MARK stands on the stack. */
const MARK = Symbol('mark');
type Slot = PyValue | typeof MARK;

/** What a host adds to the machine: joblib's arrays, torch's storages. */
export interface PickleHost {
  /** After BUILD: may put another value for it, reading on from the cursor. */
  afterBuild?(built: PyValue, cursor: Cursor): PyValue;
  /** BINPERSID and PERSID. Absent: such pickles are refused. */
  persistent?(id: PyValue): PyValue;
}

/** Longest integer, in bytes. */
const LONG_LIMIT = 65536;

/** Runs the pickle at the cursor up to its STOP and gives the object. Throws FormatError on anything that is no pickle. */
export function runPickle(cursor: Cursor, host: PickleHost = {}): PyValue {
  return new Machine(cursor, host).run();
}

/** Opcodes between two words on progress. */
const TOLD_EVERY = 16384;

class Machine {
  private stack: Slot[] = [];
  private readonly memo = new Map<number, PyValue>();
  /** What BUILD put for an object that the memo may still name: arrays take another form when they are built. */
  private readonly rebuilt = new Map<PyValue, PyValue>();

  constructor(
    private readonly c: Cursor,
    private readonly host: PickleHost,
  ) {}

  run(): PyValue {
    for (let count = 0; ; count++) {
      if (count % TOLD_EVERY === 0) this.c.told(this.c.at);
      const op = this.c.u1();
      if (op === 0x2e) return this.pop();
      const act = OPCODES[op];
      if (!act) throw this.c.broken(`0x${op.toString(16).padStart(2, '0')} is no pickle opcode`);
      act(this, this.c);
    }
  }

  push(value: Slot): void {
    this.stack.push(value);
  }
  mark(): void {
    this.stack.push(MARK);
  }
  pop(): PyValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw this.c.broken('an opcode finds its stack empty');
    return value;
  }
  /** POP drops a mark as well. */
  drop(): void {
    if (this.stack.pop() === undefined) throw this.c.broken('an opcode finds its stack empty');
  }
  top(): PyValue {
    const value = this.stack[this.stack.length - 1];
    if (value === undefined || value === MARK) throw this.c.broken('an opcode finds its stack empty');
    return value;
  }
  popMark(): PyValue[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) throw this.c.broken('an opcode finds no mark');
    const items = this.stack.slice(at + 1) as PyValue[];
    this.stack.length = at;
    return items;
  }
  popText(): string {
    const value = this.pop();
    if (typeof value !== 'string') throw this.c.broken('a name is not text');
    return value;
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }
  memoize(): void {
    this.memo.set(this.memo.size, this.top());
  }
  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.c.broken(`memo entry ${index} is read before it is written`);
    this.push(this.rebuilt.get(value) ?? value);
  }

  append(items: readonly PyValue[]): void {
    const list = this.top();
    if (Array.isArray(list)) for (const i of items) list.push(i);
    else if (list instanceof PyObject) for (const i of items) list.items.push(i);
    else if (list instanceof Set) for (const i of items) list.add(i);
    else throw this.c.broken('something that is no list is appended to');
  }
  setItems(items: readonly PyValue[]): void {
    const target = this.top();
    if (items.length % 2) throw this.c.broken('a dict has a key without a value');
    for (let i = 0; i < items.length; i += 2) {
      if (target instanceof Map) target.set(items[i]!, items[i + 1]!);
      else if (target instanceof PyObject) target.items.push([items[i]!, items[i + 1]!]);
      else throw this.c.broken('something that is no dict gets items');
    }
  }

  reduce(): void {
    const args = this.pop();
    const callable = this.pop();
    this.push(callGlobal(callable, Array.isArray(args) ? args : [], this.c));
  }
  make(cls: PyValue, args: PyValue): void {
    this.push(callGlobal(cls, Array.isArray(args) ? args : [], this.c));
  }
  build(): void {
    const state = this.pop();
    const target = this.pop();
    const built = buildState(target, state, this.c);
    const put = this.host.afterBuild ? this.host.afterBuild(built, this.c) : built;
    if (put !== target) this.rebuilt.set(target, put);
    this.push(put);
  }
  persistent(id: PyValue): void {
    if (!this.host.persistent) throw this.c.broken('it refers to objects outside the pickle');
    this.push(this.host.persistent(id));
  }
}

type Act = (m: Machine, c: Cursor) => void;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const latin1 = (bytes: Uint8Array) => {
  let out = '';
  for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return out;
};

function pushLong(m: Machine, c: Cursor, size: number): void {
  if (size > LONG_LIMIT || size < 0) throw c.broken(`an integer of ${size} bytes is announced`);
  m.push(longOf(c.take(size)));
}

function pushLine<T extends PyValue>(m: Machine, c: Cursor, read: (text: string) => T | null, what: string): void {
  const value = read(c.line());
  if (value === null) throw c.broken(`${what} cannot be read`);
  m.push(value);
}

const boolOrInt = (text: string) => (text === '00' ? false : text === '01' ? true : intOf(text));

const OPCODES: Readonly<Record<number, Act>> = {
  0x80: (m, c) => {
    const protocol = c.u1();
    if (protocol > 5) throw c.broken(`pickle protocol ${protocol} is not known`);
  },
  0x95: (_, c) => void c.u8(), // FRAME: a hint for buffering
  0x28: (m) => m.mark(),
  0x30: (m) => m.drop(),
  0x31: (m) => void m.popMark(),
  0x32: (m) => m.push(m.top()),
  0x4e: (m) => m.push(null),
  0x88: (m) => m.push(true),
  0x89: (m) => m.push(false),
  // Integers and floats
  0x49: (m, c) => pushLine(m, c, boolOrInt, 'an integer'),
  0x4c: (m, c) => pushLine(m, c, intOf, 'an integer'),
  0x46: (m, c) => pushLine(m, c, floatOf, 'a number'),
  0x4a: (m, c) => m.push(c.i4()),
  0x4b: (m, c) => m.push(c.u1()),
  0x4d: (m, c) => m.push(c.u2()),
  0x8a: (m, c) => pushLong(m, c, c.u1()),
  0x8b: (m, c) => pushLong(m, c, c.i4()),
  0x47: (m, c) => m.push(c.f8()),
  // Text and bytes
  0x53: (m, c) => m.push(unquote(c.line())),
  0x56: (m, c) => m.push(rawUnicode(c.line())),
  0x54: (m, c) => m.push(latin1(c.take(c.i4(), 'a string'))),
  0x55: (m, c) => m.push(latin1(c.take(c.u1(), 'a string'))),
  0x58: (m, c) => m.push(utf8.decode(c.take(c.u4(), 'a text'))),
  0x8c: (m, c) => m.push(utf8.decode(c.take(c.u1(), 'a text'))),
  0x8d: (m, c) => m.push(utf8.decode(c.take(c.u8(), 'a text'))),
  0x42: (m, c) => m.push(c.take(c.u4())),
  0x43: (m, c) => m.push(c.take(c.u1())),
  0x8e: (m, c) => m.push(c.take(c.u8())),
  0x96: (m, c) => m.push(c.take(c.u8())),
  // Containers
  0x5d: (m) => m.push([]),
  0x7d: (m) => m.push(new Map()),
  0x8f: (m) => m.push(new Set()),
  0x29: (m) => m.push([]),
  0x74: (m) => m.push(m.popMark()),
  0x6c: (m) => m.push(m.popMark()),
  0x91: (m) => m.push(new Set(m.popMark())),
  0x85: (m) => m.push([m.pop()]),
  0x86: (m) => m.push([m.pop(), m.pop()].reverse()),
  0x87: (m) => m.push([m.pop(), m.pop(), m.pop()].reverse()),
  0x64: (m) => {
    const items = m.popMark();
    m.push(new Map());
    m.setItems(items);
  },
  0x61: (m) => m.append([m.pop()]),
  0x65: (m) => m.append(m.popMark()),
  0x90: (m) => m.append(m.popMark()),
  0x73: (m) => m.setItems([m.pop(), m.pop()].reverse()),
  0x75: (m) => m.setItems(m.popMark()),
  // The memo
  0x70: (m, c) => m.remember(Number(c.line())),
  0x71: (m, c) => m.remember(c.u1()),
  0x72: (m, c) => m.remember(c.u4()),
  0x94: (m) => m.memoize(),
  0x67: (m, c) => m.recall(Number(c.line())),
  0x68: (m, c) => m.recall(c.u1()),
  0x6a: (m, c) => m.recall(c.u4()),
  // Names and objects
  0x63: (m, c) => m.push(new PyGlobal(c.line(), c.line())),
  0x93: (m) => {
    const name = m.popText();
    m.push(new PyGlobal(m.popText(), name));
  },
  0x82: (m, c) => m.push(new PyGlobal('copyreg', `extension_${c.u1()}`)),
  0x83: (m, c) => m.push(new PyGlobal('copyreg', `extension_${c.u2()}`)),
  0x84: (m, c) => m.push(new PyGlobal('copyreg', `extension_${c.i4()}`)),
  0x52: (m) => m.reduce(),
  0x81: (m) => m.reduce(), // NEWOBJ: the same to a machine that calls nothing
  0x92: (m) => {
    m.drop(); // keyword arguments
    m.reduce();
  },
  0x69: (m, c) => m.make(new PyGlobal(c.line(), c.line()), m.popMark()),
  0x6f: (m) => {
    const [cls = null, ...args] = m.popMark();
    m.make(cls, args);
  },
  0x62: (m) => m.build(),
  0x50: (m, c) => m.persistent(c.line()),
  0x51: (m) => m.persistent(m.pop()),
  0x97: (_, c) => {
    throw c.broken('it keeps its arrays outside the file (out-of-band buffers)');
  },
  0x98: () => {},
};
