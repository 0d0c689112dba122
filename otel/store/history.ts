import type { CountsArchive, RollUp } from '../aggregate/counts-archive.ts';
import type { RollUpSource } from '../aggregate/roll-ups.ts';
import type { Clock } from '../base/clock.ts';
import { untraced } from '../base/untraced.ts';
import type { Guard } from '../base/guard.ts';
import type { HistoryFacts, OperationFilter, SampleFilter, TraceFilter } from '../query.ts';
import { askedCounts } from './asked-counts.ts';
import { backgroundInterval, backgroundTimeout } from './background-timer.ts';
import type { RollUpArchive } from './roll-up-archive.ts';
import { CountsProgress } from './counts-progress.ts';
import { ExpiryClock } from './expiry-clock.ts';
import type { HistoryFile, HistoryFileOptions } from './history-file.ts';
import { beginAnew, openHistory, type HistoryOpening } from './open-history.ts';
import type { Thresholds } from './operation-rows.ts';
import { BEAT_TIMER_MILLIS, MAX_RUNS } from './run-table.ts';
import { delayMillis, SLICE } from './slice-bounds.ts';
import { type DatabaseOpener, isDamage } from './sqlite-file.ts';
import { setAside } from './set-aside.ts';
import type { HistoryPart } from './history-part.ts';
import { DEFAULT_MAX_BYTES, makeRoom, sweep } from './history-bounds.ts';
import { historyFacts } from './history-facts.ts';
import type { TraceArchive } from './kept-traces.ts';
import { restoreTraces } from './restore-traces.ts';
import { linesTogether } from './trace-logs.ts';
import type { TraceLogs } from './trace-logs.ts';
import type { TraceRecord } from './trace-record.ts';
import type { TraceRing } from './trace-ring.ts';
import { readLater } from './trace-search.ts';
import type { FoundOperations, FoundTraces } from './trace-search.ts';
import type { SearchedTrace } from './term-matcher.ts';
import type { SavedSide, Side } from './trace-sample.ts';
import type { SavedTrace } from './trace-table.ts';

const DAY_MILLIS = 86_400_000;
/** After this many damaged files, history stays off. */
const MAX_BEGUN_ANEW = 3;

export interface HistoryOptions {
  readonly Database: DatabaseOpener;
  readonly path: string;
  /** How long traces are kept; at least a fraction of a day. Do not create a History for 0 days. */
  readonly days: number;
  readonly maxBytes?: number;
  readonly ring: TraceRing;
  /** Log lines by trace. */
  readonly logs?: Pick<TraceLogs, 'of'>;
  readonly rollUps?: RollUpSource;
  /** Other kinds of history: written with each slice, in this order. */
  readonly parts?: readonly HistoryPart[];
  readonly isOwnerGone?: HistoryFileOptions['isOwnerGone'];
  readonly guard: Guard;
  readonly runMeasured?: <T>(write: () => T) => T;
  readonly clock: Clock;
  /** Receives one line when a file is set aside or history stays off. */
  readonly log: (message: string) => void;
}

/**
 * Kept traces and roll-ups in an SQLite file of their own, written in small slices (slice-bounds.ts) off the request path, bounded by days and
 * bytes (history-bounds.ts). Never throws, whatever happens to the file: it is set aside or history is off, and one log line says so.
 */
