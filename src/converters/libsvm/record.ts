/** What LIBSVM's and LIBLINEAR's files say. */

export const SVM_TYPES = ['c_svc', 'nu_svc', 'one_class', 'epsilon_svr', 'nu_svr'] as const;
export type SvmType = (typeof SVM_TYPES)[number];
export const KERNELS = ['linear', 'polynomial', 'rbf', 'sigmoid', 'precomputed'] as const;
export type Kernel = (typeof KERNELS)[number];

/** Sparse rows: the entries of row i are from `offsets[i]` to `offsets[i + 1]`. */
export interface SparseRows {
  readonly offsets: Int32Array;
  /** From 0. */
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

export interface SvmRecord {
  readonly kind: 'svm';
  readonly type: SvmType;
  readonly kernel: Kernel;
  readonly degree: number;
  readonly gamma: number;
  readonly coef0: number;
  readonly classes: number;
  readonly labels: readonly number[];
  /** One for each pair of classes; one where there are no classes. */
  readonly rho: readonly number[];
  readonly probA: readonly number[];
  readonly probB: readonly number[];
  readonly densityMarks: readonly number[];
  /** Support vectors of each class. */
  readonly perClass: readonly number[];
  readonly vectors: SparseRows;
  /** [vectors, classes - 1]; [vectors, 1] where there are no classes. */
  readonly coefficients: Float64Array;
  /** The largest index among the vectors. */
  readonly columns: number;
}

export interface LinearRecord {
  readonly kind: 'linear';
  readonly solver: string;
  readonly labels: readonly number[];
  readonly classes: number;
  readonly columns: number;
  /** What the constant feature is, below 0 for none. */
  readonly bias: number;
  readonly rho: number;
  /** [columns (+ 1 with a bias), outputs]. */
  readonly weights: Float64Array;
  readonly outputs: number;
}

/** LIBLINEAR's solvers: what they are for, and whether probabilities come of them. */
export const SOLVERS: Readonly<Record<string, 'probabilities' | 'classes' | 'regression' | 'one class'>> = {
  L2R_LR: 'probabilities',
  L1R_LR: 'probabilities',
  L2R_LR_DUAL: 'probabilities',
  L2R_L2LOSS_SVC_DUAL: 'classes',
  L2R_L2LOSS_SVC: 'classes',
  L2R_L1LOSS_SVC_DUAL: 'classes',
  MCSVM_CS: 'classes',
  L1R_L2LOSS_SVC: 'classes',
  L2R_L2LOSS_SVR: 'regression',
  L2R_L2LOSS_SVR_DUAL: 'regression',
  L2R_L1LOSS_SVR_DUAL: 'regression',
  ONECLASS_SVM: 'one class',
};

export const isClassifier = (type: SvmType) => type === 'c_svc' || type === 'nu_svc';
export const MOST_COLUMNS = 1 << 28;
export const MOST_CLASSES = 1 << 16;
