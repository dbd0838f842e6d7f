/** The table of subcommands. */
import type { Command } from './command.ts';
import { CHECK } from './commands/check.ts';
import { CONVERT } from './commands/convert.ts';
import { DRAW } from './commands/draw.ts';
import { INSPECT } from './commands/inspect.ts';
import { OPTIMIZE } from './commands/optimize.ts';
import { RUN } from './commands/run.ts';

export const COMMANDS: readonly Command[] = [INSPECT, CONVERT, OPTIMIZE, CHECK, DRAW, RUN];
