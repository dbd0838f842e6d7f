/** TensorFlow graphs to ONNX: what the outputs need is worked out node after node into a new model. */
import { Held, naturalOf } from '../../graph-model/builders/axis-orders.ts';
import { giveOutputs } from '../../graph-model/builders/source-outputs.ts';
import { TypedEmitter } from '../../graph-model/builders/typed-emitter.ts';
import { folded } from '../../graph-model/builders/folded.ts';
import { irForOpset } from '../../graph-model/check/versions.ts';
import { Draft } from '../../graph-model/core/draft.ts';
import { emptyModel } from '../../graph-model/core/empty.ts';
import type { Model, ValueId } from '../../graph-model/core/model.ts';
import { tensorType, type ValueType } from '../../graph-model/core/types.ts';
import { FormatError } from '../../graph-model/diagnostics.ts';
import type { JobContext } from '../../graph-model/job.ts';
import { loadOperators } from '../../graph-model/operators/schemas.ts';
import { toRecurrentLayers } from '../../graph-model/recurrent/recurrent-layers.ts';
import type { ConvertOptions } from '../converter.ts';
import { Evaluator } from './convert/evaluator.ts';
import { endpointsOf, type Endpoint } from './convert/endpoints.ts';
import { Scope } from './convert/scope.ts';
import { SourceModel } from './convert/source.ts';
import { sweep } from './convert/sweep.ts';

/** What runtimes of 2023 and later take; lowerings need its bitwise operators, and Resize and ScatterND as it has them. */
const OPSET = 18;

/** Throws a FormatError that names the node which cannot be converted, and why. */
export async function toOnnx(model: Model, options: ConvertOptions, job: JobContext): Promise<Model> {
  await loadOperators();
  const source = new SourceModel(model);
  const { inputs, outputs, hasSignature } = endpointsOf(source, options);
  await source.readAhead(job);
  const empty = emptyModel({ opsets: [{ domain: '', version: OPSET }], irVersion: irForOpset(OPSET) });
  const { name } = model.graphs.at(model.main);
  const draft = new Draft({ ...empty, producerName: 'graphwright', source: model.source });
  draft.patchGraph(draft.main, { name });
  const conversion = new Conversion(source, draft, job);
  conversion.inputs(inputs);
  conversion.outputs(outputs, hasSignature && !options.outputs?.length);
  return draft.commit('Convert TensorFlow to ONNX').after;
}

class Conversion {
  private readonly e: TypedEmitter;
  private readonly scope: Scope;
  private readonly evaluator: Evaluator;

  constructor(
    private readonly source: SourceModel,
    private readonly draft: Draft,
    job: JobContext,
  ) {
    this.e = new TypedEmitter(draft, draft.main);
    this.scope = new Scope(this.e, source.model.main, '');
    this.evaluator = new Evaluator(source, job);
  }

  inputs(inputs: readonly Endpoint[]): void {
    const made = inputs.map(({ name, value }, i) => {
      const { type } = this.source.value(value);
      const id = this.draft.newValue(this.draft.main, name, null, { type: inputType(type, i === 0) });
      this.scope.set(value, Held.of(id));
      return id;
    });
    this.draft.setGraphInputs(this.draft.main, made);
  }

  /** Without a signature a graph's placeholders are inputs as far as the outputs need them. */
  private dropUnread(): void {
    const inputs = this.draft.graphInputs(this.draft.main);
    const read = inputs.filter((v) => this.draft.uses(v).length > 0);
    this.draft.setGraphInputs(this.draft.main, read);
    for (const v of inputs) if (!read.includes(v)) this.draft.removeValue(v);
  }

  outputs(outputs: readonly Endpoint[], keepInputs: boolean): void {
    const things = this.evaluator.things(
      this.scope,
      outputs.map((o) => o.value),
    );
    const each = outputs.map(({ name }, i) => ({ name, value: () => this.tensorOf(name, things[i]) }));
    giveOutputs(this.e, 'tensorflow', each);
    sweep(this.draft);
    toRecurrentLayers(this.e, (e, v) => folded(e, v, (tensor) => this.source.denseOf(tensor)));
    sweep(this.draft);
    if (!keepInputs) this.dropUnread();
  }

  private tensorOf(name: string, thing: unknown): ValueId {
    if (!(thing instanceof Held)) throw new FormatError('tensorflow.no-tensor', { name });
    return naturalOf(this.e, thing);
  }
}

/**
 * The first length of the first input is the batch, where it is open. Other inputs may be of another length: what counts
 * boxes beside images is not taken to be equal.
 */
function inputType(type: ValueType | null, isFirst: boolean): ValueType | null {
  if (type?.kind !== 'tensor' || type.shape === null || !isFirst) return type;
  return tensorType(
    type.dtype,
    type.shape.map((d, i) => (d === null && i === 0 ? 'batch' : d)),
  );
}
