import type { ErrorRow, TopRow, TopRows } from '../query.ts';
import {
  type ListSummary,
  mergedSummary,
  mostFrequentFirst,
  NO_VALUES,
  sumOf,
  topRowsOf,
} from './list-summary.ts';
import { type ListBudget, TopList } from './top-list.ts';

/** Values of each kind that are stored with an entry. */
const VALUES_PER_ENTRY = 8;
/** Without its lists, and of an empty list; estimated. */
const DETAIL_BYTES = 100;
const LIST_BYTES = 350;

type ListName = 'referrers' | 'agents' | 'peers';
/** Clients have no referrers. */
const LISTS_OF = { address: ['referrers', 'agents', 'peers'], client: ['agents', 'peers'] } as const;
export type DescribedBy = keyof typeof LISTS_OF;

/** Of a detail with empty lists. */
export function detailBytes(of: DescribedBy): number {
  return DETAIL_BYTES + LIST_BYTES * LISTS_OF[of].length;
}

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
  /** Requests of bots, other programs, scanners and clients without a user agent. */
  readonly bots: number;
  readonly referrers: ListSummary;
  readonly agents?: ListSummary | undefined;
  readonly peers?: ListSummary | undefined;
}

/** Who asked for an address, or what a client asked for: the most frequent values. */
export class EntryDetail {
  readonly #budget: ListBudget;
  readonly #of: DescribedBy;
  readonly #lists = new Map<ListName, TopList>();
  #statusCode = 0;
  #bots = 0;

  constructor(budget: ListBudget, of: DescribedBy) {
    this.#budget = budget;
    this.#of = of;
    budget.leftBytes -= detailBytes(of);
  }

  add(facts: DetailFacts): void {
    this.#statusCode = facts.statusCode;
    if (!facts.isBrowser) this.#bots++;
    for (const name of LISTS_OF[this.#of]) {
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
    this.#budget.leftBytes += detailBytes(this.#of);
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

/**
 * Rows with what the rows of their partners know of the same requests: an address and a client are counted together in both, and one of them may have
 * kept its counter where the other replaced it.
 */
export function crossed(rows: readonly ErrorRow[], partners: readonly ErrorRow[]): readonly ErrorRow[] {
  const known = Map.groupBy(
    partners.flatMap(({ value, peers }) =>
      peers.rows.map((peer) => ({ of: peer.value, same: { ...peer, value } })),
    ),
    ({ of }) => of,
  );
  return rows.map((row) => {
    // Its parts must not be more than the whole.
    if (!row.isExact) return row;
    const peers = new Map(row.peers.rows.map((peer) => [peer.value, peer]));
    for (const { same } of known.get(row.value) ?? [])
      peers.set(same.value, tighter(peers.get(same.value), same));
    const sorted = [...peers.values()].sort(mostFrequentFirst).slice(0, VALUES_PER_ENTRY);
    const rest = row.count - sumOf(sorted);
    const none = Math.min(row.peers.none, rest);
    return { ...row, peers: { rows: sorted, none, others: rest - none } };
  });
}

/** Of two pairs of bounds the higher lower one and the lower upper one. */
function tighter(a: TopRow | undefined, b: TopRow): TopRow {
  if (a === undefined) return b;
  const count = Math.max(a.count, b.count);
  const missed = Math.max(0, Math.min(a.count + a.missed, b.count + b.missed) - count);
  return {
    ...b,
    count,
    missed,
    isExact: missed === 0,
    firstMillis: Math.min(a.firstMillis, b.firstMillis),
    firstIsExact: missed === 0 || a.firstIsExact || b.firstIsExact,
    lastMillis: Math.max(a.lastMillis, b.lastMillis),
    lastIsExact: missed === 0 || a.lastIsExact || b.lastIsExact,
  };
}

/**
 * A row began to be described when it was listed, or when there was room: what it may lack itself, its values may lack, and so they may what was not
 * described. Without a referrer is what was described and sent none.
 *
 * @param statusCode If it is not known.
 */
export function errorRow(row: TopRow, detail: DetailSummary | undefined, statusCode: number): ErrorRow {
  // Every request that is described has the name of an agent; earlier versions named none.
  const described = detail === undefined ? 0 : (detail.agents?.total ?? row.count);
  const undescribed = row.count - described;
  const rowsOf = (name: ListName): TopRows => {
    const list = detail?.[name] ?? NO_VALUES;
    const lost = row.missed + (name === 'referrers' ? undescribed : row.count - list.total);
    return topRowsOf(list, row.count, (value) => {
      const missed = value.missed + lost;
      const isWhole = lost === 0;
      return {
        ...value,
        missed,
        isExact: missed === 0,
        firstIsExact: isWhole && value.firstIsExact,
        lastIsExact: isWhole && value.lastIsExact,
      };
    });
  };
  const referrers = rowsOf('referrers');
  return {
    ...row,
    statusCode: detail?.statusCode ?? statusCode,
    bots: detail?.bots ?? 0,
    botsMissed: row.missed + undescribed,
    referrers: { ...referrers, none: referrers.none - undescribed, others: referrers.others + undescribed },
    agents: rowsOf('agents'),
    peers: rowsOf('peers'),
  };
}
