/** Keys as commands write them: matching events, and how they are shown. */

const isMac = () => typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

interface Chord {
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly key: string;
}

export function parseKeys(text: string): Chord {
  const parts = text === '+' ? ['+'] : text.split('+').map((p) => (p === '' ? '+' : p));
  const key = parts.at(-1)!;
  return { mod: parts.includes('Mod'), shift: parts.includes('Shift'), alt: parts.includes('Alt'), key };
}

type KeyEvent = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** Signs such as `?` and `+` need Shift on some keyboards and not on others: for them Shift is not looked at. */
export function matches(text: string, event: KeyEvent, mac = isMac()): boolean {
  const chord = parseKeys(text);
  const mod = mac ? event.metaKey : event.ctrlKey;
  const otherMod = mac ? event.ctrlKey : event.metaKey;
  if (mod !== chord.mod || otherMod || event.altKey !== chord.alt) return false;
  const isSign = chord.key.length === 1 && chord.key.toLowerCase() === chord.key.toUpperCase();
  if (!isSign && event.shiftKey !== chord.shift) return false;
  return event.key.toLowerCase() === chord.key.toLowerCase();
}

const SIGNS: Readonly<Record<string, string>> = {
  Delete: 'Del',
  Escape: 'Esc',
  Enter: '↵',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** `Ctrl K`, `⌘K`, `Shift F`. */
export function showKeys(text: string, mac = isMac()): string {
  const { mod, shift, alt, key } = parseKeys(text);
  const name = SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  if (mac) return `${alt ? '⌥' : ''}${shift ? '⇧' : ''}${mod ? '⌘' : ''}${name}`;
  return [mod && 'Ctrl', alt && 'Alt', shift && 'Shift', name].filter(Boolean).join(' ');
}

/** Keys that act only inside the canvas, listed with the others. */
export const CANVAS_KEYS: readonly { readonly keys: string; readonly label: string }[] = [
  { keys: '↑ ↓ ← →', label: 'Go along edges; stay in the layer' },
  { keys: 'Shift ↑ ↓ ← →', label: 'Grow the selection' },
  { keys: 'Space', label: 'Open or close a group, or what a node holds inside' },
  { keys: '↵', label: 'Open the body or function of a node' },
  { keys: 'Tab', label: 'Next panel' },
];
