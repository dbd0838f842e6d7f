/** The pages of operators and of opset conversion, from the operator tables. */
const section = (title, head, rows) =>
  [`## ${title}`, '', `| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows, ''].join('\n');
const yes = (v) => (v ? 'yes' : '');

function operatorsPage({ table, operatorRow, hasFold, COSTS }) {
  const operators = table.allOperators();
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

${operators.length} operators in ${versions} versions are known: ${inferred} have a rule that infers types and shapes (one rule serves all versions),
${count((o) => hasFold(o.domain, o.op))} have a kernel that folds small constants in the page (the others are folded by the runtime), ${count((o) => COSTS[o.domain] && Object.hasOwn(COSTS[o.domain], o.op))} have a formula
for multiply-adds (the others count as none).

${domains.map((d) => section(d || 'ai.onnx', ['operator', 'since opset', 'inference', 'folding', 'multiply-adds', 'traits'], rows(d))).join('\n')}`;
}

/** How a node of opset `since` gets to the opset before, and one of the opset before to `since`. */
function steps({ table, UP, DOWN, standardBody }, op, since) {
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

function opsetPage(tables) {
  const { table, LEAST_OPSET } = tables;
  const rows = table
    .allOperators()
    .filter((o) => o.domain === '')
    .flatMap(({ op }) =>
      table
        .versionsOf('', op)
        .filter((v) => v > LEAST_OPSET)
        .map((v) => steps(tables, op, v)),
    );
  const count = (word, column) => rows.filter((r) => r.split('|')[column].trim() === word).length;
  return `# Opset conversion

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

const SOURCES = [
  'operators/rows',
  'operators/fold/fold',
  'operators/costs',
  'functions/standard',
  'opset/up',
  'opset/down',
  'opset/convert',
];

/** @param load gives the module of a path in `src`. Returns the text of each page by its path. */
export async function pages(load) {
  const { loadOperators } = await load('graph-model/operators/schemas.ts');
  const modules = await Promise.all(SOURCES.map((path) => load(`graph-model/${path}.ts`)));
  const tables = Object.assign({ table: await loadOperators() }, ...modules);
  return {
    'docs/support/operators.md': operatorsPage(tables),
    'docs/support/opset-conversion.md': opsetPage(tables),
  };
}
