import type { Database, Statement } from 'better-sqlite3';
import { KEEP_REASONS, OPERATION_TYPES } from '../query.ts';
import type { KeepReason, OperationType } from '../query.ts';
import { operationRow, waitedMillis } from './operation-rows.ts';
import { endMillisOf } from './span-record.ts';
import type { SpanRecord } from './span-record.ts';
import type { TraceRecord } from './trace-record.ts';

/** Bytes of a row of `operation`: measured. */
const ROW_BYTES = 40;
/** The same for one that failed or was slow, with its list row and its entries in two indexes. */
const LISTED_BYTES = 480;

/** Of `operation o`, for the index of requests. */
export const IS_REQUEST = `o.type = ${typeNumber('http')}`;

export function typeNumber(type: OperationType): number {
  return OPERATION_TYPES.indexOf(type);
}

export function reasonNumber(reason: KeepReason): number {
  return KEEP_REASONS.indexOf(reason);
}

/** A bit set of the reasons for which spans of the trace were kept. */
export function reasonBits(spans: readonly SpanRecord[]): number {
  return spans.reduce((bits, { keepReason }) => bits | (1 << reasonNumber(keepReason)), 0);
}

/** Writes the operations of a trace for lists. Names of series are stored once; there are few, and none is removed. */
export class OperationIndex {
  readonly #add: Statement<
    [number, number, number, number, number, number, number, number, number | null, string | null]
  >;
  readonly #clear: Statement<[number]>;
  readonly #addSeries: Statement<[number, string]>;
  readonly #findSeries: Statement<[number, string], number>;
  readonly #series = new Map<string, number>();

  constructor(database: Database) {
    // A file of any version may lack it, and older versions maintain it: it counts ten thousand requests in half a millisecond.
    database.exec(
      `CREATE INDEX IF NOT EXISTS operation_of_request ON operation (end_millis) WHERE type = ${typeNumber('http')}`,
    );
    this.#add = database.prepare(
      `INSERT INTO operation (trace, number, type, series, end_millis, duration_millis, failed, reason, waited_millis, row)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#clear = database.prepare('DELETE FROM operation WHERE trace = ?');
    this.#addSeries = database.prepare('INSERT OR IGNORE INTO series (type, name) VALUES (?, ?)');
    this.#findSeries = database
      .prepare<[number, string], number>('SELECT id FROM series WHERE type = ? AND name = ?')
      .pluck();
  }

  /** Bytes that the rows of a trace take. */
  static bytesOf(trace: TraceRecord): number {
    return trace.spans.reduce((bytes, span) => bytes + (isListed(span) ? LISTED_BYTES : ROW_BYTES), 0);
  }

  write(id: number, trace: TraceRecord): void {
    this.#clear.run(id);
    for (const [number, span] of trace.spans.entries()) this.#write(id, number, trace, span);
  }

  /** After a rolled-back transaction: the names it added are not in the file. */
  forget(): void {
    this.#series.clear();
  }

  #write(id: number, number: number, trace: TraceRecord, span: SpanRecord): void {
    const waited = waitedMillis(span);
    const failed = span.status === 'error';
    const row = isListed(span) ? JSON.stringify(operationRow(trace, span)) : null;
    this.#add.run(
      id,
      number,
      typeNumber(span.type),
      this.#seriesId(span),
      endMillisOf(span),
      span.durationMillis,
      Number(failed),
      reasonNumber(span.keepReason),
      waited ?? null,
      row,
    );
  }

  #seriesId({ type, series }: SpanRecord): number {
    const key = `${type} ${series}`;
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    this.#addSeries.run(typeNumber(type), series);
    const id = this.#findSeries.get(typeNumber(type), series)!;
    this.#series.set(key, id);
    return id;
  }
}

/** Returns true for operations in lists of failed or slow ones. */
function isListed(span: SpanRecord): boolean {
  return span.status === 'error' || waitedMillis(span) !== undefined;
}
