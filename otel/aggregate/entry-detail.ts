import type { ErrorRow, TopRow, TopRows } from '../query.ts';
import { type ListSummary, mergedSummary, NO_VALUES, topRowsOf } from './list-summary.ts';
import { type ListBudget, TopList } from './top-list.ts';

/** Values of each kind that are stored with an entry. */
const VALUES_PER_ENTRY = 8;
/** Of an empty list; estimated. */
const LIST_BYTES = 350;
/** With three empty lists. */
export const DETAIL_BYTES = 100 + 3 * LIST_BYTES;

const LISTS = ['referrers', 'agents', 'peers'] as const;
type ListName = (typeof LISTS)[number];

/** What one request adds to an entry; undefined values are not counted. */
export interface DetailFacts extends Readonly<Record<ListName, string | undefined>> {
  readonly statusCode: number;
  readonly isBrowser: boolean;
  readonly atMillis: number;
}

/** What is stored of an entry; `agents` and `peers` are undefined in lists of earlier versions. */
export interface DetailSummary {
  /** Of the last response. */
  readonly statusCode: number;
  /** Requests of bots, other programs and clients without a user agent. */
  readonly bots: number;
  readonly referrers: ListSummary;
  readonly agents?: ListSummary | undefined;
  readonly peers?: ListSummary | undefined;
}

/** Who asked for an address, or what a client asked for: the most frequent values. */
export class EntryDetail {
  readonly #budget: ListBudget;
  readonly #lists = new Map<ListName, TopList>();
  #statusCode = 0;
  #bots = 0;

  constructor(budget: ListBudget) {
    this.#budget = budget;
    budget.leftBytes -= DETAIL_BYTES;
  }

  add(facts: DetailFacts): void {
    this.#statusCode = facts.statusCode;
    if (!facts.isBrowser) this.#bots++;
    for (const name of LISTS) {
      const value = facts[name];
      if (value !== undefined) this.#list(name).add(value, facts.atMillis);
    }
  }

  summary(): DetailSummary {
    const summaryOf = (name: ListName): ListSummary => this.#lists.get(name)?.summary() ?? NO_VALUES;
    return {
      statusCode: this.#statusCode,
      bots: this.#bots,
      referrers: summaryOf('referrers'),
      agents: summaryOf('agents'),
      peers: summaryOf('peers'),
    };
  }

  /** Gives its bytes back. */
  clear(): void {
    for (const list of this.#lists.values()) list.clear();
    this.#budget.leftBytes += DETAIL_BYTES;
  }

  #list(name: ListName): TopList {
    let list = this.#lists.get(name);
    if (list === undefined) {
      list = new TopList(VALUES_PER_ENTRY, this.#budget);
      this.#lists.set(name, list);
    }
    return list;
  }
}

/** Of one value in two summaries. */
export function mergedDetails(
  older: DetailSummary | undefined,
  newer: DetailSummary | undefined,
): DetailSummary | undefined {
  if (older === undefined || newer === undefined) return newer ?? older;
  const merged = (name: ListName): ListSummary =>
    mergedSummary([older[name] ?? NO_VALUES, newer[name] ?? NO_VALUES], VALUES_PER_ENTRY);
  return {
    statusCode: newer.statusCode,
    bots: older.bots + newer.bots,
    referrers: merged('referrers'),
    agents: merged('agents'),
    peers: merged('peers'),
  };
}

/** @param statusCode If it is not known. */
export function errorRow(row: TopRow, detail: DetailSummary | undefined, statusCode: number): ErrorRow {
  const rowsOf = (name: ListName): TopRows =>
    topRowsOf(detail?.[name] ?? NO_VALUES, row.count, (value) => value);
  return {
    ...row,
    statusCode: detail?.statusCode ?? statusCode,
    bots: detail?.bots ?? 0,
    referrers: rowsOf('referrers'),
    agents: rowsOf('agents'),
    peers: rowsOf('peers'),
  };
}
