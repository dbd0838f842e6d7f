/** `graphwright draw`: the graph as a picture. */
import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { analyse } from '../../services/analyse.ts';
import { drawModel, findScope } from '../../services/draw.ts';
import { CommandError, UsageError, type Arguments, type Command } from '../command.ts';
import { openPaths } from '../files.ts';
import { writeToPath } from '../write-file.ts';

export const DRAW: Command = {
  name: 'draw',
  usage:
    'FILE... -o OUT.svg [--theme light|dark] [--direction vertical|horizontal] [--scope NAME] [--depth N | --flat]',
  summary: 'The graph as an SVG picture.',
  options: {
    output: { type: 'string', short: 'o' },
    theme: { type: 'string' },
    direction: { type: 'string' },
    scope: { type: 'string' },
    depth: { type: 'string' },
    flat: { type: 'boolean' },
  },
  async run(args, io) {
    const out = outputOf(args);
    const theme = choice(args, 'theme', ['light', 'dark'] as const);
    const direction = choice(args, 'direction', ['vertical', 'horizontal'] as const);
    const depth = args.flag('flat') ? ('flat' as const) : args.number('depth');
    const job = io.job();
    const { model } = await openPaths(args.files, job);
    const name = args.text('scope');
    const scope = name === undefined ? model.main : findScope(model, name);
    if (scope === null) throw new CommandError(`'${name}' is neither a function of the model nor a node with a body.`);
    const { types } = (await analyse(model)).inference;
    const options = { theme, direction, scope, types, ...(depth === undefined ? {} : { depth }) };
    const picture = await drawModel(model, options, job);
    job.end();
    const bytes = new TextEncoder().encode(picture.text);
    mkdirSync(dirname(out), { recursive: true });
    await writeToPath({ name: basename(out), parts: [bytes], size: bytes.length }, out, job.signal);
  },
};

function outputOf(args: Arguments): string {
  const out = args.text('output');
  if (out === undefined) throw new UsageError('name the picture with -o OUT.svg');
  if (/\.svg$/i.test(out)) return out;
  if (/\.png$/i.test(out))
    throw new CommandError(
      'PNG needs a browser to draw the text: write an .svg here, or open the model in the page and choose Save the picture as PNG.',
    );
  throw new UsageError(`'${out}' does not end in .svg`);
}

function choice<T extends string>(args: Arguments, name: string, all: readonly [T, ...T[]]): T {
  const given = args.text(name) ?? all[0];
  const found = all.find((a) => a === given);
  if (found === undefined) throw new UsageError(`--${name} wants ${all.join(' or ')}, not '${given}'`);
  return found;
}
