/** ONNX functions that a person writes, to stand for layers without an ONNX form. */
import { edit, EditError } from '../core/draft.ts';
import { opsetVersion, type FunctionDef, type Model, type Node } from '../core/model.ts';
import { FormatError } from '../diagnostics.ts';
import { countOf } from '../format.ts';
import { Copier } from '../functions/copy.ts';
import { extractFunction } from '../functions/extract.ts';
import { parseFragment, parseModel } from '../text/parse.ts';

/** IR version that brought model-local functions. */
const FUNCTIONS_IR = 8;
/** Domain of functions whose text names none. */
const OWN = 'local';

/**
 * A model whose functions are those of the text. It may be a function as ONNX writes it (with or without its `<domain: …>`),
 * several of them, a whole model, or nodes alone: `s = Sigmoid(x)  y = Mul(x, s)`, which become the function `name`.
 * Throws an EditError that says what is wrong with the text.
 */
export function functionsOf(text: string, name: string): Model {
  const clean = text.trim();
  if (clean === '') throw new EditError('Write the function as ONNX text.');
  try {
    const model = isFunction(clean) ? parseModel(HEAD + withDomain(clean)) : parseFragment(clean);
    if (model.functions.length > 0) return model;
    return extractFunction(model, model.graphs.at(model.main).order, { name, domain: OWN }).change.after;
  } catch (error) {
    if (error instanceof FormatError) throw new EditError(error.message);
    throw error;
  }
}

const HEAD = '<ir_version: 10, opset_import: ["" : 18]> none () => () {}\n';

/** `name (x) => (y) {`, before which a function may say its domain and opsets. */
const isFunction = (text: string) => /^(<\s*domain[^>]*>\s*)?[\w.]+\s*(<[^>]*>\s*)?\(\s*([\w.]+\s*(,\s*[\w.]+\s*)*)?\)\s*=>/.test(text);

const withDomain = (text: string) =>
  text.startsWith('<') ? text : `<domain: "${OWN}", opset_import: ["" : 18]>\n${text}`;

/** `local::swish(x) → y`: what is called, for people and for `--replace`. */
export const callOf = ({ domain, name }: Pick<FunctionDef, 'domain' | 'name'>): string => `${domain}::${name}`;

/** The model with the functions of others beside its own. Those that no node calls are left out. Throws an EditError. */
export function addFunctions(model: Model, others: readonly Model[]): Model {
  const wanted = calledIn(model, others);
  if (wanted.length === 0) return model;
  return edit(model, 'Add functions', (draft) => {
    const made = wanted.map(({ from, def }): FunctionDef => {
      const source = {
        node: from.nodes.at.bind(from.nodes),
        value: from.values.at.bind(from.values),
        graph: from.graphs.at.bind(from.graphs),
      };
      const copier = new Copier(source, draft, { nodeName: (n) => n.name, valueName: (name) => name });
      return { ...def, graph: copier.graph(def.graph) };
    });
    const domains = [...new Set(made.map((f) => f.domain))].filter((d) => opsetVersion(model.opsets, d) === null);
    draft.patchModel({
      functions: [...model.functions, ...made],
      opsets: [...model.opsets, ...domains.map((domain) => ({ domain, version: 1 }))],
      irVersion: Math.max(model.irVersion ?? FUNCTIONS_IR, FUNCTIONS_IR),
    });
  }).after;
}

interface Wanted {
  readonly from: Model;
  readonly def: FunctionDef;
}

/** What the nodes of the model call, and what that calls in its turn. */
function calledIn(model: Model, others: readonly Model[]): Wanted[] {
  const all = new Map(others.flatMap((from) => from.functions.map((def) => [callOf(def), { from, def }] as const)));
  const out = new Map<string, Wanted>();
  const want = (nodes: Iterable<{ readonly domain: string; readonly op: string }>) => {
    for (const { domain, op } of nodes) {
      const key = callOf({ domain, name: op });
      const found = all.get(key);
      if (!found || out.has(key)) continue;
      out.set(key, found);
      want(found.from.graphs.at(found.def.graph).order.map((id) => found.from.nodes.at(id)));
    }
  };
  want(model.nodes.values());
  for (const node of model.nodes.values()) refuseArity(node, out.get(callOf({ domain: node.domain, name: node.op })));
  return [...out.values()];
}

function refuseArity(node: Node, wanted: Wanted | undefined): void {
  if (!wanted) return;
  const { inputs, outputs } = wanted.from.graphs.at(wanted.def.graph);
  const who = node.origin?.name || node.name;
  const call = callOf(wanted.def);
  if (node.inputs.length > inputs.length)
    throw new EditError(`${who} is given ${countOf(node.inputs.length, 'input')}, and ${call} takes ${inputs.length}.`);
  if (node.outputs.length > outputs.length)
    throw new EditError(`${who} gives ${countOf(node.outputs.length, 'output')}, and ${call} makes ${outputs.length}.`);
}
