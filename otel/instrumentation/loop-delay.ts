import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import type { Clock } from '../base/clock.ts';

/** How often the event loop is asked how late it is, milliseconds: while there is work, and while there is none (each time wakes the process). */
const RESOLUTION_MILLIS = { busy: 20, idle: 200 } as const;
/** A loop that is busier than this has work, whatever brings it. */
const IDLE_UTILIZATION = 0.02;
/** Node publishes each request there before anybody handles it. */
const REQUEST_START = 'http.server.request.start';

type Histogram = ReturnType<typeof monitorEventLoopDelay>;

export type LoopDelays = Readonly<Record<'min' | 'max' | 'mean' | 'stddev' | 'p50' | 'p90' | 'p99', number>>;

/**
 * How much later than due the event loop came since the last `reset`, milliseconds. While there is no work, a delay of less than
 * 200 ms may go unseen; its timers do not keep the process alive.
 */
export class LoopDelay {
  readonly #clock: Clock;
  readonly #monitor: typeof monitorEventLoopDelay;
  #pace: keyof typeof RESOLUTION_MILLIS = 'busy';
  #histogram: Histogram | undefined;
  #beganNanos = 0;
  /** Of the histograms before. */
  #wakes = 0;
  #unseen: NodeJS.Timeout | undefined;
  /** Seen elsewhere than in the histogram. */
  #lateMillis = 0;
  #utilization = performance.eventLoopUtilization();
  /** Since the last `reset`; one may come right after the start. */
  #requestCame = true;
  /** Loading modules holds the loop up for as long as it takes, and nobody waits for an answer yet: no delay. */
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

  /** `isStarting`: until the first request, or `endStarting`. */
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

  /** Begins anew. */
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

  /** How often the histogram has woken the process, or come by while it was awake. */
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

  /** As Node's histogram has them. */
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

  /** What was seen at the slow pace stays seen. */
  #speedUp(): void {
    this.#lateMillis = this.maxMillis;
    this.#begin('busy');
  }

  /** A histogram sees no delay that begins before its timer comes for the first time: one of ours does. */
  #begin(pace: keyof typeof RESOLUTION_MILLIS): void {
    this.#end();
    this.#pace = pace;
    const resolution = RESOLUTION_MILLIS[pace];
    const nanos = (this.#beganNanos = this.#clock.monotonicNanos());
    const look = (): void => {
      const lateMillis = (this.#clock.monotonicNanos() - nanos) / 1e6 - resolution;
      if (lateMillis > RESOLUTION_MILLIS.busy) this.#lateMillis = Math.max(this.#lateMillis, lateMillis);
    };
    // Outside of any request, so that the timers hold on to none (G3).
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

  /** The timer's own resolution is not delay. */
  #millis(of: (histogram: Histogram) => number): number {
    const histogram = this.#histogram;
    if (histogram === undefined || histogram.count === 0) return 0;
    return Math.max(0, of(histogram) / 1e6 - RESOLUTION_MILLIS[this.#pace]);
  }
}
