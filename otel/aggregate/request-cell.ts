import { randomUUID } from 'node:crypto';
import type { AskedAddress } from '../spans/asked-address.ts';
import type { Operation } from '../spans/operation.ts';
import {
  ListsOfRequests,
  LISTS_BYTES,
  type ListSizes,
  type MissedSummary,
  REFERRERS_PER_ADDRESS,
  type RequestsSummary,
} from './request-lists.ts';
import { type ListBudget, TopList } from './top-list.ts';

/** Lists are counted per hour: a range is extended to whole ones. */
export const CELL_MILLIS = 3_600_000;

/** Which requests of a series are listed: all, those that failed (5xx, or an error); and those of any series that were not found. */
export type ListKind = 'all' | 'failed' | 'missed';

/** 44 KB if every entry is as long as it may be. */
const SIZES: Readonly<Record<ListKind, ListSizes>> = {
  all: { addresses: 20, others: 20 },
  failed: { addresses: 10, others: 10 },
  missed: { addresses: 300, others: 50 },
};
/**
 * Of all series together: a hundred routes with the longest entries. Failures and what was not found are apart, so that routes leave room for them: of
 * the latter 150 entries of the longest, 500 of usual length and their referrers.
 */
const MAX_BYTES: Readonly<Record<ListKind, number>> = { all: 4_000_000, failed: 500_000, missed: 1_000_000 };
/** Facts of an address that was not found, without its referrers. */
const DETAIL_BYTES = 300;
const KINDS: readonly ListKind[] = ['all', 'failed', 'missed'];

/** What is known of an address that was not found. */
interface Missed {
  statusCode: number;
  bots: number;
  readonly referrers: TopList;
}

/** The name of lists in memory and in the file. */
export function listKey(kind: ListKind, series = ''): string {
  return `${kind} ${series}`;
}

export function sizesOf(key: string): ListSizes {
  return SIZES[KINDS.find((kind) => key.startsWith(`${kind} `)) ?? 'all'];
}

/** Lists of requests of an hour, or of its rest after the start. Bounded in entries and bytes. */
export class RequestCell {
  /** Unique among all processes. */
  readonly id = randomUUID();
  readonly startMillis: number;
  /** Start of the counts. */
  readonly fromMillis: number;
  readonly #lists = new Map<string, ListsOfRequests<Missed>>();
  readonly #budgets: Readonly<Record<ListKind, ListBudget>> = {
    all: { leftBytes: MAX_BYTES.all },
    failed: { leftBytes: MAX_BYTES.failed },
    missed: { leftBytes: MAX_BYTES.missed },
  };

  constructor(startMillis: number, fromMillis: number) {
    this.startMillis = startMillis;
    this.fromMillis = fromMillis;
  }

  get isEmpty(): boolean {
    return this.#lists.size === 0;
  }

  get bytes(): number {
    const used = KINDS.reduce((sum, kind) => sum + MAX_BYTES[kind] - this.#budgets[kind].leftBytes, 0);
    return used + LISTS_BYTES * this.#lists.size;
  }

  record(series: string, { statusCode = 0, failed, endMillis }: Operation, asked: AskedAddress): void {
    this.#listsOf('all', series).record(asked, asked.askedFrom, endMillis);
    if (failed) this.#listsOf('failed', series).record(asked, asked.askedFrom, endMillis);
    if (statusCode === 404 || statusCode === 410) this.#recordMissed(asked, statusCode, endMillis);
  }

  summary(key: string): RequestsSummary | undefined {
    return this.#lists
      .get(key)
      ?.summary({ fromMillis: this.fromMillis, toMillis: this.startMillis + CELL_MILLIS }, savedOf);
  }

  /** Names of lists that counted something since they were stored. */
  unsaved(): readonly string[] {
    return [...this.#lists]
      .filter(([, { addresses, savedCount }]) => addresses.total > savedCount)
      .map(([key]) => key);
  }

  /** @param count Of the summary that was stored. */
  saved(key: string, count: number): void {
    const lists = this.#lists.get(key);
    if (lists !== undefined) lists.savedCount = count;
  }

  #listsOf(kind: ListKind, series?: string): ListsOfRequests<Missed> {
    const key = listKey(kind, series);
    let lists = this.#lists.get(key);
    if (lists === undefined) {
      const budget = this.#budgets[kind];
      lists = new ListsOfRequests<Missed>(SIZES[kind], budget, ({ referrers }) => {
        referrers.clear();
        budget.leftBytes += DETAIL_BYTES;
      });
      this.#lists.set(key, lists);
    }
    return lists;
  }

  #recordMissed(asked: AskedAddress, statusCode: number, atMillis: number): void {
    const { askedFrom: from } = asked;
    const { entry, isBrowser } = this.#listsOf('missed').record(asked, from, atMillis);
    if (entry === undefined) return;
    const missed = (entry.detail ??= this.#newMissed());
    missed.statusCode = statusCode;
    if (!isBrowser) missed.bots++;
    if (from !== undefined) missed.referrers.add(from, atMillis);
  }

  #newMissed(): Missed {
    const budget = this.#budgets.missed;
    budget.leftBytes -= DETAIL_BYTES;
    return { statusCode: 0, bots: 0, referrers: new TopList(REFERRERS_PER_ADDRESS, budget) };
  }
}

function savedOf({ statusCode, bots, referrers }: Missed): MissedSummary {
  return { statusCode, bots, referrers: referrers.summary() };
}
