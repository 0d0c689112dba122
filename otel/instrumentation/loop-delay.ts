import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import type { Clock } from '../base/clock.ts';

/** Sampling interval of the event loop delay, milliseconds: with work, and without (each sample wakes the process). */
const RESOLUTION_MILLIS = { busy: 20, idle: 200 } as const;
/** A busier loop has work, whatever its source. */
const IDLE_UTILIZATION = 0.02;
/** Node publishes each request here before it is handled. */
const REQUEST_START = 'http.server.request.start';

type Histogram = ReturnType<typeof monitorEventLoopDelay>;

export type LoopDelays = Readonly<Record<'min' | 'max' | 'mean' | 'stddev' | 'p50' | 'p90' | 'p99', number>>;

/**
 * Event loop delay since the last `reset`, milliseconds. While there is no work, delays below 200 ms may go unnoticed; its timers do not keep the
 * process alive.
 */
export class LoopDelay {
  readonly #clock: Clock;
  readonly #monitor: typeof monitorEventLoopDelay;
  #pace: keyof typeof RESOLUTION_MILLIS = 'busy';
  #histogram: Histogram | undefined;
  #beganNanos = 0;
  /** Of previous histograms. */
  #wakes = 0;
  #unseen: NodeJS.Timeout | undefined;
  /** Of the histogram, up to the last `takeMeanMillis`. */
  #taken = { count: 0, nanos: 0 };
  /** Delay observed outside the histogram. */
  #lateMillis = 0;
  #utilization = performance.eventLoopUtilization();
  /** Since the last `reset`; a request may come right after the start. */
  #requestCame = true;
  /** Loading modules blocks the loop, but no client waits yet, so it does not count as delay. */
  #isStarting = false;
  readonly #onRequest = (): void => {
    unsubscribe(REQUEST_START, this.#onRequest);
    this.#requestCame = true;
    if (this.#isStarting) this.endStarting();
    else if (this.#pace === 'idle') this.#speedUp();
  };

  constructor(clock: Clock, monitor = monitorEventLoopDelay) {
    this.#clock = clock;
    this.#monitor = monitor;
  }

  get isRunning(): boolean {
    return this.#histogram !== undefined;
  }

  get isStarting(): boolean {
    return this.#isStarting;
  }

  /** @param isStarting Until the first request or `endStarting`. */
  start(isStarting: boolean): void {
    this.#isStarting = isStarting;
    this.#begin('busy');
    subscribe(REQUEST_START, this.#onRequest);
  }

  endStarting(): void {
    if (!this.#isStarting) return;
    this.#isStarting = false;
    this.#lateMillis = 0;
    this.#begin('busy');
  }

  stop(): void {
    unsubscribe(REQUEST_START, this.#onRequest);
    this.#end();
  }

  /** Starts a new period. */
  reset(): void {
    if (this.#histogram === undefined) return;
    this.#lateMillis = 0;
    const before = this.#utilization;
    this.#utilization = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(this.#utilization, before);
    const isBusy = this.#requestCame || this.#isStarting || utilization > IDLE_UTILIZATION;
    this.#begin(isBusy ? 'busy' : 'idle');
    this.#requestCame = false;
    unsubscribe(REQUEST_START, this.#onRequest);
    subscribe(REQUEST_START, this.#onRequest);
  }

  /** How often the histogram's timer fired, whether the process slept or not. */
  get wakes(): number {
    if (this.#histogram === undefined) return this.#wakes;
    const millis = (this.#clock.monotonicNanos() - this.#beganNanos) / 1e6;
    return this.#wakes + Math.floor(millis / RESOLUTION_MILLIS[this.#pace]);
  }

  get maxMillis(): number {
    if (this.#isStarting) return 0;
    return Math.max(
      this.#lateMillis,
      this.#millis(({ max }) => max),
    );
  }

  percentileMillis(percentile: number): number {
    return this.#millis((histogram) => histogram.percentile(percentile));
  }

  /** Mean since the last call, as far as that is in one histogram; NaN without a reading. */
  takeMeanMillis(): number {
    const { count = 0, mean = 0 } = this.#histogram ?? {};
    const before = this.#taken;
    this.#taken = { count, nanos: count === 0 ? 0 : count * mean };
    if (count <= before.count) return NaN;
    const nanos = (this.#taken.nanos - before.nanos) / (count - before.count);
    return Math.max(0, nanos / 1e6 - RESOLUTION_MILLIS[this.#pace]);
  }

  /** The values Node's histogram provides. */
  all(): LoopDelays {
    const histogram = this.#histogram;
    return {
      min: this.#millis(({ min }) => min),
      max: this.#millis(({ max }) => max),
      mean: this.#millis(({ mean }) => mean),
      stddev: histogram === undefined || histogram.count === 0 ? 0 : histogram.stddev / 1e6,
      p50: this.percentileMillis(50),
      p90: this.percentileMillis(90),
      p99: this.percentileMillis(99),
    };
  }

  /** Delays observed at the slow pace are kept. */
  #speedUp(): void {
    this.#lateMillis = this.maxMillis;
    this.#begin('busy');
  }

  /** A histogram sees no delay before its timer first fires: a timer of ours covers that. */
  #begin(pace: keyof typeof RESOLUTION_MILLIS): void {
    this.#end();
    this.#pace = pace;
    this.#taken = { count: 0, nanos: 0 };
    const resolution = RESOLUTION_MILLIS[pace];
    const nanos = (this.#beganNanos = this.#clock.monotonicNanos());
    const look = (): void => {
      const lateMillis = (this.#clock.monotonicNanos() - nanos) / 1e6 - resolution;
      if (lateMillis > RESOLUTION_MILLIS.busy) this.#lateMillis = Math.max(this.#lateMillis, lateMillis);
    };
    // Outside any request, so that the timers retain none (G3).
    context.with(ROOT_CONTEXT, () => {
      this.#histogram = this.#monitor({ resolution });
      this.#histogram.enable();
      this.#unseen = setTimeout(look, resolution).unref();
    });
  }

  #end(): void {
    this.#wakes = this.wakes;
    clearTimeout(this.#unseen);
    this.#histogram?.disable();
    this.#histogram = undefined;
  }

  /** Subtracts the timer's own resolution. */
  #millis(of: (histogram: Histogram) => number): number {
    const histogram = this.#histogram;
    if (histogram === undefined || histogram.count === 0) return 0;
    return Math.max(0, of(histogram) / 1e6 - RESOLUTION_MILLIS[this.#pace]);
  }
}
