import type { Database, Statement } from 'better-sqlite3';
import { KindTable } from './kind-table.ts';
import { TraceRecord } from './trace-record.ts';
import type { TraceTable } from './trace-table.ts';

interface TraceRow {
  readonly id: number;
  readonly trace_id: string;
}

/**
 * Traces that versions 2 and 3 of the file wrote, without a kind. They are described a few at a time, newest first; until then, searches for what the
 * kind, the agent or the address has do not find them.
 */
export class UndescribedTraces {
  readonly #traces: TraceTable;
  readonly #newest: Statement<[number], TraceRow>;
  readonly #count: Statement<[], number>;
  readonly #describe: Statement<(number | string | null)[]>;

  constructor(database: Database, traces: TraceTable) {
    this.#traces = traces;
    this.#newest = database.prepare(
      'SELECT id, trace_id FROM kept_trace WHERE kind IS NULL ORDER BY id DESC LIMIT ?',
    );
    this.#count = database.prepare<[], number>('SELECT count(*) FROM kept_trace WHERE kind IS NULL').pluck();
    this.#describe = database.prepare(
      `UPDATE kept_trace SET ${KindTable.COLUMNS.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
    );
  }

  get count(): number {
    return this.#count.get()!;
  }

  /** Call within a transaction. Returns the number described; an unreadable one is passed to `skip` and gets the kind of an empty trace. */
  describe(limit: number, skip: (error: unknown) => void): number {
    const rows = this.#newest.all(limit);
    for (const row of rows) {
      const trace = this.#readable(row, skip) ?? new TraceRecord(row.trace_id);
      this.#describe.run(...this.#traces.kinds.describe(trace).values, row.id);
    }
    return rows.length;
  }

  #readable({ trace_id: traceId }: TraceRow, skip: (error: unknown) => void): TraceRecord | undefined {
    try {
      return this.#traces.get(traceId)?.trace;
    } catch (error) {
      skip(error);
      return undefined;
    }
  }
}
