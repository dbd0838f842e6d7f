/** All commands, in the order in which lists show them. */
import type { Command } from './command.ts';
import { EDIT_COMMANDS } from './edit-commands.ts';
import { FILE_COMMANDS } from './file-commands.ts';
import { HELP_COMMANDS, MODEL_COMMANDS } from './model-commands.ts';
import { GO_COMMANDS, VIEW_COMMANDS } from './view-commands.ts';

export const COMMANDS: readonly Command[] = [
  ...FILE_COMMANDS,
  ...MODEL_COMMANDS,
  ...EDIT_COMMANDS,
  ...GO_COMMANDS,
  ...VIEW_COMMANDS,
  ...HELP_COMMANDS,
];

const byId = new Map(COMMANDS.map((c) => [c.id, c]));

/** The command of that id, which must exist. */
export function command(id: string): Command {
  const found = byId.get(id);
  if (!found) throw new Error(`commands: there is no command ${id}`);
  return found;
}
