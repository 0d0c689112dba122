import type { NotFoundRow, RequestLists, TopRow } from '../query.ts';
import type { AskedAddress } from '../spans/asked-address.ts';
import type { Operation } from '../spans/operation.ts';
import { ListsOfRequests, LISTS_BYTES, topRows } from './request-lists.ts';
import { type ListBudget, TopList } from './top-list.ts';

/** Of each series; 44 KB if every entry is as long as it may be. */
const SERIES_SIZES = { addresses: 20, others: 20 };
const NOT_FOUND_SIZES = { addresses: 300, others: 50 };
const REFERRERS_PER_ADDRESS = 3;
/** Of all series together: a hundred routes with the longest entries. */
const MAX_BYTES = 4_000_000;
/** Apart, so that routes leave room for it: 150 entries of the longest, 500 of usual length and their referrers. */
const MAX_NOT_FOUND_BYTES = 1_000_000;
/** Facts of an address that was not found, without its referrers. */
const DETAIL_BYTES = 300;

/** What is known of an address that was not found. */
interface Missed {
  statusCode: number;
  bots: number;
  requests: number;
  readonly referrers: TopList;
}

/** The most frequent addresses, referrers and user agents of all requests, by series and of those not found; bounded in entries and bytes. */
export class RequestBook {
  readonly #fromMillis: number;
  readonly #series = new Map<string, ListsOfRequests>();
  readonly #budget: ListBudget = { leftBytes: MAX_BYTES };
  readonly #missedBudget: ListBudget = { leftBytes: MAX_NOT_FOUND_BYTES };
  readonly #missed = new ListsOfRequests<Missed>(NOT_FOUND_SIZES, this.#missedBudget, ({ referrers }) => {
    referrers.clear();
    this.#missedBudget.leftBytes += DETAIL_BYTES;
  });

  constructor(fromMillis: number) {
    this.#fromMillis = fromMillis;
  }

  get bytes(): number {
    const used = MAX_BYTES - this.#budget.leftBytes + MAX_NOT_FOUND_BYTES - this.#missedBudget.leftBytes;
    return used + LISTS_BYTES * (this.#series.size + 1);
  }

  /** @param series As counted; there are few. */
  record(series: string, { statusCode = 0, endMillis }: Operation, asked: AskedAddress): void {
    const from = asked.askedFrom;
    let lists = this.#series.get(series);
    if (lists === undefined)
      this.#series.set(series, (lists = new ListsOfRequests(SERIES_SIZES, this.#budget)));
    lists.record(asked, from, endMillis);
    if (statusCode === 404 || statusCode === 410) this.#recordMissed(asked, from, statusCode, endMillis);
  }

  of(series: string): RequestLists | undefined {
    return this.#series.get(series)?.facts(this.#fromMillis, (row) => row);
  }

  notFound(): RequestLists<NotFoundRow> {
    return this.#missed.facts(this.#fromMillis, notFoundRow);
  }

  #recordMissed(asked: AskedAddress, from: string | undefined, statusCode: number, atMillis: number): void {
    const { entry, isBrowser } = this.#missed.record(asked, from, atMillis);
    if (entry === undefined) return;
    const missed = (entry.detail ??= this.#newMissed());
    missed.statusCode = statusCode;
    missed.requests++;
    if (!isBrowser) missed.bots++;
    if (from !== undefined) missed.referrers.add(from, atMillis);
  }

  #newMissed(): Missed {
    const budget = this.#missedBudget;
    budget.leftBytes -= DETAIL_BYTES;
    return { statusCode: 0, bots: 0, requests: 0, referrers: new TopList(REFERRERS_PER_ADDRESS, budget) };
  }
}

function notFoundRow(row: TopRow, missed: Missed | undefined): NotFoundRow {
  return {
    ...row,
    statusCode: missed?.statusCode ?? 404,
    bots: missed?.bots ?? 0,
    referrers:
      missed === undefined ? { rows: [], none: 0, others: 0 } : topRows(missed.referrers, missed.requests),
  };
}
