import type { NotFoundRow, RequestLists, TimeRange, TopRow } from '../query.ts';
import type { AskedAddress } from '../spans/asked-address.ts';
import { isBotAgent } from './bot-agent.ts';
import { type ListSummary, mergedSummary, NO_VALUES, topRowsOf } from './list-summary.ts';
import { type ListBudget, type TopEntry, TopList } from './top-list.ts';

/** The lists and their maps without entries. */
export const LISTS_BYTES = 1500;

export interface ListSizes {
  readonly addresses: number;
  readonly others: number;
}

/** What is stored of an address that was not found. */
export interface MissedSummary {
  /** Of the last response. */
  readonly statusCode: number;
  /** Requests of bots, other programs and clients without a user agent. */
  readonly bots: number;
  readonly referrers: ListSummary;
}

/** Lists of requests as plain data. */
export interface RequestsSummary {
  /** Start of the counts. */
  readonly fromMillis: number;
  /** End of the hour or day. */
  readonly toMillis: number;
  readonly withoutAgent: number;
  readonly addresses: ListSummary<MissedSummary>;
  readonly referrers: ListSummary;
  readonly browsers: ListSummary;
  readonly bots: ListSummary;
}

/** Addresses, referrers and user agents of one kind of requests. */
export class ListsOfRequests<Detail = undefined> {
  readonly addresses: TopList<Detail>;
  readonly #referrers: TopList;
  readonly #browsers: TopList;
  readonly #bots: TopList;
  #withoutAgent = 0;
  /** Requests that were counted when it was last stored. */
  savedCount = 0;

  constructor(
    { addresses, others }: ListSizes,
    budget: ListBudget,
    release: (detail: Detail) => void = () => {},
  ) {
    this.addresses = new TopList(addresses, budget, release);
    this.#referrers = new TopList(others, budget);
    this.#browsers = new TopList(others, budget);
    this.#bots = new TopList(others, budget);
  }

  /** @param from The referring page. Returns the entry of its address, if there is one, and whether a browser asked. */
  record(
    { askedPath, userAgent }: AskedAddress,
    from: string | undefined,
    atMillis: number,
  ): { readonly entry: TopEntry<Detail> | undefined; readonly isBrowser: boolean } {
    const entry = this.addresses.add(askedPath, atMillis);
    if (from !== undefined) this.#referrers.add(from, atMillis);
    const isBrowser = this.#recordAgent(userAgent, atMillis);
    return { entry, isBrowser };
  }

  /** @param savedOf What is stored of an address. */
  summary(times: TimeRange, savedOf: (detail: Detail) => MissedSummary | undefined): RequestsSummary {
    return {
      ...times,
      withoutAgent: this.#withoutAgent,
      addresses: this.addresses.summary(savedOf),
      referrers: this.#referrers.summary(),
      browsers: this.#browsers.summary(),
      bots: this.#bots.summary(),
    };
  }

  #recordAgent(userAgent: string | undefined, atMillis: number): boolean {
    if (userAgent === undefined || userAgent === '') {
      this.#withoutAgent++;
      return false;
    }
    const isBrowser = this.#browsers.has(userAgent) || (!this.#bots.has(userAgent) && !isBotAgent(userAgent));
    (isBrowser ? this.#browsers : this.#bots).add(userAgent, atMillis);
    return isBrowser;
  }
}

export const NO_REQUESTS: RequestsSummary = {
  fromMillis: Infinity,
  toMillis: -Infinity,
  withoutAgent: 0,
  addresses: NO_VALUES,
  referrers: NO_VALUES,
  browsers: NO_VALUES,
  bots: NO_VALUES,
};

/** Referrers stored with an address that was not found. */
export const REFERRERS_PER_ADDRESS = 3;

/** One summary of several times; undefined if there is none. */
export function mergedRequests(
  summaries: readonly RequestsSummary[],
  sizes: ListSizes,
): RequestsSummary | undefined {
  const [first] = summaries;
  if (first === undefined || summaries.length === 1) return first;
  const others = (pick: (summary: RequestsSummary) => ListSummary): ListSummary =>
    mergedSummary(summaries.map(pick), sizes.others);
  return {
    fromMillis: Math.min(...summaries.map(({ fromMillis }) => fromMillis)),
    toMillis: Math.max(...summaries.map(({ toMillis }) => toMillis)),
    withoutAgent: summaries.reduce((sum, { withoutAgent }) => sum + withoutAgent, 0),
    addresses: mergedSummary(
      summaries.map(({ addresses }) => addresses),
      sizes.addresses,
      ({ detail: older }, { detail: newer }) =>
        older === undefined || newer === undefined
          ? (newer ?? older)
          : {
              statusCode: newer.statusCode,
              bots: older.bots + newer.bots,
              referrers: mergedSummary([older.referrers, newer.referrers], REFERRERS_PER_ADDRESS),
            },
    ),
    referrers: others(({ referrers }) => referrers),
    browsers: others(({ browsers }) => browsers),
    bots: others(({ bots }) => bots),
  };
}

/** The lists of a summary, for a page; each completes the number of requests. */
export function requestListsOf(
  { withoutAgent, addresses, referrers, browsers, bots }: RequestsSummary,
  times: TimeRange,
): RequestLists<NotFoundRow> {
  const count = addresses.total;
  const plain = (row: TopRow): TopRow => row;
  return {
    ...times,
    count,
    addresses: topRowsOf(addresses, count, notFoundRow),
    referrers: topRowsOf(referrers, count, plain),
    browsers: topRowsOf(browsers, browsers.total, plain),
    bots: topRowsOf(bots, bots.total + withoutAgent, plain),
  };
}

function notFoundRow(row: TopRow, detail: MissedSummary | undefined): NotFoundRow {
  return {
    ...row,
    statusCode: detail?.statusCode ?? 404,
    bots: detail?.bots ?? 0,
    referrers:
      detail === undefined
        ? { rows: [], none: 0, others: 0 }
        : topRowsOf(detail.referrers, row.count, (referrer) => referrer),
  };
}
