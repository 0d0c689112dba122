import type { AuditedSeries, AuditFacts } from '../base/audit-facts.ts';
import type { OperationType } from '../base/operation-types.ts';

/** Operations in a half window: enough to find a bias of 2 % at a rate of one half. */
const HALF_WINDOW = 100_000;
/** Where the bound is tightest, in units of variance: some thousand operations. */
const TUNED_FOR = 5000;
/** A sum is judged once its squared deviation reaches this many of its largest steps: with fewer it is not yet normal. */
const MIN_STEPS = 100;
/**
 * Share of the counted operations that may be missing without an alarm, plus a number of kept operations, for example of a sink that failed once.
 */
const MISSING_SHARE = 0.001;
const MISSING_KEPT = 10;
/** Probability of one false alarm in the life of a process, over all series together. */
const FALSE_ALARM = 5e-3;
/** Rows returned to pages, those that deviate most first. */
const MAX_ROWS = 100;

/** Sums over operations that are each kept with a known probability p. */
export interface Sums {
  readonly counted: number;
  /** Sum of 1/p over operations that reached the sink. */
  readonly adjusted: number;
  /** The same over those that should have, by their randomness. */
  readonly due: number;
  /** Variance of `adjusted` if only chance decides; operations of one trace share its randomness. */
  readonly variance: number;
  /** Largest contribution of one trace. */
  readonly step: number;
  /** Largest 1/p. */
  readonly weight: number;
}

class MutableSums implements Sums {
  counted = 0;
  adjusted = 0;
  due = 0;
  variance = 0;
  step = 0;
  weight = 0;

  count(variance: number, due: number, weight: number, step: number): void {
    this.counted++;
    this.variance += variance;
    this.due += due;
    if (step > this.step) this.step = step;
    if (weight > this.weight) this.weight = weight;
  }

  countCertain(): void {
    this.counted++;
    this.due++;
    this.weight = this.step = 1;
  }

  add(other: Sums): this {
    this.counted += other.counted;
    this.adjusted += other.adjusted;
    this.due += other.due;
    this.variance += other.variance;
    this.step = Math.max(this.step, other.step);
    this.weight = Math.max(this.weight, other.weight);
    return this;
  }
}

/** Sums of one series: since start, and over a window of recent operations that shows a bias which began late. */
export class AuditedSums {
  readonly #total = new MutableSums();
  #older = new MutableSums();
  #newer = new MutableSums();
  /** The trace whose operations are being added. */
  #trace = NaN;
  #ofTrace = 0;
  #varianceOfTrace = 0;
  #stepOfTrace = 0;

  /** Adds an operation of a trace (any unique number) that is kept with probability `p` iff `isDue`. */
  count(trace: number, p: number, isDue: boolean): void {
    if (trace !== this.#trace) {
      this.#trace = trace;
      this.#ofTrace = this.#varianceOfTrace = this.#stepOfTrace = 0;
    }
    const own = (1 - p) / p;
    // Cov = min of the two variances, because both depend on the same R.
    const shared = 2 * Math.min(this.#ofTrace * own, this.#varianceOfTrace);
    this.#ofTrace++;
    this.#varianceOfTrace += own;
    this.#stepOfTrace += 1 / p;
    const due = isDue ? 1 / p : 0;
    this.#total.count(own + shared, due, 1 / p, this.#stepOfTrace);
    this.#newer.count(own + shared, due, 1 / p, this.#stepOfTrace);
    this.#turn();
  }

  /** Adds an operation that is kept whatever its randomness is. */
  countCertain(): void {
    this.#total.countCertain();
    this.#newer.countCertain();
    this.#turn();
  }

  #turn(): void {
    if (this.#newer.counted < HALF_WINDOW) return;
    this.#older = this.#newer;
    this.#newer = new MutableSums();
  }

  /** Adds an operation that reached the sink, with weight 1/p. */
  keep(p: number): void {
    this.#total.adjusted += 1 / p;
    this.#newer.adjusted += 1 / p;
  }

  get total(): Sums {
    return this.#total;
  }

  /** Undefined while it would equal the total. */
  get window(): Sums | undefined {
    if (this.#total.counted < HALF_WINDOW) return undefined;
    return new MutableSums().add(this.#older).add(this.#newer);
  }
}

/** Deviation of the adjusted count in standard deviations; 0 if chance plays no part and nothing deviates. */
export function zOf({ counted, adjusted, variance }: Sums): number {
  const off = adjusted - counted;
  return Math.abs(off) < 1e-6 * counted + 1e-9 ? 0 : off / Math.sqrt(variance);
}

/**
 * The |z| that chance reaches with probability `alpha` at any time at all, however often one looks: Robbins' normal mixture bound, widened for
 * steps that are large relative to the deviation (Cornish and Fisher). Undefined with too few operations.
 */
export function boundOf({ variance, step }: Sums, alpha: number): number | undefined {
  if (variance < MIN_STEPS * step * step) return undefined;
  const ratio = variance / TUNED_FOR;
  const bound = Math.sqrt((1 + 1 / ratio) * (Math.log(1 + ratio) + 2 * Math.log(1 / alpha)));
  return bound + (step / Math.sqrt(variance)) * ((bound * bound - 1) / 6);
}

/** @param alpha Probability of a false alarm of this sum among all that are judged. */
export function judge(sums: Sums, alpha: number): AuditedSeries['judgement'] {
  const missing = Math.abs(sums.adjusted - sums.due);
  if (missing > MISSING_SHARE * sums.counted + MISSING_KEPT * sums.weight) return 'missing';
  if (sums.variance === 0) return 'fine';
  const bound = boundOf(sums, alpha);
  if (bound === undefined) return 'too few';
  return Math.abs(zOf(sums)) > bound ? 'biased' : 'fine';
}

export interface NamedSums {
  readonly type: OperationType;
  readonly series: string | undefined;
  readonly sums: AuditedSums;
}

/** Rows and alarms; the more sums are judged, the wider the bound. */
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

/** Avoids NaN from Infinity - Infinity. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
