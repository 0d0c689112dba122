import { RecentAnswers } from '../aggregate/recent-answers.ts';
import type { RequestArchive } from '../aggregate/request-archive.ts';
import type { RequestBook } from '../aggregate/request-book.ts';
import { CELL_MILLIS, sizesOf, type RequestCell } from '../aggregate/request-cell.ts';
import { mergedRequests, type RequestsSummary } from '../aggregate/request-lists.ts';
import { alignDown } from '../aggregate/tiers.ts';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import { untraced } from '../base/untraced.ts';
import type { TimeRange } from '../query.ts';
import { ExpiryClock } from './expiry-clock.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import { DEFAULT_MAX_BYTES } from './history-bounds.ts';

/** What a crash may lose of the open hour. */
const WRITE_INTERVAL_NANOS = 30e9;
/** Lists written at a time: some 0.1 ms each. */
const MAX_WRITTEN = 4;
/** No further list is written at that time: a list of 300 clients takes 3 ms, one of as many addresses, too, 6 ms. */
const MAX_WRITTEN_ROWS = 100;
const DAY_MILLIS = 86_400_000;
/** Hours are merged into days when they are older. */
const HOURS_MILLIS = 2 * DAY_MILLIS;
const MAX_GONE = 20;
/** 4 of 128 MiB: some 60 routes for a month, compressed. */
const SHARE = 1 / 32;
/** Pages that are drawn every second read the same old hours. */
const FRESH_MILLIS = 10_000;

interface Unsaved {
  readonly cell: RequestCell;
  readonly key: string;
}

/** Keeps lists of requests across restarts: by hour and process for two days, then by day. */
export class ListHistory implements HistoryPart, RequestArchive {
  readonly #book: RequestBook;
  readonly #clock: Clock;
  readonly #guard: Guard;
  readonly #expiry: ExpiryClock;
  readonly #days: number;
  readonly #maxBytes: number;
  #file: HistoryFile | undefined;
  #unsaved: Unsaved[] = [];
  #beganNanos = -Infinity;
  #oldestMillis: number | undefined;
  /** 600 KB each at most. */
  readonly #recent = new RecentAnswers<readonly RequestsSummary[]>(
    () => this.#clock.monotonicNanos() / 1e6,
    FRESH_MILLIS,
  );

  constructor(options: {
    readonly book: RequestBook;
    readonly clock: Clock;
    readonly guard: Guard;
    readonly days: number;
    /** Of the whole file. */
    readonly maxBytes?: number;
  }) {
    const { book, clock, guard, days, maxBytes = DEFAULT_MAX_BYTES } = options;
    this.#book = book;
    this.#clock = clock;
    this.#guard = guard;
    this.#expiry = new ExpiryClock(clock);
    this.#days = days;
    this.#maxBytes = maxBytes * SHARE;
  }

  restore(file: HistoryFile): void {
    this.#file = file;
    this.#bound(file);
    this.#book.readFrom(this);
  }

  write(file: HistoryFile): void {
    this.#file = file;
    const nanos = this.#clock.monotonicNanos();
    if (this.#unsaved.length === 0) {
      if (nanos - this.#beganNanos < WRITE_INTERVAL_NANOS) return this.#rollUp(file);
      this.#begin(file);
    }
    const handled = this.#save(file, this.#unsaved.slice(0, MAX_WRITTEN), MAX_WRITTEN_ROWS);
    this.#unsaved = this.#unsaved.slice(handled);
  }

  close(file: HistoryFile): void {
    this.#begin(file);
    this.#save(file, this.#unsaved, Infinity);
    this.#unsaved = [];
    this.#file = undefined;
  }

  read(key: string, range: TimeRange, heldIds: ReadonlySet<string>): readonly RequestsSummary[] {
    const question = JSON.stringify([
      key,
      alignDown(range.fromMillis, CELL_MILLIS),
      alignDown(range.toMillis, CELL_MILLIS),
      [...heldIds],
    ]);
    return this.#recent.of(question, () => this.#merged(key, range, heldIds));
  }

  #merged(key: string, range: TimeRange, heldIds: ReadonlySet<string>): readonly RequestsSummary[] {
    const found = this.#guard.run(
      'history.lists',
      () => untraced(() => this.#file?.lists.read(key, range) ?? []),
      [],
    );
    const merged = mergedRequests(
      found.filter(({ cell }) => !heldIds.has(cell)).map(({ lists }) => lists),
      sizesOf(key),
    );
    return merged === undefined ? [] : [merged];
  }

  oldestMillis(): number | undefined {
    return this.#oldestMillis;
  }

  /** Begins a pass: what changed since the last one, closed hours first. */
  #begin(file: HistoryFile): void {
    this.#beganNanos = this.#clock.monotonicNanos();
    const cells = this.#book.cells;
    this.#unsaved = cells.flatMap((cell) => cell.unsaved().map((key) => ({ cell, key })));
    const open = cells.at(-1);
    for (const cell of cells) if (cell !== open && cell.unsaved().length === 0) this.#book.forget(cell);
    this.#bound(file);
  }

  /** Returns how many are done: up to the one with which there are `maxRows` described rows. */
  #save(file: HistoryFile, unsaved: readonly Unsaved[], maxRows: number): number {
    if (unsaved.length === 0) return 0;
    const saved: (Unsaved & { readonly count: number })[] = [];
    let handled = 0;
    let rows = 0;
    file.transaction(() => {
      for (const { cell, key } of unsaved) {
        if (rows >= maxRows) break;
        handled++;
        const lists = cell.summary(key);
        if (lists === undefined) continue;
        rows += lists.clients?.rows.length ?? 0;
        const { startMillis, id } = cell;
        file.lists.save({ name: key, startMillis, endMillis: startMillis + CELL_MILLIS, cell: id, lists });
        saved.push({ cell, key, count: lists.addresses.total });
      }
    });
    for (const { cell, key, count } of saved) {
      cell.saved(key, count);
      this.#oldestMillis = Math.min(this.#oldestMillis ?? Infinity, cell.fromMillis);
    }
    return handled;
  }

  /** Merges one old hour into its day: all processes may do so, each row is merged by one. */
  #rollUp(file: HistoryFile): void {
    const cutoffMillis = this.#expiry.now() - HOURS_MILLIS;
    if (file.lists.oldHour(cutoffMillis) === undefined) return;
    file.transaction(() => {
      const hour = file.lists.oldHour(cutoffMillis);
      if (hour === undefined) return;
      const startMillis = alignDown(hour.startMillis, DAY_MILLIS);
      const day = { name: hour.name, startMillis, endMillis: startMillis + DAY_MILLIS, cell: '' };
      const known = file.lists.day(day.name, startMillis, day.endMillis);
      const lists = mergedRequests(
        known === undefined ? [hour.lists] : [known.lists, hour.lists],
        sizesOf(hour.name),
      );
      if (lists !== undefined) file.lists.save({ ...day, lists });
      file.lists.delete(hour.list);
    });
    this.#recent.forget();
  }

  #bound(file: HistoryFile): void {
    const cutoffMillis = this.#expiry.now() - this.#days * DAY_MILLIS;
    let gone = file.lists.expire(cutoffMillis, MAX_GONE);
    if (file.lists.extent().bytes > this.#maxBytes) gone += file.lists.dropOldest(MAX_GONE);
    this.#oldestMillis = file.lists.extent().oldestMillis;
    if (gone > 0) this.#recent.forget();
  }
}
