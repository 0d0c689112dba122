import { PerformanceObserver, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { type Clock, systemClock } from '../clock.ts';
import { Guard } from '../guard.ts';
import type { RuntimeSample, TimeRange } from '../query.ts';

/** A day at the default interval of 30 s; about 200 bytes each. */
const MAX_SAMPLES = 2_880;
/** How often the event loop is asked how late it is. */
const EVENT_LOOP_RESOLUTION_MILLIS = 20;

export interface RuntimeSamplerOptions {
  /** Seconds between samples; 0 takes none but `current()`. */
  readonly intervalSeconds: number;
  readonly clock?: Clock;
  /** Counts what goes wrong between samples. */
  readonly guard?: Guard;
  readonly maxSamples?: number;
}

/** Takes samples of the process: memory, CPU, event loop, garbage collection. Its timer does not keep the process alive. */
export class RuntimeSampler {
  readonly #intervalMillis: number;
  readonly #clock: Clock;
  readonly #guard: Guard;
  readonly #maxSamples: number;
  readonly #samples: RuntimeSample[] = [];
  /** Index of the oldest sample, once the ring is full. */
  #oldest = 0;
  #highWaterRssBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #eventLoopDelay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #gcObserver: PerformanceObserver | undefined;
  #gcPauseMillis = 0;
  #gcCount = 0;
  #since: {
    readonly nanos: number;
    readonly cpu: NodeJS.CpuUsage;
    readonly loop: ReturnType<typeof performance.eventLoopUtilization>;
  };

  /** Throws RangeError for an interval that is not a number of seconds, or a ring without room. */
  constructor({
    intervalSeconds,
    clock = systemClock,
    guard = new Guard(),
    maxSamples = MAX_SAMPLES,
  }: RuntimeSamplerOptions) {
    if (!Number.isFinite(intervalSeconds) || intervalSeconds < 0)
      throw new RangeError(`Expected "intervalSeconds" to be 0 or more, got ${intervalSeconds}`);
    if (!Number.isInteger(maxSamples) || maxSamples < 1)
      throw new RangeError(`Expected "maxSamples" to be a positive integer, got ${maxSamples}`);
    this.#intervalMillis = intervalSeconds * 1_000;
    this.#clock = clock;
    this.#guard = guard;
    this.#maxSamples = maxSamples;
    this.#since = this.#now();
  }

  /** Highest resident size seen in any sample or answer, bytes. */
  get highWaterRssBytes(): number {
    return this.#highWaterRssBytes;
  }

  /** Begins to observe and takes the first sample; does nothing when it is running. */
  start(): void {
    if (this.#eventLoopDelay !== undefined) return;
    // Outside of any request, so that the timer holds on to none (G3).
    context.with(ROOT_CONTEXT, () => {
      this.#eventLoopDelay = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MILLIS });
      this.#eventLoopDelay.enable();
      this.#gcObserver = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
          this.#gcPauseMillis += duration;
          this.#gcCount++;
        }
      });
      this.#gcObserver.observe({ entryTypes: ['gc'] });
      this.#since = this.#now();
      const sample = (): unknown => this.#guard.run('runtime sample', () => this.sample(), undefined);
      sample();
      if (this.#intervalMillis > 0) this.#timer = setInterval(sample, this.#intervalMillis).unref();
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#eventLoopDelay?.disable();
    this.#eventLoopDelay = undefined;
    this.#gcObserver?.disconnect();
    this.#gcObserver = undefined;
  }

  /** The process as it is now; shares and pauses are those since the last sample, which it does not end. */
  current(): RuntimeSample {
    const memory = process.memoryUsage();
    const now = this.#now();
    const elapsedNanos = now.nanos - this.#since.nanos;
    const cpu = process.cpuUsage(this.#since.cpu);
    this.#highWaterRssBytes = Math.max(this.#highWaterRssBytes, memory.rss);
    return {
      atMillis: this.#clock.now(),
      rssBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      heapTotalBytes: memory.heapTotal,
      externalBytes: memory.external,
      cpuUtilization: elapsedNanos > 0 ? ((cpu.user + cpu.system) * 1_000) / elapsedNanos : 0,
      eventLoopDelayP50Millis: this.#delayMillis(50),
      eventLoopDelayP99Millis: this.#delayMillis(99),
      eventLoopUtilization: performance.eventLoopUtilization(now.loop, this.#since.loop).utilization,
      gcPauseMillis: this.#gcPauseMillis,
      gcCount: this.#gcCount,
      activeHandles: process.getActiveResourcesInfo().length,
    };
  }

  /** Takes a sample and begins the next period. */
  sample(): RuntimeSample {
    const sample = this.current();
    if (this.#samples.length < this.#maxSamples) this.#samples.push(sample);
    else {
      this.#samples[this.#oldest] = sample;
      this.#oldest = (this.#oldest + 1) % this.#maxSamples;
    }
    this.#since = this.#now();
    this.#eventLoopDelay?.reset();
    this.#gcPauseMillis = 0;
    this.#gcCount = 0;
    return sample;
  }

  /** Samples of a range, oldest first. */
  samples({ fromMillis, toMillis }: TimeRange): readonly RuntimeSample[] {
    return [...this.#samples.slice(this.#oldest), ...this.#samples.slice(0, this.#oldest)].filter(
      ({ atMillis }) => atMillis >= fromMillis && atMillis < toMillis,
    );
  }

  /** How much later than due the event loop came, in milliseconds; the timer's own resolution is not delay. */
  #delayMillis(percentile: number): number {
    const histogram = this.#eventLoopDelay;
    if (histogram === undefined || histogram.count === 0) return 0;
    return Math.max(0, histogram.percentile(percentile) / 1e6 - EVENT_LOOP_RESOLUTION_MILLIS);
  }

  #now(): {
    readonly nanos: number;
    readonly cpu: NodeJS.CpuUsage;
    readonly loop: ReturnType<typeof performance.eventLoopUtilization>;
  } {
    return {
      nanos: this.#clock.monotonicNanos(),
      cpu: process.cpuUsage(),
      loop: performance.eventLoopUtilization(),
    };
  }
}
