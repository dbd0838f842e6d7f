/** What both files keep as JSON beside the trees: the loss, the classes, the threshold. */
import type { JsonCursor } from '../containers/json/json.ts';
import type { CatboostRecord } from './record.ts';

type Info = Pick<CatboostRecord, 'loss' | 'classNames' | 'threshold'>;

/** @param params training parameters, @param classes `class_params`, both as the model keeps them */
export function infoOf(params: JsonCursor | null, classes: JsonCursor | null, threshold: number | null): Info {
  const loss = params?.maybe('loss_function')?.maybe('type')?.text() ?? '';
  const names = classes?.maybe('class_names')?.items() ?? [];
  const known = names.map(({ value }) => value).filter((v) => ['string', 'number', 'boolean'].includes(typeof v));
  return {
    loss,
    classNames: known as (string | number | boolean)[],
    threshold: threshold !== null && threshold > 0 && threshold < 1 ? threshold : 0.5,
  };
}
