import type { RequestLists, TopRow, TopRows } from '../query.ts';
import type { AskedAddress } from '../spans/asked-address.ts';
import { isBotAgent } from './bot-agent.ts';
import { type ListBudget, type TopEntry, TopList } from './top-list.ts';

/** The lists and their maps without entries. */
export const LISTS_BYTES = 1500;

export interface ListSizes {
  readonly addresses: number;
  readonly others: number;
}

/** Addresses, referrers and user agents of one kind of requests. */
export class ListsOfRequests<Detail = undefined> {
  readonly addresses: TopList<Detail>;
  readonly referrers: TopList;
  readonly browsers: TopList;
  readonly bots: TopList;
  #withoutAgent = 0;

  constructor(
    { addresses, others }: ListSizes,
    budget: ListBudget,
    release: (detail: Detail) => void = () => {},
  ) {
    this.addresses = new TopList(addresses, budget, release);
    this.referrers = new TopList(others, budget);
    this.browsers = new TopList(others, budget);
    this.bots = new TopList(others, budget);
  }

  get bytes(): number {
    const { addresses, referrers, browsers, bots } = this;
    return LISTS_BYTES + addresses.bytes + referrers.bytes + browsers.bytes + bots.bytes;
  }

  /** @param from The referring page. Returns the entry of its address, if there is one, and whether a browser asked. */
  record(
    { askedPath, userAgent }: AskedAddress,
    from: string | undefined,
    atMillis: number,
  ): { readonly entry: TopEntry<Detail> | undefined; readonly isBrowser: boolean } {
    const entry = this.addresses.add(askedPath, atMillis);
    if (from !== undefined) this.referrers.add(from, atMillis);
    const isBrowser = this.#recordAgent(userAgent, atMillis);
    return { entry, isBrowser };
  }

  /** @param rowOf Completes the row of an address. */
  facts<Row extends TopRow>(
    fromMillis: number,
    rowOf: (row: TopRow, detail: Detail | undefined) => Row,
  ): RequestLists<Row> {
    const count = this.addresses.total;
    const addresses = this.addresses.rows();
    return {
      fromMillis,
      count,
      addresses: {
        rows: addresses.map(({ detail, ...row }) => rowOf(row, detail)),
        none: 0,
        others: count - sumOf(addresses),
      },
      referrers: topRows(this.referrers, count),
      browsers: topRows(this.browsers, this.browsers.total),
      bots: topRows(this.bots, this.bots.total + this.#withoutAgent),
    };
  }

  #recordAgent(userAgent: string | undefined, atMillis: number): boolean {
    if (userAgent === undefined || userAgent === '') {
      this.#withoutAgent++;
      return false;
    }
    const isBrowser = this.browsers.has(userAgent) || (!this.bots.has(userAgent) && !isBotAgent(userAgent));
    (isBrowser ? this.browsers : this.bots).add(userAgent, atMillis);
    return isBrowser;
  }
}

/** @param count Requests, with and without a value. */
export function topRows(list: TopList, count: number): TopRows {
  const rows = list.rows();
  return { rows, none: count - list.total, others: list.total - sumOf(rows) };
}

function sumOf(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}
