import { describe, expect, it } from 'vitest';
import { buildModel } from '../../src/graph-model/core/empty.ts';
import { tensorType } from '../../src/graph-model/core/types.ts';
import { COMMANDS } from '../../src/ui/commands/commands.ts';
import { findCommands, findNodes } from '../../src/ui/commands/find.ts';
import { matches, parseKeys, showKeys } from '../../src/ui/commands/keys.ts';
import { ICONS } from '../../src/ui/kit/icons.ts';

const press = (key: string, ...mods: ('ctrl' | 'meta' | 'shift' | 'alt')[]) => ({
  key,
  ctrlKey: mods.includes('ctrl'),
  metaKey: mods.includes('meta'),
  shiftKey: mods.includes('shift'),
  altKey: mods.includes('alt'),
});

describe('keys', () => {
  it.each([
    ['Mod+K', press('k', 'ctrl'), true],
    ['Mod+K', press('k'), false],
    ['Mod+K', press('K', 'ctrl', 'shift'), false],
    ['Mod+Shift+Z', press('Z', 'ctrl', 'shift'), true],
    ['Mod+Z', press('Z', 'ctrl', 'shift'), false],
    ['F', press('f'), true],
    ['F', press('F', 'shift'), false],
    ['Shift+F', press('F', 'shift'), true],
    ['?', press('?', 'shift'), true],
    ['?', press('?'), true],
    ['+', press('+', 'shift'), true],
    ['[', press('[', 'alt'), false],
    ['Delete', press('Delete'), true],
    ['Mod+K', press('k', 'meta'), false],
  ])('%s and %o: %s', (keys, event, expected) => {
    expect(matches(keys, event, false)).toBe(expected);
  });

  it('takes Command for Mod on macOS', () => {
    expect(matches('Mod+K', press('k', 'meta'), true)).toBe(true);
    expect(matches('Mod+K', press('k', 'ctrl'), true)).toBe(false);
    expect(showKeys('Mod+Shift+Z', true)).toBe('⇧⌘Z');
    expect(showKeys('Mod+Shift+Z', false)).toBe('Ctrl Shift Z');
  });

  it('reads + itself as a key', () => {
    expect(parseKeys('+').key).toBe('+');
    expect(parseKeys('Mod++')).toMatchObject({ mod: true, key: '+' });
  });
});

describe('the table of commands', () => {
  it('has each id once, and each key once but for those that take turns', () => {
    const ids = COMMANDS.map((c) => c.id);
    expect(new Set(ids).size).toBe(ids.length);
    const keys = COMMANDS.flatMap((c) => c.keys ?? []).filter((k) => k !== 'Escape');
    expect(keys.filter((k, i) => keys.indexOf(k) !== i)).toEqual([]);
  });

  it('has icons that exist, and labels without a full stop', () => {
    for (const c of COMMANDS) {
      if (c.icon) expect(ICONS, c.id).toHaveProperty(c.icon);
      expect(c.label, c.id).not.toMatch(/\.$/);
    }
  });
});

describe('finding', () => {
  const first = (query: string) => findCommands(COMMANDS, query)[0]?.id;

  it('finds commands by the beginnings of their words', () => {
    expect(first('opt')).toBe('optimise');
    expect(first('open fo')).toBe('open-folder');
    expect(first('save')).toBe('save-as');
    expect(first('dark')).toBe('theme-dark');
    expect(findCommands(COMMANDS, 'no such thing')).toEqual([]);
    expect(findCommands(COMMANDS, '')).toHaveLength(COMMANDS.length);
  });

  it('finds nodes of the model, and says how many there are in all', () => {
    const model = buildModel({}, (d) => {
      const x = d.newValue(d.main, 'x', null, { type: tensorType('float', [1]) });
      d.setGraphInputs(d.main, [x]);
      for (let i = 0; i < 60; i++) d.addNode(d.main, { op: i % 2 ? 'Relu' : 'Abs', name: `layer${i}`, inputs: [x] });
    });
    const found = findNodes(model, new Map(), 'op:Relu', 10);
    expect(found.total).toBe(30);
    expect(found.nodes).toHaveLength(10);
    expect(found.nodes[0]).toMatchObject({ op: 'Relu', name: 'layer1' });
    expect(findNodes(model, new Map(), ' ').total).toBe(0);
  });
});
