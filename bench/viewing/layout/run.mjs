/**
 * Our layout against the dagre inside Netron, on the same nodes, sizes and edges, and one JSON document:
 *   node bench/viewing/layout/run.mjs --dagre VENV/lib/python3.x/site-packages/netron/dagre.js a.onnx b.onnx
 * Each layout is measured in processes of its own: `cold` is the first run, `warm` the median of the later half.
 * `--runs N` (default 12) ours, `--dagre-runs N` (default 2), `--repeat N` processes of each (default 3), in turns, of which
 * the medians are given; `--cap SECONDS` gives up on one process (default 300). Without `--dagre` only ours.
 */
import { execFile } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { basename, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { withBundle } from '../../bundle.mjs';

const option = { type: 'string' };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dagre: option, runs: option, 'dagre-runs': option, repeat: option, cap: option },
});
const start = promisify(execFile);

async function once(who, bundle, file) {
  const runs = who === 'ours' ? (values.runs ?? '12') : (values['dagre-runs'] ?? '2');
  const script = resolve(import.meta.dirname, 'one.mjs');
  const limits = { timeout: 1000 * Number(values.cap ?? 300), maxBuffer: 1 << 26 };
  const args = ['--max-old-space-size=8192', script, who, bundle, file, runs];
  if (who === 'dagre') args.push(resolve(values.dagre));
  try {
    return JSON.parse((await start(process.execPath, args, limits)).stdout);
  } catch (error) {
    return { failed: error.killed ? `not done in ${limits.timeout / 1000} s` : String(error).split('\n')[0] };
  }
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

function summary(all) {
  const good = all.filter((r) => !r.failed);
  if (good.length === 0) return all[0];
  const { times, ...rest } = good[0];
  const warm = times.length > 1 ? median(good.map((r) => median(r.times.slice(r.times.length >> 1)))) : null;
  return { ...rest, coldCpuMs: median(good.map((r) => r.times[0])), warmCpuMs: warm };
}

async function compare(bundle, file) {
  const all = { ours: [], dagre: [] };
  for (let i = 0; i < Number(values.repeat ?? 3); i++) {
    all.ours.push(await once('ours', bundle, file));
    if (values.dagre) all.dagre.push(await once('dagre', bundle, file));
  }
  const { structure, ...ours } = summary(all.ours);
  const row = { file: basename(file), load: loadavg()[0], ...structure, ours };
  if (values.dagre) {
    row.dagre = summary(all.dagre);
    const ratio = (key) => Math.round((10 * row.dagre[key]) / ours[key]) / 10;
    row.lessCpu = { cold: ratio('coldCpuMs'), warm: ratio('warmCpuMs') };
  }
  return row;
}

const results = [];
await withBundle(resolve(import.meta.dirname, 'graph.ts'), async (bundle) => {
  for (const file of positionals) {
    results.push(await compare(bundle, resolve(file)));
    process.stderr.write(`${JSON.stringify(results.at(-1))}\n`);
  }
});
console.log(JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, results }, null, 2));
