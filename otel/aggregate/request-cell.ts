import { randomUUID } from 'node:crypto';
import type { AskedAddress } from '../spans/asked-address.ts';
import type { Operation } from '../spans/operation.ts';
import {
  type ListedRequest,
  ListsOfRequests,
  LISTS_BYTES,
  type ListSizes,
  type RequestsSummary,
} from './request-lists.ts';
import { BudgetShare, type ListBudget } from './top-list.ts';

/** Lists are counted per hour: a range is extended to whole ones. */
export const CELL_MILLIS = 3_600_000;

/**
 * Which requests are listed: of a series all, and those that failed (5xx, or an error); of all series those that failed, those that were not found
 * (404, 410), and those that were answered with another 4xx.
 */
export type ListKind = 'all' | 'failed' | 'failures' | 'missed' | 'refused';

/** 44 KB if every entry is as long as it may be. */
const ALL: ListSizes = { addresses: 20, others: 20, clients: 0, describesAddresses: false };
/** An evening of 300 clients is exact: 1.4 to 2 KB each, with one to four addresses of usual length. */
const ERRORS: ListSizes = { addresses: 50, others: 50, clients: 300, describesAddresses: false };
const SIZES: Readonly<Record<ListKind, ListSizes>> = {
  all: ALL,
  failed: { ...ERRORS, addresses: 10, others: 10 },
  failures: ERRORS,
  missed: { ...ERRORS, addresses: 300, describesAddresses: true },
  refused: ERRORS,
};
/**
 * Of all series together: seventy routes with the longest entries. Errors are apart, so that routes leave room for them: two failing routes with 300
 * clients each, or twenty with thirty; of what was not found, 200 entries of the longest, or 300 addresses and 300 clients of usual length.
 */
const MAX_BYTES: Readonly<Record<ListKind, number>> = {
  all: 3_100_000,
  failed: 1_200_000,
  failures: 600_000,
  missed: 1_300_000,
  refused: 600_000,
};
/** One failing route leaves the other half to the others. */
const MAX_ROUTE_BYTES = MAX_BYTES.failed / 2;
const KINDS: readonly ListKind[] = ['all', 'failed', 'failures', 'missed', 'refused'];

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
  readonly #lists = new Map<string, ListsOfRequests>();
  readonly #budgets: Readonly<Record<ListKind, ListBudget>> = {
    all: { leftBytes: MAX_BYTES.all },
    failed: { leftBytes: MAX_BYTES.failed },
    failures: { leftBytes: MAX_BYTES.failures },
    missed: { leftBytes: MAX_BYTES.missed },
    refused: { leftBytes: MAX_BYTES.refused },
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

  record(
    series: string,
    { statusCode = 0, failed, clientError, endMillis }: Operation,
    asked: AskedAddress,
  ): void {
    const isMissed = statusCode === 404 || statusCode === 410;
    const isRefused = clientError && !isMissed && !failed;
    const request: ListedRequest = {
      path: asked.askedPath,
      from: asked.askedFrom,
      userAgent: asked.userAgent,
      // Of requests with an error alone.
      client: failed || isMissed || isRefused ? asked.askedBy : undefined,
      statusCode,
      atMillis: endMillis,
    };
    this.#listsOf('all', series).record(request);
    if (failed) {
      this.#listsOf('failed', series).record(request);
      this.#listsOf('failures').record(request);
    }
    if (isMissed) this.#listsOf('missed').record(request);
    if (isRefused) this.#listsOf('refused').record(request);
  }

  summary(key: string): RequestsSummary | undefined {
    return this.#lists
      .get(key)
      ?.summary({ fromMillis: this.fromMillis, toMillis: this.startMillis + CELL_MILLIS });
  }

  /** Names of lists that counted something since they were stored. */
  unsaved(): readonly string[] {
    return [...this.#lists].filter(([, { count, savedCount }]) => count > savedCount).map(([key]) => key);
  }

  /** @param count Of the summary that was stored. */
  saved(key: string, count: number): void {
    const lists = this.#lists.get(key);
    if (lists !== undefined) lists.savedCount = count;
  }

  #listsOf(kind: ListKind, series?: string): ListsOfRequests {
    const key = listKey(kind, series);
    let lists = this.#lists.get(key);
    if (lists === undefined) {
      const budget = this.#budgets[kind];
      const share = kind === 'failed' ? new BudgetShare(budget, MAX_ROUTE_BYTES) : budget;
      lists = new ListsOfRequests(SIZES[kind], share);
      this.#lists.set(key, lists);
    }
    return lists;
  }
}
