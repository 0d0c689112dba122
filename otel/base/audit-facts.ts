import type { OperationType } from './operation-types.ts';

/** Adjusted counts of a series, or of all series of its type, beside what was counted. */
export interface AuditedSeries {
  readonly type: OperationType;
  /** Undefined: all of the type. */
  readonly series: string | undefined;
  /** Since the start, or of the last ones. */
  readonly over: 'start' | 'window';
  readonly counted: number;
  /** What was kept of them stands for so many. */
  readonly adjusted: number;
  /** So many they ought to stand for, by randomness and thresholds alone. */
  readonly due: number;
  /** Of `adjusted`, by chance. */
  readonly deviation: number;
  readonly z: number;
  /** What |z| chance may reach; undefined while there are too few. */
  readonly bound: number | undefined;
  readonly judgement: 'too few' | 'fine' | 'biased' | 'missing';
}

/** The books that audit themselves: what was kept, by its weights, against what was counted. */
export interface AuditFacts {
  /** Since the start: the sums of each type, and then the series that are furthest off. */
  readonly rows: readonly AuditedSeries[];
  readonly alarms: readonly AuditedSeries[];
  /** Sums that were judged; the bound allows for their number. */
  readonly judged: number;
  /** Operations that chance decided. */
  readonly sampled: number;
  /** Operations that had to be kept: each stands for itself. */
  readonly certain: number;
  /** Left out, as nobody knows the probability, or it is none: of traces that began elsewhere, late ones, in a storm, and never kept. */
  readonly leftOut: Readonly<Record<'elsewhere' | 'late' | 'storm' | 'never', number>>;
}
