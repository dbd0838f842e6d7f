/**
 * One layout in a process of its own: node one.mjs ours|dagre BUNDLE MODEL.onnx RUNS [DAGRE.js]. Prints JSON: CPU
 * milliseconds of every run, the first one cold, then what was drawn.
 */
import { pathToFileURL } from 'node:url';

const [who, bundle, file, runs, dagrePath] = process.argv.slice(2);
const graph = await import(pathToFileURL(bundle).href);
const input = await graph.graphOf(file);

/** CPU of the layout alone, with what the machine compiles and collects for it. */
function timed(run) {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: Math.round((user + system) / 100) / 10, result };
}

/** The same nodes, sizes and edges, with the options that Netron's grapher.js gives; edges of one pair are one there. */
function forDagre() {
  const nodes = Array.from(input.widths, (width, i) => ({ v: String(i), width, height: input.heights[i] }));
  const edges = new Map();
  for (let u = 0; u < input.count; u++) {
    for (const w of input.targets.subarray(input.offsets[u], input.offsets[u + 1])) {
      const label = { minlen: 1, weight: 1, width: 0, height: 0, labeloffset: 10, labelpos: 'r' };
      edges.set(`${u}:${w}`, { v: String(u), w: String(w), ...label });
    }
  }
  const layout = { nodesep: 20, ranksep: 20, ...(nodes.length > 3000 ? { ranker: 'longest-path' } : {}) };
  return { nodes, edges: [...edges.values()], layout };
}

function lines({ edges }) {
  return edges.map((e) => ({
    from: Number(e.v),
    to: Number(e.w),
    points: e.points.flatMap((p) => [p.x, p.y]),
  }));
}

async function ours() {
  const times = Array.from({ length: Number(runs) }, () => timed(() => graph.layoutNow(input)).cpuMs);
  return { times, crossings: graph.ourCrossings(input), structure: graph.structureOf(input) };
}

async function dagre() {
  const { layout } = await import(pathToFileURL(dagrePath).href);
  const times = [];
  let last;
  for (let i = 0; i < Number(runs); i++) {
    last = forDagre();
    times.push(timed(() => layout(last.nodes, last.edges, last.layout, {})).cpuMs);
  }
  return { times, crossings: { lines: graph.crossingsOfLines(lines(last)) } };
}

console.log(JSON.stringify(await (who === 'ours' ? ours() : dagre())));
