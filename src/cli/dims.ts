/** Lengths that a person gives to named dimensions. */
import { UsageError, type Arguments } from './command.ts';

/** `--dims batch=4,seq=128`. */
export function dimsOf(args: Arguments): Record<string, number> {
  const pairs = (args.list('dims') ?? []).map((part) => part.split('='));
  return Object.fromEntries(
    pairs.map(([name, length]) => {
      if (!name || !Number.isInteger(Number(length)))
        throw new UsageError(`--dims wants name=length, not '${name}=${length ?? ''}'`);
      return [name, Number(length)];
    }),
  );
}
