import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type DatabaseConstructor from 'better-sqlite3';
import type { CountsArchive, RollUp } from '../aggregate/counts-archive.ts';
import type { RollUpSource } from '../aggregate/roll-ups.ts';
import type { Clock } from '../clock.ts';
import type { Guard } from '../guard.ts';
import { backgroundTimeout } from './background-timer.ts';
import type { RollUpArchive } from './roll-up-archive.ts';
import { HistoryFile, HistoryFileError, isDamage, setAside } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import type { HistoryFileOptions } from './history-file.ts';
import type { TraceRow } from './trace-table.ts';
import { StringInterner } from './string-interner.ts';
import { decodeTrace, encodeTrace } from './trace-json.ts';
import type { TraceRecord } from './trace-record.ts';
import type { TraceRing } from './trace-ring.ts';

const DAY_MILLIS = 86_400_000;
/** What a crash may cost. */
const WRITE_INTERVAL_MILLIS = 5000;
/** Between two slices when failed or slow traces wait, or roll-ups: 50 traces/s. */
const SLICE_INTERVAL_MILLIS = 100;
/**
 * When only ordinary traces wait: 10 a second. The file holds some 50,000 traces, so a busy hour of those would push out the failures of a
 * week. What memory lets go before its turn is lost to the file.
 */
const ORDINARY_INTERVAL_MILLIS = 500;
/** One slice is one short transaction: 0.2 ms, and what the disk takes when it has to move the log into the file. */
const MAX_TRACES_PER_SLICE = 5;
const MAX_SPANS_PER_SLICE = 100;
const MAX_ROLL_UPS_PER_SLICE = 50;
const MAX_EXPIRED_PER_SLICE = 50;
/** A file damaged more often than this in one process is not worth another. */
const MAX_BEGUN_ANEW = 3;
/** 128 MiB: eight times what the ring holds by default. */
const DEFAULT_MAX_BYTES = 134_217_728;

export interface HistoryOptions {
  /** better-sqlite3's class; handed in, so that telemetry depends on no database. */
  readonly Database: typeof DatabaseConstructor;
  readonly path: string;
  /** How long traces stay; at least a fraction of a day. With 0 days make no History. */
  readonly days: number;
  readonly maxBytes?: number;
  readonly ring: TraceRing;
  readonly rollUps?: RollUpSource;
  /** What else is kept: written with each slice, in the order given. */
  readonly parts?: readonly HistoryPart[];
  readonly isOwnerGone?: HistoryFileOptions['isOwnerGone'];
  readonly guard: Guard;
  readonly clock: Clock;
  /** Gets one line when a file is set aside or history stays off. */
  readonly log: (message: string) => void;
}

/**
 * Kept traces and roll-ups in an SQLite file of their own, written in small slices off the request path, bounded by
 * days and bytes. Whatever happens to the file, nothing is thrown: it is set aside or history is off, and a line says so.
 */
export class History {
  readonly #options: HistoryOptions;
  readonly #maxBytes: number;
  #file: HistoryFile | undefined;
  #timer: NodeJS.Timeout | undefined;
  #begunAnew = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  /** Opens the file, fills the ring and the aggregates from it and begins to write. Call it once, before traffic. */
  start(): void {
    this.#file = this.#quietly('history.start', () => this.#open());
    if (this.#file === undefined) return;
    this.#options.ring.trackChanges();
    this.#quietly('history.restore', () => this.#restore(this.#file));
    this.#eachPart('restore');
    this.#schedule(WRITE_INTERVAL_MILLIS);
  }

  /** Writes everything that is pending, without slices; for shutdown. */
  flush(): void {
    this.#quietly('history.flush', () => {
      while (this.#writeSlice() !== WRITE_INTERVAL_MILLIS);
    });
    this.#eachPart('write');
  }

