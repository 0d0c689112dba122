import type { EndedSpan } from '../spans/operation.ts';
import { routeOf } from '../spans/operation-type.ts';
import { type Bits56, isAtLeast, KEEP_ALL, thresholdOf } from './consistent-threshold.ts';
import type { TraceView } from './policy.ts';

export const WINDOW_NANOS = 10e9;
/** How far back a steady rate is looked at. */
const MAX_WINDOWS = 6;
/** Of a kind of which nothing was kept for so long, the next trace is kept whatever its R: it is seen again within 15 minutes. */
const UNSEEN_NANOS = 600e9;
/** In a burst the threshold moves in steps of as much: each trace would ask for another one. */
const BURST_STEP = 0.02;
/** Kinds by route and class of status, ~300 bytes each; those that come later share one. */
const MAX_KEYS = 500;

/**
 * How many traces of a kind come per second, and the threshold that keeps so many of them. It is chosen before the trace's R is looked at, from what
 * came before alone, so that it is the weight of the trace: expected counts add up whatever the rate does.
 */
export class ArrivalRate {
  /** Monotonic. */
  #windowStart: number;
  #arrivals = 0;
  /** Arrivals of the last whole windows, newest first. */
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

  /** For the next trace. */
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

  /** A trace of the kind has come and was given that threshold; once for all that wait of a trace, and not for what ends late. */
  count({ traceId, operations, randomness }: TraceView, threshold: Bits56): void {
    if (operations.length === 0 || traceId === this.#lastTraceId) return;
    this.#lastTraceId = traceId;
    this.#arrivals++;
    if (isAtLeast(randomness, threshold)) this.#lastKept = this.#now;
  }

  /** What the last windows ask for. */
  #steady(perSecond: number): number {
    const expected = this.#expectedPerSecond;
    return expected <= perSecond ? 1 : perSecond / expected;
  }

  /** What this window asks for, when more comes than the last ones and chance explain: of a kind that is new, or rare, already after a second's worth. */
  #inBurst(perSecond: number): number {
    const seconds = (this.#now - this.#windowStart) / 1e9 + 1;
    const expected = this.#expectedPerSecond * seconds;
    const usual = expected + 4 * Math.sqrt(expected) + Math.max(1, perSecond);
    if (this.#arrivals < usual) return 1;
    return Math.min(1, (perSecond * seconds) / (this.#arrivals + 1));
  }

  #turn(nowNanos: number): void {
    const windows = Math.floor((nowNanos - this.#windowStart) / WINDOW_NANOS);
    // A clock that went back: what was counted of this window says nothing.
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

/** Of as many windows, newest first, as had about the same rate: after a step, the new ones alone. */
function ratePerSecond(windows: readonly number[]): number {
  let sum = windows[0] ?? 0;
  let seconds = WINDOW_NANOS / 1e9;
  for (const [i, arrivals] of windows.slice(1).entries()) {
    const mean = sum / (i + 1);
    if (Math.abs(arrivals - mean) > 3 * Math.sqrt(mean + mean / (i + 1)) + 1) break;
    sum += arrivals;
    seconds += WINDOW_NANOS / 1e9;
  }
  // One more: N / (arrivals + 1) is on average what N / expected arrivals is.
  return (sum + 1) / seconds;
}

/** The arrival rates of all kinds of traces; they go on when settings change. */
export class ArrivalRates {
  readonly #monotonicNanos: () => number;
  /** By series of the root, then by class of status. */
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

  /** Kinds that have a rate of their own. */
  get keys(): number {
    return this.#keys;
  }

  /** Of a request's route and class of status; other traces share one by type. */
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

  /** Of what a rule matches, by its text. */
  ofRule(text: string): ArrivalRate {
    return this.#shared(this.#ofRules, text);
  }

  /** Forgets rules that are no more. */
  keepRules(texts: ReadonlySet<string>): void {
    for (const text of this.#ofRules.keys()) if (!texts.has(text)) this.#ofRules.delete(text);
  }

  #shared(rates: Map<string, ArrivalRate>, name: string): ArrivalRate {
    let rate = rates.get(name);
    if (rate === undefined) rates.set(name, (rate = new ArrivalRate(this.now())));
    return rate;
  }
}
