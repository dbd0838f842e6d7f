/** Renders React into jsdom and drives it: what a person does, no more. */
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
// jsdom lays nothing out: lists that draw what is in sight are given a size.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 600 });
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 400 });
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

const roots: Root[] = [];

export async function render(ui: ReactNode): Promise<HTMLElement> {
  const box = document.body.appendChild(document.createElement('div'));
  const root = createRoot(box);
  roots.push(root);
  await act(async () => root.render(ui));
  return box;
}

export async function cleanUp(): Promise<void> {
  await act(async () => roots.splice(0).forEach((root) => root.unmount()));
  document.body.replaceChildren();
}

/** Lets promises and timers of this moment come in. */
export const settle = (ms = 20): Promise<void> => act(async () => void (await new Promise((r) => setTimeout(r, ms))));

export const click = (element: Element): Promise<void> =>
  act(async () => void element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true })));

export const press = (element: Element, key: string): Promise<void> =>
  act(async () => void element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })));

/** Puts a text into a field as typing does; React listens to the prototype's setter. */
export const type = (field: Element, text: string): Promise<void> =>
  act(async () => {
    const owner = field instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(owner, 'value')!.set!.call(field, text);
    field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
  });

/** The one element with this accessible label or text; throws where there is none. */
export function labelled(box: ParentNode, label: string): HTMLElement {
  const byLabel = box.querySelector<HTMLElement>(`[aria-label="${label}"]`);
  const found =
    byLabel ?? [...box.querySelectorAll<HTMLElement>('button')].find((b) => b.textContent?.trim() === label);
  if (!found) throw new Error(`Nothing is labelled “${label}” in:\n${(box as HTMLElement).textContent}`);
  return found;
}