export class History implements TraceArchive {
  readonly #options: HistoryOptions;
  readonly #maxBytes: number;
  readonly #progress: CountsProgress | undefined;
  readonly #expiry: ExpiryClock;
  #file: HistoryFile | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beats: NodeJS.Timeout | undefined;
  #begunAnew = 0;
  #slicesToSweep = 0;
  /** Traces in the last slice. */
  #written = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#expiry = new ExpiryClock(options.clock);
    this.#progress = options.rollUps && new CountsProgress(options.rollUps);
  }

  /** Opens the file, restores the ring and the aggregates from it and starts writing. Call it once, before traffic. */
  start(): void {
    this.#file = this.#quietly('history.start', () => openHistory(this.#opening()));
    if (this.#file === undefined) return;
    this.#options.ring.trackChanges();
    this.#quietly('history.restore', () => this.#restore(this.#file));
    this.#eachPart('restore');
    this.#schedule(SLICE.idleMillis);
    const { runMeasured = (write) => write() } = this.#options;
    this.#beats = backgroundInterval(() => runMeasured(() => this.#eachPart('beat')), BEAT_TIMER_MILLIS);
  }

  /** Writes everything pending, without pauses, or what it can of it in `maxMillis`; for shutdown. */
  flush(maxMillis = Infinity): void {
    const { clock } = this.#options;
    const untilNanos = clock.monotonicNanos() + maxMillis * 1e6;
    this.#quietly('history.flush', () => {
      while (this.#writeSlice() !== SLICE.idleMillis && clock.monotonicNanos() < untilNanos);
    });
    this.#eachPart('write');
    this.#eachPart('beat');
  }

  /** Flushes and closes; whatever happens afterwards stays in memory. */
  close(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#beats);
    this.flush();
    this.#quietly('history.flush', () => {
      this.#options.rollUps?.closeAll();
      while (this.#writeSlice() !== SLICE.idleMillis);
      this.#file?.counts.end();
    });
    this.#eachPart('close');
    this.#quietly('history.close', () => this.#file?.close());
    this.#file = undefined;
  }

  /** A trace with its log lines. */
  saved(traceId: string): SavedTrace | undefined {
    return this.#ask('trace', (file) => {
      const moved = file.traces.get(traceId);
      const legacy = moved === undefined ? file.legacy.get(traceId) : undefined;
      return legacy === undefined ? moved : { trace: legacy, logs: undefined };
    });
  }

  pin(traceId: string, pinned: boolean): boolean | undefined {
    return this.#ask('pin', ({ traces }) => traces.pin(traceId, pinned));
  }

  known(traceIds: readonly string[]): readonly string[] | undefined {
    return traceIds.length === 0 ? [] : this.#ask('list', ({ search }) => search.known(traceIds));
  }

  traces(filter: TraceFilter, heldIds: readonly string[]): FoundTraces | undefined {
    const found = this.#ask('list', ({ search }) => search.traces(filter, heldIds));
    return found && readLater(found, (read) => this.#quietly('history.list', read));
  }

  requests(...asked: Parameters<TraceArchive['requests']>): number | undefined {
    return this.#ask('list', ({ search }) => search.requests(...asked));
  }

  slow(...asked: Parameters<TraceArchive['slow']>): FoundOperations | undefined {
    return this.#ask('list', ({ search }) => search.slow(...asked));
  }

  failures(filter: OperationFilter, heldIds: readonly string[]): FoundOperations | undefined {
    return this.#ask('list', ({ search }) => search.failures(filter, heldIds));
  }

  sample(
    filter: SampleFilter,
    thresholds: Thresholds,
    heldIds: readonly string[],
  ): Readonly<Record<Side, SavedSide>> | undefined {
    return this.#ask('list', ({ sample }) => sample.draw(filter, thresholds, heldIds));
  }

  /** Only its spans, not validated. */
  spansOf(traceId: string): SearchedTrace | undefined {
    return this.#ask('trace', ({ traces }) => traces.unchecked(traceId));
  }

  /** Undefined while history is off. */
  facts(): HistoryFacts | undefined {
    return this.#ask('facts', (file) => historyFacts(file, this.#maxBytes, this.#options.ring));
  }

  get fileBytes(): number {
    return this.#ask('size', (file) => file.fileBytes) ?? 0;
  }

  /** If one fails, the others still run, and it keeps its pending content for the next time. */
  #eachPart(does: keyof HistoryPart): void {
    for (const part of this.#options.parts ?? [])
      this.#quietly(`history.${does}`, () => this.#file && part[does]?.(this.#file));
  }

  /** Restores traces as the ring would hold them without the restart, and all unexpired roll-ups. */
  #restore(file: HistoryFile | undefined): void {
    if (file === undefined) return;
    const { ring, rollUps, clock } = this.#options;
    file.moveLegacy(ring.facts().maxTraces, this.#skip);
    restoreTraces(file.traces, ring, this.#cutoffMillis(), this.#skip);
    file.transaction(() => file.counts.repair(clock.now(), file.runs.runs(MAX_RUNS)));
    rollUps?.restore(this.#archive());
  }

  readonly #skip = (error: unknown): void => this.#options.guard.report('history.restore', error);

  #schedule(delayMillis: number): void {
    this.#timer = backgroundTimeout(() => {
      const { runMeasured = (write) => write() } = this.#options;
      const nextMillis = runMeasured(() => this.#quietly('history.write', () => this.#writeSlice()));
      runMeasured(() => this.#eachPart('write'));
      if (this.#file !== undefined) this.#schedule(nextMillis ?? SLICE.idleMillis);
    }, delayMillis);
  }

  /** One short transaction for what changed and one for what has expired; returns the delay until the next slice. */
  #writeSlice(): number {
    const file = this.#file;
    if (file === undefined) return SLICE.idleMillis;
    const { ring, rollUps, clock } = this.#options;
    // In this order: peeking at roll-ups handles deferred spans, which adds traces, and memory may evict those taken before.
    const closed = rollUps?.peek(SLICE.maxRollUps) ?? [];
    const changed = ring.takeChanged(SLICE.maxTraces, SLICE.maxSpans);
    const gone = changed.length + closed.length > 0 ? this.#write(file, changed, closed) : 0;
    this.#progress?.record(file.counts, clock.now());
    const cutoffMillis = this.#cutoffMillis();
    ring.evictOlderThan(cutoffMillis);
    const isBusy = ring.waiting + closed.length + gone > 0;
    const nextMillis = changed.length > 0 ? delayMillis(ring, this.#written) : SLICE.shortMillis;
    if (isBusy && --this.#slicesToSweep > 0) return nextMillis;
    ring.bookLost((rank, unsaved) => file.ledger.book(rank, { unsaved }));
    const bounds = { maxBytes: this.#maxBytes, cutoffMillis, nowMillis: this.#expiry.now() };
    const swept = sweep(file, bounds) + file.moveLegacy(SLICE.maxMoved, this.#skip);
    this.#slicesToSweep = swept > 0 ? 1 : SLICE.perSweep;
    return isBusy || swept > 0 ? nextMillis : SLICE.idleMillis;
  }

  /** Writes in one transaction, removing what exceeds the bounds; returns the number removed. What could not be written is retried next time. */
  #write(file: HistoryFile, traces: readonly TraceRecord[], closed: readonly RollUp[]): number {
    const { clock, ring, rollUps } = this.#options;
    const nowMillis = clock.now();
    const begun: TraceRecord[] = [];
    let [written, gone] = [0, 0];
    try {
      file.transaction(() => {
        const untilNanos = clock.monotonicNanos() + SLICE.maxNanos;
        for (const trace of traces) {
          if (written > 0 && clock.monotonicNanos() >= untilNanos) break;
          if (this.#save(file, trace)) begun.push(trace);
          written++;
        }
        for (const rollUp of closed) file.counts.save(rollUp, nowMillis);
        gone = makeRoom(file, this.#maxBytes);
      });
    } catch (error) {
      written = 0;
      throw error;
    } finally {
      for (const trace of traces.slice(written)) ring.markChanged(trace.traceId);
    }
    this.#written = written;
    for (const trace of begun) trace.isWhole = true;
    rollUps?.wrote(closed.length);
    return gone;
  }

  /** Returns true if the file had no part of it; it has the beginning of a trace that was evicted or that another process started. */
  #save(file: HistoryFile, trace: TraceRecord): boolean {
    const { guard, logs } = this.#options;
    const earlier = guard.run('history.restore', () => file.traces.get(trace.traceId), undefined);
    const whole = earlier === undefined ? trace : trace.after(earlier.trace);
    file.traces.save(whole, linesTogether(earlier?.logs, logs?.of(trace.traceId, trace.startMillis)));
    return earlier === undefined;
  }

  /** Reads whatever file is in use at the time: a damaged one is replaced. */
  #archive(): CountsArchive {
    const ask = <T>(question: (counts: RollUpArchive) => T, unknown: T): T =>
      this.#quietly('history.counts', () => this.#file && question(this.#file.counts)) ?? unknown;
    return askedCounts(ask);
  }

  #cutoffMillis(): number {
    return this.#expiry.now() - this.#options.days * DAY_MILLIS;
  }

  #ask<T>(place: string, question: (file: HistoryFile) => T): T | undefined {
    return this.#quietly(`history.${place}`, () => this.#file && question(this.#file));
  }

  /** Runs `work` untraced and never throws. A file that turns out to be damaged is set aside and replaced. */
  #quietly<T>(place: string, work: () => T): T | undefined {
    return untraced(() => {
      try {
        return work();
      } catch (error) {
        this.#options.guard.report(place, error);
        if (isDamage(error)) this.#options.guard.run(place, () => this.#beginAnew(error), undefined);
        return undefined;
      }
    });
  }

  #beginAnew(error: unknown): void {
    const { path, log } = this.#options;
    const damaged = this.#file;
    if (damaged === undefined) return;
    this.#file = undefined;
    damaged.close();
    if (++this.#begunAnew > MAX_BEGUN_ANEW) {
      setAside(path, 'damaged', damaged.fileId);
      log(`telemetry history is off: ${path} was damaged again: ${String(error)}; check the disk`);
      return;
    }
    const { fileId } = damaged;
    const message = `${path} is damaged: ${String(error)}`;
    this.#file = beginAnew(this.#opening(), { message, reason: 'damaged', fileId });
    this.#options.ring.trackChanges();
  }

  #opening(): HistoryOpening {
    const { Database, path, log, clock, rollUps, days, isOwnerGone } = this.#options;
    const options = { processId: rollUps?.processId ?? 'nobody', days, isOwnerGone };
    return { Database, path, log, options, nowMillis: clock.now() };
  }
}
