/** `graphwright draw`: the graph as a picture. */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Model } from '../../graph-model/core/model.ts';
import { MEASURES } from '../../graph-view/measures.ts';
import type { NodeData } from '../../graph-view/node-data.ts';
import { NodeDataError, parseNodeData, placeData, type OwnData } from '../../graph-view/node-data-file.ts';
import { analyse } from '../../services/analyse.ts';
import { drawModel, findScope, type DrawOptions } from '../../services/draw.ts';
import { CommandError, UsageError, type Arguments, type Command, type Io } from '../command.ts';
import { dimsOf } from '../dims.ts';
import { openPaths } from '../files.ts';
import { pngOf } from '../raster.ts';
import { writeToPath } from '../write-file.ts';

export const DRAW: Command = {
  name: 'draw',
  usage: `FILE... -o OUT.svg|OUT.png [--colour-by ${MEASURES.map((m) => m.id).join('|')}|DATA.csv|DATA.json [--column NAME]]
                       [--depth N | --flat] [--scope NAME] [--direction vertical|horizontal] [--columns auto|always|never]
                       [--theme light|dark] [--title TEXT] [--no-key] [--width PIXELS] [--dims name=8,...]`,
  summary: 'The graph as a picture, SVG or PNG, coloured by what you like.',
  options: {
    output: { type: 'string', short: 'o' },
    'colour-by': { type: 'string' },
    column: { type: 'string' },
    theme: { type: 'string' },
    direction: { type: 'string' },
    columns: { type: 'string' },
    scope: { type: 'string' },
    depth: { type: 'string' },
    flat: { type: 'boolean' },
    title: { type: 'string' },
    'no-key': { type: 'boolean' },
    width: { type: 'string' },
    dims: { type: 'string' },
  },
  async run(args, io) {
    const out = outputOf(args);
    const given = givenOptions(args);
    const job = io.job();
    const { model } = await openPaths(args.files, job);
    const { types } = (await analyse(model)).inference;
    const colours = coloursOf(args, { model, types, dims: dimsOf(args) }, io);
    const options = { ...given, ...colours, scope: scopeOf(model, args.text('scope')), types };
    const picture = await drawModel(model, options, job);
    job.end();
    const bytes = /\.png$/i.test(out) ? pngOf(picture) : new TextEncoder().encode(picture.text);
    mkdirSync(dirname(out), { recursive: true });
    await writeToPath({ name: basename(out), parts: [bytes], size: bytes.length }, out, job.signal);
  },
};

function outputOf(args: Arguments): string {
  const out = args.text('output');
  if (out === undefined) throw new UsageError('name the picture with -o OUT.svg');
  if (/\.(svg|png)$/i.test(out)) return out;
  throw new UsageError(`'${out}' ends neither in .svg nor in .png`);
}

/** What does not depend on the model. */
function givenOptions(args: Arguments) {
  const theme = choice(args, 'theme', ['light', 'dark'] as const);
  const direction = choice(args, 'direction', ['vertical', 'horizontal'] as const);
  const fold = FOLDS[choice(args, 'columns', ['auto', 'always', 'never'] as const)];
  const depth = args.flag('flat') ? ('flat' as const) : args.number('depth');
  const pixels = args.number('width');
  if (pixels === 0) throw new UsageError('--width wants at least one pixel');
  return { theme, direction, fold, ...(depth === undefined ? {} : { depth }), ...(pixels ? { pixels } : {}) };
}

const FOLDS = { auto: 'auto', always: 'on', never: 'off' } as const;

function choice<T extends string>(args: Arguments, name: string, all: readonly [T, ...T[]]): T {
  const given = args.text(name) ?? all[0];
  const found = all.find((a) => a === given);
  if (found === undefined) throw new UsageError(`--${name} wants ${all.join(' or ')}, not '${given}'`);
  return found;
}

function scopeOf(model: Model, name: string | undefined) {
  const scope = name === undefined ? model.main : findScope(model, name);
  if (scope === null) throw new CommandError(`'${name}' is neither a function of the model nor a node with a body.`);
  return scope;
}

type ColourSource = Parameters<(typeof MEASURES)[number]['of']>[0];

/** The data, and what stands above the graph. */
function coloursOf(
  args: Arguments,
  source: ColourSource,
  io: Io,
): Pick<DrawOptions, 'data' | 'plain' | 'title' | 'noKey'> {
  const by = args.text('colour-by');
  const title = args.text('title') ?? (by === undefined ? '' : source.model.source.fileName);
  if (by === undefined) return { title };
  const measure = MEASURES.find((m) => m.id === by);
  const data = measure ? measure.of(source) : ownData(by, args.text('column'), source.model, io);
  return { data, plain: by === 'category', title, noKey: args.flag('no-key') };
}

function ownData(path: string, column: string | undefined, model: Model, io: Io): NodeData {
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    throw new UsageError(`--colour-by wants ${MEASURES.map((m) => m.id).join(', ')} or a file; there is no '${path}'`);
  const { data, unmatched } = placeData(columnOf(path, column), model);
  if (data.values.size === 0)
    throw new CommandError(`no node of the model is called as ${path} says (${unmatched.slice(0, 3).join(', ')}).`);
  if (unmatched.length > 0) io.err(unmatchedLine(path, unmatched));
  return data;
}

function unmatchedLine(path: string, unmatched: readonly string[]): string {
  const count = unmatched.length === 1 ? '1 name fits' : `${unmatched.length} names fit`;
  return `${path}: ${count} no node: ${unmatched.slice(0, 3).join(', ')}${unmatched.length > 3 ? ', …' : ''}`;
}

function columnOf(path: string, column: string | undefined): OwnData {
  const all = parsed(path);
  const found = column === undefined ? all[0] : all.find((d) => d.title === column);
  if (found) return found;
  throw new UsageError(`${path} has no column '${column}', but ${all.map((d) => `'${d.title}'`).join(', ')}`);
}

function parsed(path: string): readonly OwnData[] {
  try {
    return parseNodeData(readFileSync(path, 'utf8'), basename(path));
  } catch (error) {
    if (error instanceof NodeDataError) throw new CommandError(error.message);
    throw error;
  }
}
