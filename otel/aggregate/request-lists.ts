import type { ErrorRow, RequestLists, TimeRange, TopRow } from '../query.ts';
import { isBotAgent } from './bot-agent.ts';
import { agentName, scannerName } from './agent-family.ts';
import {
  crossed,
  type DescribedBy,
  detailBytes,
  type DetailFacts,
  type DetailSummary,
  EntryDetail,
  errorRow,
  mergedDetails,
} from './entry-detail.ts';
import { type ListSummary, mergedSummary, NO_VALUES, topRowsOf } from './list-summary.ts';
import { type ListBudget, type TopEntry, TopList } from './top-list.ts';

/** The lists and their maps without entries. */
export const LISTS_BYTES = 1800;

export interface ListSizes {
  readonly addresses: number;
  readonly others: number;
  /** 0: not counted. */
  readonly clients: number;
  /** True if each address has its own referrers, agents and clients. */
  readonly describesAddresses: boolean;
}

/** Lists of requests as plain data. */
export interface RequestsSummary {
  /** Start of the counts. */
  readonly fromMillis: number;
  /** End of the hour or day. */
  readonly toMillis: number;
  readonly withoutAgent: number;
  readonly addresses: ListSummary<DetailSummary>;
  readonly referrers: ListSummary;
  readonly browsers: ListSummary;
  readonly bots: ListSummary;
  /** User agents of browsers that scanners sent; undefined in lists of earlier versions. */
  readonly scanners?: ListSummary | undefined;
  /** Undefined if they were not counted. */
  readonly clients?: ListSummary<DetailSummary> | undefined;
}

/** One request, as its lists have it. */
export interface ListedRequest {
  readonly path: string;
  /** The referring page. */
  readonly from: string | undefined;
  readonly userAgent: string | undefined;
  /** Its address; undefined if it is not recorded, or nobody counts it. */
  readonly client: string | undefined;
  readonly statusCode: number;
  readonly atMillis: number;
}

/** Addresses, referrers, user agents and clients of one kind of requests. */
export class ListsOfRequests {
  readonly #sizes: ListSizes;
  readonly #budget: ListBudget;
  readonly #addresses: TopList<EntryDetail>;
  readonly #referrers: TopList;
  readonly #browsers: TopList;
  readonly #bots: TopList;
  readonly #clients: TopList<EntryDetail>;
  #withoutAgent = 0;
  /** Most lists have none. */
  #scanners: TopList | undefined;
  /** Requests that were counted when it was last stored. */
  savedCount = 0;

  constructor(sizes: ListSizes, budget: ListBudget) {
    const release = (detail: EntryDetail): void => detail.clear();
    this.#sizes = sizes;
    this.#budget = budget;
    this.#addresses = new TopList(sizes.addresses, budget, release);
    this.#referrers = new TopList(sizes.others, budget);
    this.#browsers = new TopList(sizes.others, budget);
    this.#bots = new TopList(sizes.others, budget);
    this.#clients = new TopList(sizes.clients, budget, release);
  }

  get count(): number {
    return this.#addresses.total;
  }

  /** @param isScanner By what its client did; it calls itself a browser. */
  record({ path, from, userAgent, client, statusCode, atMillis }: ListedRequest, isScanner: boolean): void {
    const address = this.#addresses.add(path, atMillis);
    if (from !== undefined) this.#referrers.add(from, atMillis);
    const isBrowser = !isScanner && this.#recordAgent(userAgent, atMillis);
    if (isScanner)
      (this.#scanners ??= new TopList(this.#sizes.others, this.#budget)).add(userAgent ?? '', atMillis);
    if (this.#sizes.clients === 0) return;
    const { name } = agentName(userAgent ?? '');
    const agents = isScanner ? scannerName(name) : name;
    const facts = { statusCode, isBrowser, agents, atMillis };
    if (client !== undefined)
      this.#describe('client', this.#clients.add(client, atMillis), {
        ...facts,
        referrers: undefined,
        peers: path,
      });
    if (this.#sizes.describesAddresses)
      this.#describe('address', address, { ...facts, referrers: from, peers: client });
  }

