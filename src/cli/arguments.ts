/** The command line as a command's {@link Arguments}. */
import { parseArgs } from 'node:util';
import { UsageError, type Arguments, type Command } from './command.ts';

export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: command.options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]!);
  }
  const values = parsed.values as Record<string, string | boolean | undefined>;
  const text = (name: string) => (typeof values[name] === 'string' ? (values[name] as string) : undefined);
  return {
    files: parsed.positionals,
    flag: (name) => values[name] === true,
    text,
    number: (name) => wholeNumber(name, text(name)),
    list: (name) =>
      text(name)
        ?.split(',')
        .map((part) => part.trim())
        .filter(Boolean),
  };
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new UsageError(`--${name} wants a whole number, not '${text}'`);
  return value;
}
