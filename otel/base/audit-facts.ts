import type { OperationType } from './operation-types.ts';

/** Adjusted count of a series, or of all series of a type, beside the number counted. */
export interface AuditedSeries {
  readonly type: OperationType;
  /** Undefined for the sum of the type. */
  readonly series: string | undefined;
  /** Since start, or the most recent operations only. */
  readonly over: 'start' | 'window';
  readonly counted: number;
  /** Sum of the weights of kept operations. */
  readonly adjusted: number;
  /** The sum expected from randomness and thresholds alone. */
  readonly due: number;
  /** Standard deviation of `adjusted` under chance. */
  readonly deviation: number;
  readonly z: number;
  /** The |z| that chance may reach; undefined with too few operations. */
  readonly bound: number | undefined;
  readonly judgement: 'too few' | 'fine' | 'biased' | 'missing';
}

/** The audit: weights of what was kept, against what was counted. */
export interface AuditFacts {
  /** Since start: the sum of each type, then the series that deviate most. */
  readonly rows: readonly AuditedSeries[];
  readonly alarms: readonly AuditedSeries[];
  /** Number of sums judged; the bound accounts for it. */
  readonly judged: number;
  /** Operations decided by randomness. */
  readonly sampled: number;
  /** Operations kept for certain: each has weight 1. */
  readonly certain: number;
  /**
   * Excluded, because their probability is unknown or zero: traces with a remote parent, late spans, operations in a storm, and what is never kept.
   */
  readonly leftOut: Readonly<Record<'elsewhere' | 'late' | 'storm' | 'never', number>>;
}