  summary(times: TimeRange): RequestsSummary {
    const savedOf = (detail: EntryDetail): DetailSummary => detail.summary();
    return {
      ...times,
      withoutAgent: this.#withoutAgent,
      addresses: this.#addresses.summary(savedOf),
      referrers: this.#referrers.summary(),
      browsers: this.#browsers.summary(),
      bots: this.#bots.summary(),
      scanners: this.#scanners?.summary(),
      clients: this.#sizes.clients === 0 ? undefined : this.#clients.summary(savedOf),
    };
  }

  #describe(of: DescribedBy, entry: TopEntry<EntryDetail> | undefined, facts: DetailFacts): void {
    if (entry === undefined) return;
    if (entry.detail === undefined && this.#budget.leftBytes < detailBytes(of)) return;
    (entry.detail ??= new EntryDetail(this.#budget, of)).add(facts);
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
  clients: NO_VALUES,
};

/** One summary of several times, or of several kinds of requests; undefined if there is none. */
export function mergedRequests(
  summaries: readonly RequestsSummary[],
  sizes: ListSizes,
): RequestsSummary | undefined {
  const [first] = summaries;
  if (first === undefined || summaries.length === 1) return first;
  const others = (pick: (summary: RequestsSummary) => ListSummary): ListSummary =>
    mergedSummary(summaries.map(pick), sizes.others);
  const described = (
    lists: readonly (ListSummary<DetailSummary> | undefined)[],
    maxRows: number,
  ): ListSummary<DetailSummary> =>
    mergedSummary(
      lists.map((list) => list ?? NO_VALUES),
      maxRows,
      (older, newer) => mergedDetails(older.detail, newer.detail),
    );
  return {
    fromMillis: Math.min(...summaries.map(({ fromMillis }) => fromMillis)),
    toMillis: Math.max(...summaries.map(({ toMillis }) => toMillis)),
    withoutAgent: summaries.reduce((sum, { withoutAgent }) => sum + withoutAgent, 0),
    addresses: described(
      summaries.map(({ addresses }) => addresses),
      sizes.addresses,
    ),
    referrers: others(({ referrers }) => referrers),
    browsers: others(({ browsers }) => browsers),
    bots: others(({ bots }) => bots),
    scanners: others(({ scanners = NO_VALUES }) => scanners),
    clients:
      sizes.clients === 0
        ? undefined
        : described(
            summaries.map(({ clients }) => clients),
            sizes.clients,
          ),
  };
}

/** The lists of a summary, for a page; each completes the number of requests. */
export function requestListsOf(
  {
    withoutAgent,
    addresses,
    referrers,
    browsers,
    bots,
    scanners = NO_VALUES,
    clients = NO_VALUES,
  }: RequestsSummary,
  times: TimeRange,
  sizes: ListSizes,
): RequestLists<ErrorRow> {
  const count = addresses.total;
  const plain = (row: TopRow): TopRow => row;
  const described = (row: TopRow, detail: DetailSummary | undefined): ErrorRow => errorRow(row, detail, 404);
  const byAddress = topRowsOf(addresses, count, described);
  const byClient = topRowsOf(clients, count, described);
  return {
    ...times,
    count,
    addresses: { ...byAddress, rows: crossed(byAddress.rows, byClient.rows) },
    referrers: topRowsOf(referrers, count, plain),
    browsers: topRowsOf(browsers, browsers.total, plain),
    bots: topRowsOf(bots, bots.total + withoutAgent, plain),
    scanners: topRowsOf(scanners, scanners.total, plain),
    clients: sizes.clients === 0 ? undefined : { ...byClient, rows: crossed(byClient.rows, byAddress.rows) },
  };
}
