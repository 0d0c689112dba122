import type { Database, Statement } from 'better-sqlite3';
import { StringInterner } from './string-interner.ts';
import { decodeTrace, NO_TEMPLATES } from './trace-json.ts';
import type { TraceRecord } from './trace-record.ts';
import type { TraceTable } from './trace-table.ts';

interface LegacyRow {
  readonly trace_id: string;
  readonly pinned: number;
  readonly body: string;
}

/**
 * Traces written by version 1, as text without an index. They are moved a few at a time, newest first; until then they can be opened by id but
 * appear in no list.
 */
export class LegacyTraces {
  readonly #traces: TraceTable;
  readonly #newest: Statement<[number], LegacyRow>;
  readonly #one: Statement<[string], LegacyRow>;
  readonly #remove: Statement<[string]>;
  readonly #count: Statement<[], number>;

  constructor(database: Database, traces: TraceTable) {
    this.#traces = traces;
    this.#newest = database.prepare(
      'SELECT trace_id, pinned, body FROM trace ORDER BY pinned DESC, end_millis DESC LIMIT ?',
    );
    this.#one = database.prepare('SELECT trace_id, pinned, body FROM trace WHERE trace_id = ?');
    this.#remove = database.prepare('DELETE FROM trace WHERE trace_id = ?');
    this.#count = database.prepare<[], number>('SELECT count(*) FROM trace').pluck();
  }

  get count(): number {
    return this.#count.get()!;
  }

  /** Call within a transaction. Returns the number moved; an unreadable one is passed to `skip` and removed. */
  move(limit: number, skip: (error: unknown) => void): number {
    const rows = this.#newest.all(limit);
    const strings = new StringInterner();
    for (const row of rows) {
      const trace = readable(row, strings, skip);
      if (trace !== undefined) this.#traces.save(trace);
      this.#remove.run(row.trace_id);
    }
    return rows.length;
  }

  get(traceId: string): TraceRecord | undefined {
    const row = this.#one.get(traceId);
    return row && toTrace(row, new StringInterner());
  }
}

function toTrace({ trace_id: traceId, pinned, body }: LegacyRow, strings: StringInterner): TraceRecord {
  const trace = decodeTrace(traceId, body, strings, NO_TEMPLATES);
  trace.pinned = pinned === 1;
  return trace;
}

function readable(
  row: LegacyRow,
  strings: StringInterner,
  skip: (error: unknown) => void,
): TraceRecord | undefined {
  try {
    return toTrace(row, strings);
  } catch (error) {
    skip(error);
    return undefined;
  }
}
