/** What the checker finds in a model. */
import { entry as e } from './entry.ts';

export const CHECK = {
  'check.attribute-kind': e(
    'error',
    '{node}: attribute {attribute} is of kind {have}, {op} wants {want}.',
    'Set the attribute anew with the right kind.',
  ),
  'check.attribute-missing': e('error', '{node}: {op} needs the attribute {attribute}.', 'Add the attribute.'),
  'check.attribute-unknown': e(
    'error',
    '{node}: {op} (since {since}) has no attribute {attribute}.',
    'Remove it, or raise the opset to one that knows it.',
  ),
  'check.body-arity': e('error', '{node}: {what}.', 'Give the body as many inputs and outputs as its node asks for.'),
  'check.cycle': e(
    'error',
    'The graph {graph} has a cycle through {node}: no order can run it.',
    'Cut one of the connections.',
  ),
  'check.dead-node': e('info', '{node}: nothing reads what it makes.', 'Optimising removes it.'),
  'check.dangling': e(
    'error',
    '{node} reads {value}, which nothing makes.',
    'Connect the input, or make the value a graph input.',
  ),
  'check.data-length': e(
    'error',
    'The tensor {tensor} of {type} {dims} needs {want} bytes and has {have}.',
    'Export the model again: its data or its dimensions are damaged.',
  ),
  'check.meaning': e('error', '{node}: {why}.', 'Correct the attribute or the constant input.'),
  'check.declared': e(
    'error',
    'The value {value} is declared as {declared}, and what makes it gives {inferred}.',
    'Correct or remove the declaration.',
  ),
  'check.input-untyped': e(
    'error',
    'The input {value} declares no type.',
    'Declare its type: nothing else can tell it.',
  ),
  'check.function-twice': e(
    'error',
    'There are {count} functions {function} of one domain and overload.',
    'Rename or remove all but one.',
  ),
  'check.deprecated': e(
    'error',
    '{node}: {op} is deprecated since opset {since}.',
    'Convert the model to an opset that still has it, or replace the operator.',
  ),
  'check.duplicate-node-name': e(
    'info',
    '{count} nodes of {graph} are named {name}.',
    'Names of nodes are labels; runtimes accept it. Renaming makes messages clear.',
  ),
  'check.duplicate-value': e('error', 'Two values of {graph} are named {value}.', 'Rename one of them.'),
  'check.function-opset': e(
    'error',
    'The function {function} uses the domain {domain} and does not import it.',
    'Add the opset import to the function.',
  ),
  'check.function-recursive': e(
    'error',
    'The function {function} calls itself through {node}.',
    'ONNX has no recursion: unroll it or use a Loop.',
  ),
  'check.initializer-not-input': e(
    'error',
    'IR version {ir} wants every initializer to be an input too; {count} are not, {value} first.',
    'Raise the IR version to 4 or later.',
  ),
  'check.input-missing': e('error', '{node}: {op} needs the input {input}.', 'Connect the input.'),
  'check.ir-low': e('warning', 'IR version {ir} is older than {what} needs ({want}).', 'Set the IR version to {want}.'),
  'check.ir-missing': e('error', 'The model names no IR version.', 'Set it to {want}, which its opset asks for.'),
  'check.ir-unknown': e(
    'warning',
    'IR version {ir} is newer than any that Graphwright knows ({newest}).',
    'The model is shown as far as it is understood; a newer Graphwright may know more.',
  ),
  'check.no-opset': e(
    'error',
    'The model imports no opset of ONNX, so its operators have no meaning.',
    'Add an opset import; {want} is what its IR version came with.',
  ),
  'check.opset-import-missing': e(
    'error',
    '{count} nodes use the domain {domain}, which the model does not import ({node} first).',
    'Add the opset import.',
  ),
  'check.opset-unknown': e(
    'warning',
    'Opset {version} of {domain} is newer than any that Graphwright knows ({newest}).',
    'The operators are read as those of opset {newest}.',
  ),
  'check.operator-unknown': e(
    'error',
    '{node}: there is no operator {op} in {domain} at opset {version}.',
    'Check the spelling and the opset, or add a function of that name.',
  ),
  'check.operator-foreign': e(
    'warning',
    '{node}: the domain {domain} is not one that Graphwright knows; {op} is shown as it is.',
    'Running needs a runtime that brings this operator.',
  ),
  'check.output-extra': e(
    'error',
    '{node}: {op} makes at most {most} outputs and {have} are named.',
    'Remove the outputs behind the last one.',
  ),
  'check.output-not-made': e(
    'error',
    'The output {value} of {graph} is made by nothing.',
    'Connect it to a node, or remove the output.',
  ),
  'check.output-missing': e('error', '{node}: {op} must name its output {output}.', 'Name the output.'),
  'check.output-untyped': e(
    'info',
    'The {list} {value} declares no type.',
    'Runtimes infer it; the pass infer-shapes writes it down.',
  ),
  'check.shadowing': e('error', 'The value {value} of {graph} hides one of the same name outside.', 'Rename it.'),
  'check.inputs-extra': e(
    'error',
    '{node}: {op} takes at most {most} inputs and {have} are given.',
    'Remove the inputs behind the last one.',
  ),
  'check.type-mismatch': e(
    'error',
    '{node}: input {input} is {have}; {op} takes {want}.',
    'Put a Cast before it, or connect another value.',
  ),
  'check.type-variable': e(
    'error',
    '{node}: {a} is {typeA} and {b} is {typeB}, but {op} wants both of one type.',
    'Put a Cast before one of them.',
  ),
  'check.unsorted': e(
    'error',
    'The nodes of {graph} are not in execution order: {node} reads what a later node makes.',
    'Sort the nodes.',
  ),
  'check.unused-initializer': e(
    'info',
    '{count} initializers of {graph} are not used ({value} first, {bytes} bytes in all).',
    'Remove them.',
  ),
} as const;
