/** `graphwright`: finds the subcommand, runs it, turns what goes wrong into one line and an exit code. */
import { parseArguments } from './arguments.ts';
import { UsageError, type Command, type Io } from './command.ts';
import { COMMANDS } from './commands.ts';
import { terminalIo } from './io.ts';
import { sentence } from './sentence.ts';

/** Runs the command line and gives the exit code: 0 done, 1 it could not be done, 2 wrong usage. */
export async function run(argv: readonly string[], io: Io = terminalIo()): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.out(overview());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((c) => c.name === name);
  if (!command) {
    io.err(`graphwright: there is no command '${name}'. Commands: ${COMMANDS.map((c) => c.name).join(', ')}.`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(`${command.summary}\n\nusage: graphwright ${command.name} ${command.usage}`);
    return 0;
  }
  return runCommand(command, rest, io);
}

async function runCommand(command: Command, argv: readonly string[], io: Io): Promise<number> {
  try {
    await command.run(parseArguments(command, argv), io);
    return 0;
  } catch (error) {
    io.err(`graphwright ${command.name}: ${sentence(error)}`);
    if (error instanceof UsageError) io.err(`usage: graphwright ${command.name} ${command.usage}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((c) => c.name.length));
  const rows = COMMANDS.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}`);
  return `graphwright: read, check, convert, optimise and run models\n\n${rows.join('\n')}\n\ngraphwright COMMAND --help tells more.`;
}
