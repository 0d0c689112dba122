import { PerformanceObserver, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { type Clock, systemClock } from '../base/clock.ts';
import { Guard } from '../base/guard.ts';
import type { RuntimeSample } from '../query.ts';
import { FirstListening } from './first-listening.ts';
import { type GcPause, GcPauses, isMajor } from './gc-pauses.ts';
import { LoopDelay, type LoopDelays } from './loop-delay.ts';
import { openFiles, openFilesLimit } from './open-files.ts';
import { peakRssBytes } from './peak-memory.ts';

/** How often open files are counted between samples: they can run out and recover within seconds. */
const WATCH_INTERVAL_MILLIS = 1000;
/** Below this utilisation over a second, the process has finished loading modules. */
const AT_REST = 0.5;

export interface RuntimeSamplerOptions {
  /** Seconds between samples; 0 takes samples only in `current()`. */
  readonly intervalSeconds: number;
  readonly clock?: Clock;
  /** Counts faults between samples. */
  readonly guard?: Guard;
  /** Runs the work of its timers. */
  readonly runMeasured?: (work: () => void) => void;
  /** Receives the mean event-loop delay of each second, milliseconds; NaN if nothing was measured. Not while modules are loaded. */
  readonly onDelay?: (meanMillis: number) => void;
  /** Receives each sample at the end of its period. */
  readonly onSample?: (sample: RuntimeSample) => void;
  /** Called once, when a server listens, see FirstListening. */
  readonly onListening?: () => void;
}

interface PeriodStart {
  readonly nanos: number;
  readonly cpu: NodeJS.CpuUsage;
  readonly loop: ReturnType<typeof performance.eventLoopUtilization>;
}

/** Samples the process: memory, CPU, event loop, garbage collection. Its timers do not keep the process alive. */
export class RuntimeSampler {
  /** Epoch milliseconds; computed once, because later results would move with the system clock. */
  readonly startedAtMillis: number;
  readonly openFilesLimit = openFilesLimit();
  readonly #intervalMillis: number;
  readonly #clock: Clock;
  readonly #guard: Guard;
  readonly #runMeasured: (work: () => void) => void;
  readonly #onSample: (sample: RuntimeSample) => void;
  readonly #onDelay: (meanMillis: number) => void;
  readonly #listening: FirstListening;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #loopDelay: LoopDelay;
  #gcObserver: PerformanceObserver | undefined;
  readonly #gcPauses = new GcPauses();
  #highWaterRssBytes = 0;
  #problem: string | undefined;
  // Since the period started:
  #since: PeriodStart;
  #rssMaxBytes = 0;
  #gcPauseMillis = 0;
  #gcPauseMaxMillis = 0;
  #gcCount = 0;
  #openFilesMax = NaN;
  #heapFloorBytes = NaN;
  #rssFloorBytes = NaN;
  readonly #startedMonotonicMillis: number;

  /** Throws RangeError for an invalid interval. */
  constructor({
    intervalSeconds,
    clock = systemClock,
    guard = new Guard(),
    runMeasured = (work) => work(),
    onSample = () => {},
    onDelay = () => {},
    onListening = () => {},
  }: RuntimeSamplerOptions) {
    if (!Number.isFinite(intervalSeconds) || intervalSeconds < 0)
      throw new RangeError(`Expected "intervalSeconds" to be 0 or more, got ${intervalSeconds}`);
    this.#intervalMillis = intervalSeconds * 1_000;
    this.#clock = clock;
    this.#loopDelay = new LoopDelay(clock);
    this.#guard = guard;
    this.#runMeasured = runMeasured;
    this.#onSample = onSample;
    this.#onDelay = onDelay;
    this.#listening = new FirstListening(() => guard.run('listening', onListening, undefined));
    const uptimeMillis = process.uptime() * 1000;
    this.startedAtMillis = Math.round(clock.now() - uptimeMillis);
    this.#startedMonotonicMillis = clock.monotonicNanos() / 1e6 - uptimeMillis;
    this.#since = this.#periodStart();
  }

  /** Highest resident size since the process started, bytes: the system's own high-water mark, or the highest value seen. */
  get highWaterRssBytes(): number {
    return this.#highWaterRssBytes;
  }

  /** Why a value of the last sample is unknown. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Starts observing and takes the first sample; does nothing if already running. */
  start(): void {
    if (this.#loopDelay.isRunning) return;
    // Outside any request, so that the timers retain none (G3).
    context.with(ROOT_CONTEXT, () => {
      this.#loopDelay.start(this.#intervalMillis > 0);
      this.#listening.start();
      this.#gcObserver = new PerformanceObserver((list) => {
        const pauses = list.getEntries();
        for (const pause of pauses) this.#countPause(pause);
        if (pauses.some(isMajor)) this.#countFloor();
      });
      this.#gcObserver.observe({ entryTypes: ['gc'] });
      this.#since = this.#periodStart();
      this.#measured(() => void this.sample());
      if (this.#intervalMillis === 0) return;
      this.#timers.push(
        setInterval(() => this.#sampleWhenDue(), this.#intervalMillis).unref(),
        setInterval(() => this.#measured(() => this.#watch()), WATCH_INTERVAL_MILLIS).unref(),
      );
    });
  }

  /** If running, takes the last sample and stops. */
  end(): void {
    if (this.#loopDelay.isRunning) this.#guard.run('runtime sample', () => this.sample(), undefined);
    this.stop();
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#loopDelay.stop();
    this.#listening.stop();
    this.#gcObserver?.disconnect();
    this.#gcObserver = undefined;
  }

  /** Current values; shares, delays and pauses cover the time since the last sample, whose period continues. Never throws. */
  current(): RuntimeSample {
    this.#problem = undefined;
    const now = this.#periodStart();
    const elapsedNanos = now.nanos - this.#since.nanos;
    const cpu = process.cpuUsage(this.#since.cpu);
    const heap = getHeapStatistics();
    const rssBytes = this.#reading(() => process.memoryUsage.rss());
    this.#countRss(rssBytes);
    const atMillis = this.#clock.now();
    const files = this.#countOpenFiles();
    return {
      fromMillis: atMillis - Math.max(0, elapsedNanos) / 1e6,
      atMillis,
      processStartedAtMillis: this.startedAtMillis,
      rssBytes,
      rssMaxBytes: this.#rssMaxBytes || NaN,
      heapUsedBytes: heap.used_heap_size,
      heapTotalBytes: heap.total_heap_size,
      externalBytes: heap.external_memory,
      cpuUtilization: elapsedNanos > 0 ? ((cpu.user + cpu.system) * 1_000) / elapsedNanos : 0,
      eventLoopDelayP50Millis: this.#loopDelay.percentileMillis(50),
      eventLoopDelayP99Millis: this.#loopDelay.percentileMillis(99),
      eventLoopDelayMaxMillis: this.#loopDelay.maxMillis,
      eventLoopUtilization: performance.eventLoopUtilization(now.loop, this.#since.loop).utilization,
      gcPauseMillis: this.#gcPauseMillis,
      gcPauseMaxMillis: this.#gcPauseMaxMillis,
      gcCount: this.#gcCount,
      activeHandles: process.getActiveResourcesInfo().length,
      openFiles: files,
      openFilesMax: this.#openFilesMax,
      heapFloorBytes: this.#heapFloorBytes,
      rssFloorBytes: this.#rssFloorBytes,
      ranMillis: now.nanos / 1e6 - this.#startedMonotonicMillis,
    };
  }

  /** Event loop delays since the last sample, milliseconds. */
  eventLoopDelays(): LoopDelays {
    return this.#loopDelay.all();
  }

  /** True while modules are loaded: until the first request, or until the process rests. */
  get isStarting(): boolean {
    return this.#loopDelay.isStarting;
  }

  /** How often measuring the event loop has woken the process. */
  get wakes(): number {
    return this.#loopDelay.wakes;
  }

  /** Since start, by `v8js.gc.type`. */
  gcPauses(): ReturnType<GcPauses['types']> {
    return this.#gcPauses.types();
  }

  /** Takes a sample, passes it on and starts the next period. */
  sample(): RuntimeSample {
    const sample = this.current();
    this.#since = this.#periodStart();
    this.#rssMaxBytes = 0;
    this.#gcPauseMillis = this.#gcPauseMaxMillis = this.#gcCount = 0;
    this.#openFilesMax = this.#heapFloorBytes = this.#rssFloorBytes = NaN;
    this.#loopDelay.reset();
    this.#onSample(sample);
    return sample;
  }

  /** After a stall this timer may fire before the one that measures it; at the end of the turn both have. */
  #sampleWhenDue(): void {
    setImmediate(() => this.#measured(() => void this.sample())).unref();
  }

  #measured(work: () => void): void {
    this.#guard.run('runtime sample', () => this.#runMeasured(work), undefined);
  }

  #watch(): void {
    this.#countOpenFiles();
    if (!this.#loopDelay.isStarting) {
      this.#onDelay(this.#loopDelay.takeMeanMillis());
      return;
    }
    const { utilization } = performance.eventLoopUtilization(this.#periodStart().loop, this.#since.loop);
    if (utilization < AT_REST) this.#loopDelay.endStarting();
  }

  #countPause(pause: GcPause): void {
    const { duration: millis } = pause;
    this.#gcPauses.add(pause);
    this.#gcPauseMillis += millis;
    this.#gcPauseMaxMillis = Math.max(this.#gcPauseMaxMillis, millis);
    this.#gcCount++;
  }

  /** What was allocated since the collection is in it; the least of several has little of that. */
  #countFloor(): void {
    const heapBytes = getHeapStatistics().used_heap_size;
    const rssBytes = this.#reading(() => process.memoryUsage.rss());
    if (!(heapBytes >= this.#heapFloorBytes)) this.#heapFloorBytes = heapBytes;
    if (!(rssBytes >= this.#rssFloorBytes)) this.#rssFloorBytes = rssBytes;
  }

  #countOpenFiles(): number {
    const files = openFiles(this.openFilesLimit);
    if (!(files <= this.#openFilesMax)) this.#openFilesMax = files;
    return files;
  }

  /** The system's mark covers the whole life of the process; if it rose, it rose in this period. */
  #countRss(rssBytes: number): void {
    const peak = peakRssBytes();
    const before = this.#highWaterRssBytes;
    for (const bytes of [rssBytes, peak])
      if (bytes > this.#highWaterRssBytes) this.#highWaterRssBytes = bytes;
    const isFirst = before === 0;
    const highest = !isFirst && peak > before ? peak : rssBytes;
    if (highest > this.#rssMaxBytes) this.#rssMaxBytes = highest;
  }

  /** NaN if the system does not report it, for example without a free file descriptor. */
  #reading(read: () => number): number {
    try {
      return read();
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      return NaN;
    }
  }

  #periodStart(): PeriodStart {
    return {
      nanos: this.#clock.monotonicNanos(),
      cpu: process.cpuUsage(),
      loop: performance.eventLoopUtilization(),
    };
  }
}
