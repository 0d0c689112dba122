import type { Database, Statement } from 'better-sqlite3';
import type { TraceRank } from './trace-record.ts';
import { rankNumber } from './trace-table.ts';

/** What the file holds of a rank, and what it has removed since it was created. */
export interface RankRow {
  readonly traces: number;
  readonly bytes: number;
  /** By age. */
  readonly expired: number;
  /** By the byte bound. */
  readonly dropped: number;
  /** Evicted from the memory of a process before they were written. */
  readonly unsaved: number;
}

/** Traces and bytes by rank, maintained by triggers in the transaction of what they count: correct for every process that writes, and whenever one is killed. */
export class TraceLedger {
  /** Since version 2 of the file. */
  static readonly SCHEMA = `
    CREATE TABLE trace_rank (
      rank INTEGER PRIMARY KEY,
      traces INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      expired INTEGER NOT NULL,
      dropped INTEGER NOT NULL
    ) STRICT;
    INSERT INTO trace_rank VALUES (0, 0, 0, 0, 0), (1, 0, 0, 0, 0);
    CREATE TRIGGER kept_trace_in AFTER INSERT ON kept_trace BEGIN ${book('NEW', '+')} END;
    CREATE TRIGGER kept_trace_out AFTER DELETE ON kept_trace BEGIN ${book('OLD', '-')} END;
    CREATE TRIGGER kept_trace_changed AFTER UPDATE ON kept_trace BEGIN ${book('OLD', '-')} ${book('NEW', '+')} END;
  `;
  readonly #lose: Statement<[number, number, number]>;
  readonly #row: Statement<[number], RankRow>;
  readonly #unsaved: Statement<[number, number]>;

  constructor(database: Database) {
    // In a table of its own, which older versions do not know.
    database.exec(
      'CREATE TABLE IF NOT EXISTS trace_unsaved (rank INTEGER PRIMARY KEY, traces INTEGER NOT NULL) STRICT',
    );
    this.#unsaved = database.prepare(
      `INSERT INTO trace_unsaved VALUES (?, ?) ON CONFLICT (rank) DO UPDATE SET traces = traces + excluded.traces`,
    );
    this.#lose = database.prepare(
      'UPDATE trace_rank SET expired = expired + ?, dropped = dropped + ? WHERE rank = ?',
    );
    this.#row = database.prepare(
      `SELECT trace_rank.traces, bytes, expired, dropped, coalesce(trace_unsaved.traces, 0) AS unsaved
       FROM trace_rank LEFT JOIN trace_unsaved USING (rank) WHERE rank = ?`,
    );
  }

  of(rank: TraceRank): RankRow {
    return this.#row.get(rankNumber(rank))!;
  }

  book(rank: TraceRank, { expired = 0, dropped = 0, unsaved = 0 }: Partial<RankRow>): void {
    if (expired + dropped > 0) this.#lose.run(expired, dropped, rankNumber(rank));
    if (unsaved > 0) this.#unsaved.run(rankNumber(rank), unsaved);
  }
}

function book(row: 'NEW' | 'OLD', sign: '+' | '-'): string {
  return `UPDATE trace_rank SET traces = traces ${sign} 1, bytes = bytes ${sign} ${row}.bytes WHERE rank = ${row}.rank;`;
}
