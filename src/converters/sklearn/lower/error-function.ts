/** The error function of doubles, by W. J. Cody's rational approximations (Math. Comp. 23, 1969): onnxruntime has it for float32. */
import type { Builder, Val } from './builder.ts';

const NEAR = {
  top: [1.85777706184603153e-1, 3.1611237438705656, 113.864154151050156, 377.485237685302021, 3209.37758913846947],
  bottom: [1, 23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062],
};
const MIDDLE = {
  top: [
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 66.1191906371416295, 298.635138197400131,
    881.95222124176909, 1712.04761263407058, 2051.07837782607147, 1230.33935479799725,
  ],
  bottom: [
    1, 15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019, 3290.79923573345963,
    4362.61909014324716, 3439.36767414372164, 1230.33935480374942,
  ],
};
const FAR = {
  top: [
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
  ],
  bottom: [
    1, 2.56852019228982242, 1.87295284992346047, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3,
  ],
};

type Ratio = { readonly top: readonly number[]; readonly bottom: readonly number[] };

export function errorFunction(o: Builder, x: Val): Val {
  const size = o.abs(x);
  const near = o.mul(x, ratio(o, o.square(o.min(size, o.num(0.5))), NEAR));
  const decay = o.exp(o.neg(o.square(size)));
  const middle = o.mul(decay, ratio(o, o.min(size, o.num(4)), MIDDLE));
  const most = o.max(size, o.num(4));
  const inverse = o.div(o.num(1), o.square(most));
  const tail = o.sub(o.num(1 / Math.sqrt(Math.PI)), o.mul(inverse, ratio(o, inverse, FAR)));
  const far = o.div(o.mul(decay, tail), most);
  const rest = o.complement(o.where(o.less(size, o.num(4)), middle, far));
  return o.where(o.less(size, o.num(0.46875)), near, o.mul(o.op('Sign', [x]), rest));
}

function ratio(o: Builder, x: Val, { top, bottom }: Ratio): Val {
  const polynomial = (c: readonly number[]) =>
    c.slice(1).reduce((sum, a) => o.add(o.mul(sum, x), o.num(a)), o.num(c[0]!));
  return o.div(polynomial(top), polynomial(bottom));
}
