/** The two meanings of softmax's axis, each said in the other's words. */
import type { Step } from './step.ts';

/** Flattened from `axis` on (opset 12 and before), with an operator that runs over the last axis. */
export function softmaxOverTail(s: Step, axis: number): void {
  const input = s.input(0);
  const shape = s.add('Shape', [input]);
  const flat = s.add('Flatten', [input], { axis });
  const soft = s.add(s.node.op, [flat], { axis: -1 });
  s.replaceBy(s.add('Reshape', [soft, shape]));
}

/** Over one axis (opset 13 and later), with an operator that flattens: the axis is moved to the end and back. */
export function softmaxOverOne(s: Step, axis: number, rank: number): void {
  const perm = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);
  perm.push(axis);
  const back = perm.map((_, i) => perm.indexOf(i));
  const moved = s.add('Transpose', [s.input(0)], { perm });
  const soft = s.add(s.node.op, [moved], { axis: rank - 1 });
  s.replaceBy(s.add('Transpose', [soft], { perm: back }));
}
