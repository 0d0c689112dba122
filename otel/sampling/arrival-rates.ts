import type { EndedSpan } from '../spans/operation.ts';
import { routeOf } from '../spans/operation-type.ts';
import { type Bits56, isAtLeast, KEEP_ALL, thresholdOf } from './consistent-threshold.ts';
import type { TraceView } from './policy.ts';

export const WINDOW_NANOS = 10e9;
/** Windows that a steady rate is averaged over. */
const MAX_WINDOWS = 6;
/** After this long without a kept trace of a kind, the next one is kept whatever its R, so that each kind is seen within 15 minutes. */
const UNSEEN_NANOS = 600e9;
/** Step width of the threshold in a burst; otherwise each trace would get a different one. */
const BURST_STEP = 0.02;
/** Kinds by route and status class, ~300 bytes each; later ones share one. */
const MAX_KEYS = 500;

/**
 * Measures how many traces of a kind arrive per second and derives the threshold that keeps the target number. The threshold is chosen before the
 * trace's R is read, from earlier arrivals alone, so it is a valid weight: expected counts add up whatever the rate does.
 */
export class ArrivalRate {
  /** Monotonic. */
  #windowStart: number;
  #arrivals = 0;
  /** Arrivals in the last complete windows, newest first. */
  #before: number[] = [];
  #expectedPerSecond = 0;
  #now: number;
  #lastTraceId: string | undefined;
  #lastKept = -Infinity;
  #probability = 1;
  #threshold: Bits56 = KEEP_ALL;

  constructor(nowNanos: number) {
    this.#windowStart = this.#now = nowNanos;
  }

  /** Threshold of the next trace. */
  threshold(perSecond: number, nowNanos: number): Bits56 {
    this.#turn(nowNanos);
    if (nowNanos - this.#lastKept >= UNSEEN_NANOS) return KEEP_ALL;
    const steady = this.#steady(perSecond);
    const probability = Math.min(steady, this.#inBurst(perSecond));
    const isStep = Math.abs(probability / this.#probability - 1) >= BURST_STEP;
    if (probability !== this.#probability && (probability === steady || isStep)) {
      this.#probability = probability;
      this.#threshold = thresholdOf(probability);
    }
    return this.#threshold;
  }

  /** Records the arrival of a trace that was given this threshold; once per trace, and not for late spans. */
  count({ traceId, operations, randomness }: TraceView, threshold: Bits56): void {
    if (operations.length === 0 || traceId === this.#lastTraceId) return;
    this.#lastTraceId = traceId;
    this.#arrivals++;
    if (isAtLeast(randomness, threshold)) this.#lastKept = this.#now;
  }

  /** Probability derived from the last windows. */
  #steady(perSecond: number): number {
    const expected = this.#expectedPerSecond;
    return expected <= perSecond ? 1 : perSecond / expected;
  }

  /**
   * Probability derived from the current window. It is 1 until arrivals exceed what the last windows predict by four standard deviations and by one
   * second of the target, which is all that a new or rare kind has.
   */
  #inBurst(perSecond: number): number {
    const seconds = (this.#now - this.#windowStart) / 1e9 + 1;
    const expected = this.#expectedPerSecond * seconds;
    const usual = expected + 4 * Math.sqrt(expected) + Math.max(1, perSecond);
    if (this.#arrivals < usual) return 1;
    return Math.min(1, (perSecond * seconds) / (this.#arrivals + 1));
  }

  #turn(nowNanos: number): void {
    const windows = Math.floor((nowNanos - this.#windowStart) / WINDOW_NANOS);
    // The clock went back, so the count of this window is meaningless.
    if (nowNanos < this.#now) {
      this.#windowStart = nowNanos;
      this.#lastKept = Math.min(this.#lastKept, nowNanos);
      this.#arrivals = 0;
    } else if (windows > 0) {
      const silent = Array.from({ length: Math.min(windows - 1, MAX_WINDOWS) }, () => 0);
      this.#before = [...silent, this.#arrivals, ...this.#before].slice(0, MAX_WINDOWS);
      this.#windowStart += windows * WINDOW_NANOS;
      this.#arrivals = 0;
      this.#expectedPerSecond = ratePerSecond(this.#before);
    }
    this.#now = nowNanos;
  }
}

/** Averages over the newest windows of about equal rate; after a step in the rate, over the new ones only. */
function ratePerSecond(windows: readonly number[]): number {
  let sum = windows[0] ?? 0;
  let seconds = WINDOW_NANOS / 1e9;
  for (const [i, arrivals] of windows.slice(1).entries()) {
    const mean = sum / (i + 1);
    if (Math.abs(arrivals - mean) > 3 * Math.sqrt(mean + mean / (i + 1)) + 1) break;
    sum += arrivals;
    seconds += WINDOW_NANOS / 1e9;
  }
  // Plus one: the mean of N / (arrivals + 1) is N / expected arrivals.
  return (sum + 1) / seconds;
}

/** Arrival rates of all kinds of traces; they outlive a change of settings. */
export class ArrivalRates {
  readonly #monotonicNanos: () => number;
  /** By series of the root, then by status class. */
  readonly #ofRoutes = new Map<string, (ArrivalRate | undefined)[]>();
  readonly #ofTypes = new Map<string, ArrivalRate>();
  readonly #ofRules = new Map<string, ArrivalRate>();
  #rest: ArrivalRate | undefined;
  #keys = 0;

  constructor(monotonicNanos: () => number) {
    this.#monotonicNanos = monotonicNanos;
  }

  now(): number {
    return this.#monotonicNanos();
  }

  /** Kinds with a rate of their own. */
  get keys(): number {
    return this.#keys;
  }

  /** Rate of a request's route and status class; other traces share one per type. */
  ofRoot({ type, series, statusCode = 0 }: Pick<EndedSpan, 'type' | 'series' | 'statusCode'>): ArrivalRate {
    if (type !== 'http') return this.#shared(this.#ofTypes, type);
    // Without the method: GET and HEAD of a route are one kind.
    const route = routeOf(series);
    const byClass = this.#ofRoutes.get(route) ?? [];
    const statusClass = Math.floor(statusCode / 100);
    const known = byClass[statusClass];
    if (known !== undefined) return known;
    if (this.#keys >= MAX_KEYS) return (this.#rest ??= new ArrivalRate(this.now()));
    this.#keys++;
    this.#ofRoutes.set(route, byClass);
    return (byClass[statusClass] = new ArrivalRate(this.now()));
  }

  /** Rate of what a rule matches, by the rule's text. */
  ofRule(text: string): ArrivalRate {
    return this.#shared(this.#ofRules, text);
  }

  /** Removes rules that no longer exist. */
  keepRules(texts: ReadonlySet<string>): void {
    for (const text of this.#ofRules.keys()) if (!texts.has(text)) this.#ofRules.delete(text);
  }

  #shared(rates: Map<string, ArrivalRate>, name: string): ArrivalRate {
    let rate = rates.get(name);
    if (rate === undefined) rates.set(name, (rate = new ArrivalRate(this.now())));
    return rate;
  }
}
