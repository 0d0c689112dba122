import type { OperationType } from '../base/operation-types.ts';
import { type AuditedSums, boundOf, judge, type Judgement, type Sums, zOf } from './audited-sums.ts';

/** Probability of one false alarm in the life of a process, over all series together. */
const FALSE_ALARM = 5e-3;
/** Rows that pages get, those that are furthest off first. */
const MAX_ROWS = 100;

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
  readonly judgement: Judgement;
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

export interface NamedSums {
  readonly type: OperationType;
  readonly series: string | undefined;
  readonly sums: AuditedSums;
}

/** Rows and alarms; the more sums there are to look at, the further off has to be what alarms. */
export function judged(all: readonly NamedSums[]): Pick<AuditFacts, 'rows' | 'alarms' | 'judged'> {
  const sums = all.flatMap(({ type, series, sums: { total, window } }) => [
    { type, series, over: 'start' as const, of: total },
    ...(window === undefined ? [] : [{ type, series, over: 'window' as const, of: window }]),
  ]);
  const count = sums.filter(({ of }) => boundOf(of, 0.5) !== undefined).length;
  const alpha = FALSE_ALARM / Math.max(1, count);
  const rows = sums
    .filter(({ of }) => of.counted > 0)
    .map(({ of, ...what }) => rowOf(what, of, alpha))
    .toSorted((a, b) => compare(rank(b), rank(a)));
  return {
    rows: rows.filter(({ over, deviation }) => over === 'start' && deviation > 0).slice(0, MAX_ROWS),
    alarms: rows.filter(isAlarm).slice(0, MAX_ROWS),
    judged: count,
  };
}

function rowOf(
  what: Pick<AuditedSeries, 'type' | 'series' | 'over'>,
  sums: Sums,
  alpha: number,
): AuditedSeries {
  return {
    ...what,
    counted: sums.counted,
    adjusted: sums.adjusted,
    due: sums.due,
    deviation: Math.sqrt(sums.variance),
    z: zOf(sums),
    bound: boundOf(sums, alpha),
    judgement: judge(sums, alpha),
  };
}

function isAlarm({ judgement }: AuditedSeries): boolean {
  return judgement === 'biased' || judgement === 'missing';
}

function rank(row: AuditedSeries): number {
  if (row.series === undefined) return Infinity;
  return isAlarm(row) ? Number.MAX_VALUE : Math.abs(row.z);
}

/** Infinity less itself would be no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
