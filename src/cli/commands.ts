/** The table of subcommands. */
import type { Command } from './command.ts';
import { CHECK } from './commands/check.ts';
import { INSPECT } from './commands/inspect.ts';

export const COMMANDS: readonly Command[] = [INSPECT, CHECK];
