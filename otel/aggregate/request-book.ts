import type { NotFoundRow, RequestLists, TimeRange } from '../query.ts';
import type { AskedAddress } from '../spans/asked-address.ts';
import type { Operation } from '../spans/operation.ts';
import type { RequestArchive } from './request-archive.ts';
import { CELL_MILLIS, listKey, RequestCell, sizesOf } from './request-cell.ts';
import { mergedRequests, NO_REQUESTS, type RequestsSummary, requestListsOf } from './request-lists.ts';

import { alignDown, alignUp } from './tiers.ts';

/** A request that ended shortly before the hour may be counted shortly after. */
const LATE_MILLIS = 60_000;
/** Closed hours in memory until they are stored; without a history file, until there are more. */
const MAX_CLOSED = 47;
/** Of closed hours: with the open one, at most twice as much. */
const MAX_CLOSED_BYTES = 6_000_000;

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
    return this.#lists(listKey(which, series), range);
  }

  notFound(range: TimeRange): RequestLists<NotFoundRow> {
    return this.#lists(listKey('missed'), range) ?? this.#listsOf(range, NO_REQUESTS);
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

  #lists(key: string, range: TimeRange): RequestLists<NotFoundRow> | undefined {
    const cells = this.cells;
    const held = cells.flatMap((cell): readonly RequestsSummary[] => {
      const isIn = cell.startMillis < range.toMillis && cell.startMillis + CELL_MILLIS > range.fromMillis;
      const summary = isIn ? cell.summary(key) : undefined;
      return summary === undefined ? [] : [summary];
    });
    const stored = this.#archive?.read(key, range, new Set(cells.map(({ id }) => id))) ?? [];
    const merged = mergedRequests([...stored, ...held], sizesOf(key));
    return merged && this.#listsOf(range, merged);
  }

  /** With the times that the lists are of: whole hours or days, not before counting began, and not after now. */
  #listsOf(range: TimeRange, merged: RequestsSummary): RequestLists<NotFoundRow> {
    const now = this.#now();
    const oldest = Math.min(
      this.#archive?.oldestMillis() ?? Infinity,
      ...this.cells.map(({ fromMillis }) => fromMillis),
    );
    const from = Math.max(oldest, alignDown(Math.min(range.fromMillis, now), CELL_MILLIS));
    return requestListsOf(merged, {
      fromMillis: Math.min(from, merged.fromMillis),
      toMillis: Math.min(now, Math.max(alignUp(range.toMillis, CELL_MILLIS), merged.toMillis)),
    });
  }
}
