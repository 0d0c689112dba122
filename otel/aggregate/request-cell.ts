import { randomUUID } from 'node:crypto';
import type { AskedAddress } from '../spans/asked-address.ts';
import type { Operation } from '../spans/operation.ts';
import { isBotAgent } from './bot-agent.ts';
import {
  type ListedRequest,
  ListsOfRequests,
  LISTS_BYTES,
  type ListSizes,
  mergedRequests,
  type RequestsSummary,
} from './request-lists.ts';
import { isScanned, ScannerWatch } from './scanner-watch.ts';
import { BudgetShare, copied, type ListBudget, listed } from './top-list.ts';

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

/** The lists that a request is in, by its result. */
const LISTS = {
  plain: ['all'],
  failed: ['all', 'failed', 'failures'],
  failedAndMissed: ['all', 'failed', 'failures', 'missed'],
  missed: ['all', 'missed'],
  refused: ['all', 'refused'],
} as const satisfies Readonly<Record<string, readonly ListKind[]>>;

/** The name of lists in memory and in the file. */
export function listKey(kind: ListKind, series = ''): string {
  return `${kind} ${series}`;
}

export function sizesOf(key: string): ListSizes {
  return SIZES[KINDS.find((kind) => key.startsWith(`${kind} `)) ?? 'all'];
}

/** A request with the keys of its lists. */
interface CountedRequest {
  readonly kinds: readonly ListKind[];
  readonly series: string;
  readonly request: ListedRequest;
  readonly bytes: number;
}

/** A request that is held back, without its strings; estimated. */
const HELD_BYTES = 300;

/** Lists of requests of an hour, or of its rest after the start. Bounded in entries and bytes. */
export class RequestCell {
  /** Unique among all processes. */
  readonly id = randomUUID();
  readonly startMillis: number;
  /** Start of the counts. */
  readonly fromMillis: number;
  readonly #lists = new Map<string, ListsOfRequests>();
  readonly #scanners = new ScannerWatch<CountedRequest>();
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
    return used + LISTS_BYTES * this.#lists.size + this.#scanners.bytes;
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
    const kinds = failed
      ? isMissed
        ? LISTS.failedAndMissed
        : LISTS.failed
      : isMissed
        ? LISTS.missed
        : isRefused
          ? LISTS.refused
          : LISTS.plain;
    const counted: CountedRequest = { kinds, series, request, bytes: 0 };
    const isProbe = (isMissed || isRefused) && isScanned(asked.askedPath);
    if (isProbe || !this.#scanners.isIdle) this.#recordWatched(counted, asked, isProbe);
    else this.#record(counted, false);
  }

  /** It may be a scanner's that calls itself a browser. */
  #recordWatched(counted: CountedRequest, asked: AskedAddress, isProbe: boolean): void {
    const { askedBy: client, userAgent, askedPath: path } = asked;
    if (client === undefined || userAgent === undefined || isBotAgent(userAgent)) {
      this.#record(counted, false);
      return;
    }
    const make = (isHeld: boolean): CountedRequest => (isHeld ? this.#heldOf(counted) : counted);
    for (const { items, isScanner } of this.#scanners.sort({ client, userAgent, path, isProbe }, make))
      for (const item of items) {
        this.#record(item, isScanner);
        // It may be stored as a reader's.
        if (isScanner && item !== counted)
          for (const kind of item.kinds) this.#listsOf(kind, item.series).savedCount = 0;
      }
  }

  #record({ kinds, series, request }: CountedRequest, isScanner: boolean): void {
    for (const kind of kinds) this.#listsOf(kind, series).record(request, isScanner);
  }

  /** Without the strings that it was cut from. */
  #heldOf({ request, ...counted }: CountedRequest): CountedRequest {
    const plain = (text: string): string => copied(listed(text));
    const { path, from, userAgent, client } = request;
    const texts = {
      path: plain(path),
      from: from === undefined ? undefined : plain(from),
      userAgent: userAgent === undefined ? undefined : plain(userAgent),
      client: client === undefined ? undefined : plain(client),
    };
    // They are saved and shown with these lists.
    for (const kind of counted.kinds) this.#listsOf(kind, counted.series);
    const chars = Object.values(texts).reduce((sum, text) => sum + (text?.length ?? 0), 0);
    return { ...counted, request: { ...request, ...texts }, bytes: HELD_BYTES + 2 * chars };
  }

  summary(key: string): RequestsSummary | undefined {
    const times = { fromMillis: this.fromMillis, toMillis: this.startMillis + CELL_MILLIS };
    const counted = this.#lists.get(key)?.summary(times);
    const held = this.#heldIn(key);
    if (counted === undefined || held.length === 0) return counted;
    const sizes = sizesOf(key);
    const readers = new ListsOfRequests(sizes, { leftBytes: Infinity });
    for (const { request } of held) readers.record(request, false);
    return mergedRequests([counted, readers.summary(times)], sizes);
  }

  /** Not known to be a scanner's. */
  #heldIn(key: string): readonly CountedRequest[] {
    return this.#scanners.held.filter(({ kinds, series }) =>
      kinds.some((kind) => keyOf(kind, series) === key),
    );
  }

  /** Names of lists that counted something since they were stored. */
  unsaved(): readonly string[] {
    const held = new Map<string, number>();
    for (const { kinds, series } of this.#scanners.held)
      for (const kind of kinds) held.set(keyOf(kind, series), (held.get(keyOf(kind, series)) ?? 0) + 1);
    return [...this.#lists]
      .filter(([key, { count, savedCount }]) => count + (held.get(key) ?? 0) > savedCount)
      .map(([key]) => key);
  }

  /** @param count Of the summary that was stored. */
  saved(key: string, count: number): void {
    const lists = this.#lists.get(key);
    if (lists !== undefined) lists.savedCount = count;
  }

  #listsOf(kind: ListKind, series: string): ListsOfRequests {
    const key = keyOf(kind, series);
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

/** Only two kinds are counted by series. */
function keyOf(kind: ListKind, series: string): string {
  return kind === 'all' || kind === 'failed' ? listKey(kind, series) : listKey(kind);
}