  /** Flushes and closes; what happens afterwards stays in memory. */
  close(): void {
    clearTimeout(this.#timer);
    this.flush();
    this.#quietly('history.flush', () => {
      this.#options.rollUps?.closeAll();
      while (this.#writeSlice() !== WRITE_INTERVAL_MILLIS);
      this.#file?.counts.end();
    });
    this.#eachPart('close');
    this.#quietly('history.close', () => this.#file?.close());
    this.#file = undefined;
  }

  /** A trace that left memory but is still on disk. */
  trace(traceId: string): TraceRecord | undefined {
    return this.#quietly('history.trace', () => {
      const body = this.#file?.traces.body(traceId);
      return body === undefined ? undefined : decodeTrace(traceId, body, new StringInterner());
    });
  }

  get fileBytes(): number {
    return this.#quietly('history.size', () => this.#file?.fileBytes) ?? 0;
  }

  /** One that fails takes nothing from the others, and keeps what it has for the next time. */
  #eachPart(does: keyof HistoryPart): void {
    for (const part of this.#options.parts ?? [])
      this.#quietly(`history.${does}`, () => this.#file === undefined || part[does](this.#file));
  }

  #open(): HistoryFile | undefined {
    const { Database, path, log } = this.#options;
    try {
      return new HistoryFile(Database, path, this.#fileOptions());
    } catch (error) {
      if (!(error instanceof HistoryFileError)) {
        log(`telemetry history is off: ${path} cannot be opened: ${String(error)}`);
        return undefined;
      }
      const aside = setAside(path, error.reason);
      log(`telemetry history: ${error.message}; it was renamed to ${aside} and a new one begun`);
      const file = new HistoryFile(Database, path, this.#fileOptions());
      file.counts.table.beginAt(this.#options.clock.now());
      return file;
    }
  }

  /** As many of the newest traces as the ring holds without evicting, and all roll-ups that have not expired. */
  #restore(file: HistoryFile | undefined): void {
    if (file === undefined) return;
    const { ring, rollUps, guard, clock } = this.#options;
    const strings = new StringInterner();
    const { maxTraces, maxBytes } = ring.facts();
    const found: { readonly trace: TraceRecord; readonly pinned: boolean }[] = [];
    let bytes = 0;
    for (const row of file.traces.newest(maxTraces)) {
      if (!row.pinned && row.endMillis < this.#cutoffMillis()) continue;
      const trace = guard.run(
        'history.restore',
        () => decodeTrace(row.traceId, row.body, strings),
        undefined,
      );
      if (trace === undefined) continue;
      bytes += trace.bytes;
      if (bytes > maxBytes) break;
      found.push({ trace, pinned: row.pinned });
    }
    found.sort((a, b) => a.trace.extent.toMillis - b.trace.extent.toMillis);
    for (const { trace, pinned } of found) ring.restore(trace, pinned);
    file.transaction(() => file.counts.repair(clock.now()));
    rollUps?.restore(this.#archive());
  }

  #schedule(delayMillis: number): void {
    this.#timer = backgroundTimeout(() => {
      const nextMillis = this.#quietly('history.write', () => this.#writeSlice());
      this.#eachPart('write');
      if (this.#file !== undefined) this.#schedule(nextMillis ?? WRITE_INTERVAL_MILLIS);
    }, delayMillis);
  }

  /** One short transaction of what changed and one of what is over; answers when the next one is due. */
  #writeSlice(): number {
    const file = this.#file;
    if (file === undefined) return WRITE_INTERVAL_MILLIS;
    const { ring, rollUps, clock } = this.#options;
    const changed = ring.takeChanged(MAX_TRACES_PER_SLICE, MAX_SPANS_PER_SLICE);
    const closed = rollUps?.peek(MAX_ROLL_UPS_PER_SLICE) ?? [];
    if (changed.length + closed.length > 0) {
      try {
        this.#write(file, changed, closed);
      } catch (error) {
        for (const trace of changed) ring.markChanged(trace.traceId);
        throw error;
      }
    }
    const completeMillis = rollUps?.completeMillis();
    if (rollUps !== undefined && completeMillis !== undefined)
      file.counts.see(rollUps.owner, completeMillis, clock.now());
    const cutoffMillis = this.#cutoffMillis();
    ring.evictOlderThan(cutoffMillis);
    let gone =
      file.traces.expire(cutoffMillis, MAX_EXPIRED_PER_SLICE) +
      file.counts.table.expire(clock.now(), MAX_EXPIRED_PER_SLICE);
    if (file.usedBytes > this.#maxBytes)
      gone +=
        file.traces.dropOldest(MAX_EXPIRED_PER_SLICE) || file.counts.table.dropOldest(MAX_EXPIRED_PER_SLICE);
    if (ring.mustKeepUnsaved > 0 || closed.length === MAX_ROLL_UPS_PER_SLICE) return SLICE_INTERVAL_MILLIS;
    return changed.length + closed.length + gone > 0 ? ORDINARY_INTERVAL_MILLIS : WRITE_INTERVAL_MILLIS;
  }

  /** One transaction. Of a resumed trace the file may hold more than memory does. */
  #write(file: HistoryFile, traces: readonly TraceRecord[], closed: readonly RollUp[]): void {
    const nowMillis = this.#options.clock.now();
    file.transaction(() => {
      for (const trace of traces) {
        if (trace.resumed) file.traces.add(toRow(trace));
        else file.traces.save(toRow(trace));
      }
      for (const rollUp of closed) file.counts.save(rollUp, nowMillis);
    });
    this.#options.rollUps?.wrote(closed.length);
  }

  /** Reads the file that is in use then: one that was damaged gives way to another. */
  #archive(): CountsArchive {
    const ask = <T>(question: (counts: RollUpArchive) => T, unknown: T): T =>
      this.#quietly('history.counts', () => this.#file && question(this.#file.counts)) ?? unknown;
    return {
      read: (...asked) => ask((counts) => counts.read(...asked), undefined),
      starts: (tier) => ask((counts) => counts.starts(tier), []),
      missing: (tier, range) => ask((counts) => counts.missing(tier, range), [range]),
      lost: (range) => ask((counts) => counts.lost(range), []),
      changed: () => ask((counts) => counts.changed(), undefined),
      oldestMillis: () => ask((counts) => counts.oldestMillis(), undefined),
    };
  }

  #fileOptions(): HistoryFileOptions {
    const { rollUps, days, isOwnerGone } = this.#options;
    return { processId: rollUps?.processId ?? 'nobody', days, isOwnerGone };
  }

  #cutoffMillis(): number {
    return this.#options.clock.now() - this.#options.days * DAY_MILLIS;
  }

  /** Unseen by telemetry itself, and nothing comes out of it. A file that turns out damaged is given up and begun anew. */
  #quietly<T>(place: string, work: () => T): T | undefined {
    return context.with(suppressTracing(ROOT_CONTEXT), () => {
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
    const { Database, path, log } = this.#options;
    const damaged = this.#file;
    if (damaged === undefined) return;
    this.#file = undefined;
    damaged.close();
    const aside = setAside(path, 'damaged');
    if (++this.#begunAnew > MAX_BEGUN_ANEW) {
      log(`telemetry history is off: ${path} was damaged again: ${String(error)}; check the disk`);
      return;
    }
    log(
      `telemetry history: ${path} is damaged: ${String(error)}; it was renamed to ${aside} and a new one begun`,
    );
    this.#file = new HistoryFile(Database, path, this.#fileOptions());
    this.#file.counts.table.beginAt(this.#options.clock.now());
  }
}

function toRow(trace: TraceRecord): TraceRow {
  return {
    traceId: trace.traceId,
    endMillis: trace.extent.toMillis,
    pinned: trace.pinned,
    body: encodeTrace(trace),
  };
}
