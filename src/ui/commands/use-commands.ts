import { useContext, useEffect } from 'react';
import { ServicesContext, useStore, type Services } from '../store/store.ts';
import { perform, type Command } from './command.ts';
import { command, COMMANDS } from './commands.ts';
import { matches, parseKeys, showKeys } from './keys.ts';

/** A command as a control needs it: what it is called, whether it can be pressed, and pressing it. */
export interface CommandControl {
  readonly label: string;
  readonly keys: string | undefined;
  readonly off: string | false;
  press(): void;
}

export function useCommand(id: string): CommandControl {
  const services = useContext(ServicesContext)!;
  const found = command(id);
  const can = useStore((s) => found.enabled?.(s) ?? true);
  return {
    label: found.label,
    keys: found.keys?.[0] && showKeys(found.keys[0]),
    off: can === true ? false : sentence(can),
    press: () => perform(found, services),
  };
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Listens for the keys of all commands while the page is there. */
export function useShortcuts(): void {
  const services = useContext(ServicesContext)!;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => handleKey(event, services);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [services]);
}

export function handleKey(event: KeyboardEvent, services: Services): void {
  if (event.defaultPrevented || event.isComposing) return;
  const state = services.store.getState();
  const can = (c: Command) => c.enabled?.(state) ?? true;
  const meant = COMMANDS.filter((c) => c.keys?.some((k) => matches(k, event) && mayFire(k, c, event)));
  // Escape clears the selection, and goes out of the body when there is none: the first that can.
  const found = meant.find((c) => can(c) === true) ?? meant[0];
  if (!found) return;
  // Copying marked text is the browser's.
  if (can(found) !== true && found.id === 'copy-text') return;
  // A plain key that does nothing now is left to the page; with Ctrl it would otherwise save the page's HTML and the like.
  if (can(found) !== true && !parseKeys(found.keys![0]!).mod) return;
  event.preventDefault();
  perform(found, services);
}

/** Plain keys belong to whoever is being typed into; dialogs and menus keep all keys but the palette's. */
function mayFire(keys: string, found: Command, event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('[role="dialog"], [role="menu"]')) return found.id === 'palette';
  const typing = Boolean(target?.closest('input, textarea, select, [contenteditable="true"]'));
  const { mod, key } = parseKeys(keys);
  if (!typing) return mod || !(target?.closest('button, [role="tab"], [role="tree"]') && isPressKey(event.key));
  const isTextEdit = ['z', 'y', 'a', 'x', 'c', 'v'].includes(key.toLowerCase());
  return (mod && !isTextEdit) || /^F\d/.test(key);
}

const isPressKey = (key: string) => key === 'Enter' || key === ' ';
