/** Families and links of generalized linear models (GeneralizedLinearRegression's FamilyAndLink). */
import type { ValueId } from '../../../graph-model/core/model.ts';
import { refuse, type Lowering } from '../stage.ts';
import type { Params } from '../params.ts';

/** What a family's mean is kept above (and, for probabilities, as far below 1). */
const EPSILON = 1e-16;

type Unlink = (c: Lowering, eta: ValueId) => ValueId;

const LINKS: Readonly<Record<string, Unlink>> = {
  identity: (_c, eta) => eta,
  log: ({ o }, eta) => o.op('Exp', [eta]),
  inverse: ({ o }, eta) => o.div(o.scalar(1), eta),
  sqrt: ({ o }, eta) => o.mul(eta, eta),
  logit: ({ o }, eta) => o.op('Sigmoid', [eta]),
  cloglog: ({ o }, eta) => o.sub(o.scalar(1), o.op('Exp', [o.op('Neg', [o.op('Exp', [eta])])])),
  // onnxruntime has Erf for float32 alone: its error of 1e-7 is all that is lost.
  probit: ({ o }, eta) => {
    const erf = o.op('Erf', [o.cast(o.mul(eta, o.scalar(Math.SQRT1_2)), 'float')]);
    return o.mul(o.add(o.cast(erf, 'double'), o.scalar(1)), o.scalar(0.5));
  },
};

const CANONICAL: Readonly<Record<string, string>> = {
  gaussian: 'identity',
  binomial: 'logit',
  poisson: 'log',
  gamma: 'inverse',
};

/** The mean from the linear predictor, kept within what the family allows. */
export function unlink(c: Lowering, eta: ValueId): ValueId {
  const family = familyOf(c.p);
  const mean = linkOf(c.p, family)(c, eta);
  const { o } = c;
  if (family === 'gaussian') return mean;
  // Not Max: Spark's comparisons leave NaN as it is.
  const least = o.where(o.op('Less', [mean, o.scalar(EPSILON)]), o.scalar(EPSILON), mean);
  if (family !== 'binomial') return least;
  return o.where(o.op('Greater', [mean, o.scalar(1 - EPSILON)]), o.scalar(1 - EPSILON), least);
}

/** Tweedie with variance power 0, 1 and 2 is another family's name. */
function familyOf(p: Params): string {
  const family = p.text('family', 'gaussian').toLowerCase();
  if (family !== 'tweedie') return family in CANONICAL ? family : refuse(`its family is ${family}`);
  const power = p.number('variancePower', 0);
  return { 0: 'gaussian', 1: 'poisson', 2: 'gamma' }[power] ?? 'tweedie';
}

function linkOf(p: Params, family: string): Unlink {
  if (p.text('family', 'gaussian').toLowerCase() !== 'tweedie') {
    const name = p.text('link', CANONICAL[family] ?? '').toLowerCase();
    return LINKS[name] ?? refuse(`its link is ${name}`);
  }
  return powerLink(p.number('linkPower', 1 - p.number('variancePower', 0)));
}

function powerLink(power: number): Unlink {
  const name = new Map([
    [0, 'log'],
    [1, 'identity'],
    [-1, 'inverse'],
    [0.5, 'sqrt'],
  ]).get(power);
  if (name) return LINKS[name]!;
  return ({ o }, eta) => o.op('Pow', [eta, o.scalar(1 / power)]);
}
