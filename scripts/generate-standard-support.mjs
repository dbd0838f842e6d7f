// Writes docs/support/operators.md and docs/support/opset-conversion.md from the operator tables. `--check` fails where one is old.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { createServer } from 'vite';

const server = await createServer({
  server: { middlewareMode: true, hmr: false, ws: false },
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
});
const load = (path) => server.ssrLoadModule(`/src/graph-model/${path}.ts`);
const { loadOperators } = await load('operators/schemas');
const { operatorRow } = await load('operators/rows');
const { hasFold } = await load('operators/fold/fold');
const { COSTS } = await load('operators/costs');
const { standardBody } = await load('functions/standard');
const { UP } = await load('opset/up');
const { DOWN } = await load('opset/down');
const { LEAST_OPSET } = await load('opset/convert');
const table = await loadOperators();
const operators = table.allOperators();

const MADE = 'Made by `node scripts/generate-standard-support.mjs` from the operator tables; do not edit.';
const section = (title, head, rows) =>
  [`## ${title}`, '', `| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows, ''].join('\n');
const yes = (v) => (v ? 'yes' : '');

function operatorsPage() {
  const domains = [...new Set(operators.map((o) => o.domain))];
  const rows = (domain) =>
    operators
      .filter((o) => o.domain === domain)
      .map(({ op, deprecated }) => {
        const row = operatorRow(domain, op);
        const cost = COSTS[domain] && Object.hasOwn(COSTS[domain], op);
        const name = `${op}${deprecated ? ' (deprecated)' : ''}`;
        const versions = table.versionsOf(domain, op).join(', ');
        return `| ${name} | ${versions} | ${yes(row?.infer)} | ${yes(hasFold(domain, op))} | ${yes(cost)} | ${(row?.traits ?? []).join(', ')} |`;
      });
  const count = (test) => operators.filter(test).length;
  const inferred = count((o) => operatorRow(o.domain, o.op)?.infer);
  const versions = operators.reduce((n, o) => n + table.versionsOf(o.domain, o.op).length, 0);
  return `# Operators

${MADE}

${operators.length} operators in ${versions} versions are known: ${inferred} have a rule that infers types and shapes (one rule serves all versions),
${count((o) => hasFold(o.domain, o.op))} have a kernel that folds small constants in the page (the others are folded by the runtime), ${count((o) => COSTS[o.domain] && Object.hasOwn(COSTS[o.domain], o.op))} have a formula
for multiply-adds (the others count as none).

${domains.map((d) => section(d || 'ai.onnx', ['operator', 'since opset', 'inference', 'folding', 'multiply-adds', 'traits'], rows(d))).join('\n')}`;
}

/** How a node of opset `since` gets to the opset before, and one of the opset before to `since`. */
function steps(op, since) {
  const here = table.schemaOf('', op, since);
  const before = table.schemaOf('', op, since - 1);
  const up = UP[`${op}@${since}`];
  const down = DOWN[`${op}@${since}`];
  const body = before === null && !down ? standardBody(here) : null;
  const way = (adapter) => (adapter ? 'rewritten' : 'compared');
  const upward = before === null ? 'new' : here.deprecated ? (up ? 'rewritten' : 'refused') : way(up);
  const downward =
    before !== null ? way(down) : down ? 'said with others' : body?.opset === since ? 'by its definition' : 'refused';
  return `| ${op} | ${since - 1} → ${since} | ${upward} | ${downward} |`;
}

function opsetPage() {
  const rows = operators
    .filter((o) => o.domain === '')
    .flatMap(({ op }) =>
      table
        .versionsOf('', op)
        .filter((v) => v > LEAST_OPSET)
        .map((v) => steps(op, v)),
    );
  const count = (word, column) => rows.filter((r) => r.split('|')[column].trim() === word).length;
  return `# Opset conversion

${MADE}

A model goes from opset ${LEAST_OPSET} to ${table.latestOpset} and back one version at a time, all or nothing: what cannot be said at the target is a
sentence that names the node, and the model is left as it was.

- **compared**: the two signatures are compared. Defaults that changed are written out, attributes at their default that the other
  version lacks are dropped, element types that an older version lacks are cast to wider ones where that keeps the result. An
  attribute or a type that cannot be said so is refused.
- **rewritten**: inputs become attributes and back, or another meaning is said in the other's words. Where that needs a constant, a known
  rank or a known type and the model has none, the sentence says so.
- **said with others**, **by its definition**: the older opset lacks the operator, and other operators take its place.
- **refused**: it is not said with operators of the older opset: ${count('refused', 4)} of ${rows.length} steps down, ${count('refused', 3)} up.

${section('Steps', ['operator', 'opsets', 'up', 'down'], rows)}`;
}

const pages = {
  'docs/support/operators.md': operatorsPage(),
  'docs/support/opset-conversion.md': opsetPage(),
};
await server.close();
let old = 0;
for (const [path, text] of Object.entries(pages)) {
  const pretty = await format(text, { ...(await resolveConfig(path)), parser: 'markdown' });
  if (!process.argv.includes('--check')) writeFileSync(path, pretty);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== pretty) {
    console.error(`${path} is old: run node scripts/generate-standard-support.mjs`);
    old++;
  }
}
process.exit(old ? 1 : 0);
