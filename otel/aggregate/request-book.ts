import type { ErrorRow, RequestLists, TimeRange } from '../query.ts';
import type { AskedAddress } from '../spans/asked-address.ts';
import type { Operation } from '../spans/operation.ts';
import type { RequestArchive } from './request-archive.ts';
import { CELL_MILLIS, listKey, RequestCell, sizesOf } from './request-cell.ts';
import {
  type ListSizes,
  mergedRequests,
  NO_REQUESTS,
  type RequestsSummary,
  requestListsOf,
} from './request-lists.ts';
import { alignDown, alignUp } from './tiers.ts';

/** A request that ended shortly before the hour may be counted shortly after. */
const LATE_MILLIS = 60_000;
/** Closed hours in memory until they are stored; without a history file, until there are more. */
const MAX_CLOSED = 47;
/** Of closed hours: with the open one, at most twice as much. */
const MAX_CLOSED_BYTES = 6_000_000;
const FAILURES = listKey('failures');
const MISSED = listKey('missed');

/** The most frequent addresses, referrers and user agents of all requests, per hour: by series, of those failed, and of those not found. Bounded. */
export class RequestBook {
  readonly #now: () => number;
  #open: RequestCell;
  #closed: RequestCell[] = [];
  #archive: RequestArchive | undefined;
  readonly #startedMillis: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedMillis = now();
    this.#open = new RequestCell(alignDown(this.#startedMillis, CELL_MILLIS), this.#startedMillis);
  }

  get bytes(): number {
    return this.cells.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @param series As counted; there are few. */
  record(series: string, operation: Operation, asked: AskedAddress): void {
    const { endMillis } = operation;
    const { startMillis } = this.#open;
    if (endMillis >= startMillis + CELL_MILLIS || endMillis < startMillis - LATE_MILLIS)
      this.#turn(endMillis);
    this.#open.record(series, operation, asked);
  }

  /** Of a series; undefined if no request was counted. */
  of(series: string, range: TimeRange, which: 'all' | 'failed' = 'all'): RequestLists | undefined {
    return this.#lists([listKey(which, series)], range);
  }

  /** Of all series; undefined if no request was counted. */
  errors(range: TimeRange, which: 'failed' | '4xx'): RequestLists | undefined {
    return this.#lists(which === 'failed' ? [FAILURES] : [MISSED, listKey('refused')], range);
  }

  notFound(range: TimeRange): RequestLists<ErrorRow> {
    return this.#lists([MISSED], range) ?? this.#listsOf(range, NO_REQUESTS, sizesOf(MISSED));
  }

  /** Older hours are read there from now on. */
  readFrom(archive: RequestArchive): void {
    this.#archive = archive;
  }

  /** Hours in memory, oldest first; the last one is still counted. Stored lists are marked by `savedCount`. */
  get cells(): readonly RequestCell[] {
    return [...this.#closed, this.#open];
  }

  /** Forgets a closed hour, once it is stored. */
  forget(cell: RequestCell): void {
    this.#closed = this.#closed.filter((each) => each !== cell);
  }

  #turn(atMillis: number): void {
    const startMillis = alignDown(atMillis, CELL_MILLIS);
    if (!this.#open.isEmpty) this.#closed.push(this.#open);
    this.#open = new RequestCell(startMillis, Math.max(startMillis, this.#startedMillis));
    let bytes = this.#closed.reduce((sum, cell) => sum + cell.bytes, 0);
    while (this.#closed.length > MAX_CLOSED || bytes > MAX_CLOSED_BYTES)
      bytes -= this.#closed.shift()?.bytes ?? bytes;
  }

  /** @param keys Of lists that have no request in common. */
  #lists(keys: readonly string[], range: TimeRange): RequestLists<ErrorRow> | undefined {
    const cells = this.cells;
    const heldIds = new Set(cells.map(({ id }) => id));
    const inRange = cells.filter(
      ({ startMillis }) => startMillis < range.toMillis && startMillis + CELL_MILLIS > range.fromMillis,
    );
    const found = keys.flatMap((key) => [
      ...(this.#archive?.read(key, range, heldIds) ?? []),
      ...inRange.flatMap((cell) => cell.summary(key) ?? []),
    ]);
    const sizes = sizesOf(keys[0] ?? '');
    const merged = mergedRequests(found, sizes);
    return merged && this.#listsOf(range, merged, sizes);
  }

  /** With the times that the lists are of: whole hours or days, not before counting began, and not after now. */
  #listsOf(range: TimeRange, merged: RequestsSummary, sizes: ListSizes): RequestLists<ErrorRow> {
    const now = this.#now();
    const oldest = Math.min(
      this.#archive?.oldestMillis() ?? Infinity,
      ...this.cells.map(({ fromMillis }) => fromMillis),
    );
    const from = Math.max(oldest, alignDown(Math.min(range.fromMillis, now), CELL_MILLIS));
    const times = {
      fromMillis: Math.min(from, merged.fromMillis),
      toMillis: Math.min(now, Math.max(alignUp(range.toMillis, CELL_MILLIS), merged.toMillis)),
    };
    return requestListsOf(merged, times, sizes);
  }
}
