/** A command: the one form of everything a person can do, whether by key, button, menu or palette. */
import { isOnnx } from '../../graph-model/core/model.ts';
import type { IconName } from '../kit/icons.ts';
import type { Services } from '../store/store.ts';
import type { State } from '../store/state.ts';

export type CommandGroup = 'File' | 'Edit' | 'Go' | 'View' | 'Model' | 'Help';

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: CommandGroup;
  /**
   * `Mod+K` (Ctrl, Command on macOS), `Shift+F`, `?`; several where several do. Keys without Mod work only where no text
   * is being typed.
   */
  readonly keys?: readonly string[];
  readonly icon?: IconName;
  /** More words by which the palette finds it. */
  readonly words?: string;
  /** true, or a sentence saying why it cannot be done now. */
  enabled?(state: State): true | string;
  run(services: Services): void | Promise<void>;
}

export const hasModel = (state: State): true | string => (state.model === null ? 'no model is open' : true);

/** For what needs ONNX: a source dialect must be converted first. */
export const hasOnnx = (state: State): true | string => {
  if (state.model === null) return 'no model is open';
  return isOnnx(state.model) ? true : 'convert the model to ONNX first';
};

export const hasSelection = (state: State): true | string => {
  const open = hasModel(state);
  if (open !== true) return open;
  return state.selected.size > 0 ? true : 'no node is selected';
};

export const oneSelected = (state: State): true | string => {
  const some = hasSelection(state);
  if (some !== true) return some;
  return state.selected.size === 1 ? true : 'more than one node is selected';
};

/** Runs it if it can be run; else says why not. */
export function perform(command: Command, services: Services): void {
  const state = services.store.getState();
  const can = command.enabled?.(state) ?? true;
  if (can !== true) return state.announce(`${command.label.replace(/…$/, '')}: ${can}.`);
  void command.run(services);
}
