import type { Database, Statement } from 'better-sqlite3';
import { OPERATION_TYPES } from '../query.ts';
import type { LogLine } from '../query.ts';
import { OperationIndex, reasonBits } from './operation-index.ts';
import { KindTable } from './kind-table.ts';
import { StringInterner } from './string-interner.ts';
import { hashOf } from './text-hash.ts';
import { packText, unpackText } from './trace-body.ts';
import { decodeTrace, encodeTrace, uncheckedTrace } from './trace-json.ts';
import { SpanTemplates } from './span-templates.ts';
import { slowestColumn } from './trace-conditions.ts';
import type { SearchedTrace } from './term-matcher.ts';
import { encodeLines } from './trace-logs.ts';
import { longestOf, rankOf } from './trace-record.ts';
import type { TraceRank, TraceRecord } from './trace-record.ts';
import { WordMaker } from './trace-words.ts';
import type { TraceWords } from './trace-words.ts';

const RANKS: readonly TraceRank[] = ['ordinary', 'mustKeep'];
/** Its rows in three tables and nine indexes, without the texts: measured. */
const TRACE_BYTES = 310;

/** Traces on disk; the ring has its own bound. */
const MAX_PINNED = 200;

/** Database pages are not completely filled: measured with 1,600 traces of pages. */
const PAGE_SHARE = 1.25;

export function rankNumber(rank: TraceRank): number {
  return RANKS.indexOf(rank);
}

export interface SavedTrace {
  readonly trace: TraceRecord;
  /** Undefined if unknown. */
  readonly logs: readonly LogLine[] | undefined;
}

interface BodyRow {
  readonly trace_id: string;
  readonly pinned: number;
  readonly body: Buffer;
  readonly logs: string | null;
}

/** Kept traces in the history file. Every call is synchronous and short; the caller decides when and how much. */
export class TraceTable {
  readonly kinds: KindTable;
  readonly #operations: OperationIndex;
  readonly #templates: SpanTemplates;
  readonly #words = new WordMaker();
  readonly #save: Statement<(string | number | null)[], number>;
  readonly #saveBody: Statement<[number, Buffer, string | null]>;
  readonly #saveWords: Statement<[number, string, string, string]>;
  readonly #findVocabulary: Statement<[number, string], number>;
  readonly #vocabularyOfOthers: Statement<[number, string], number>;
  readonly #addVocabulary: Statement<[number, string]>;
  readonly #rowIds: Statement<[string], number>;
  readonly #body: Statement<[string], BodyRow>;
  readonly #newest: Statement<[number, number, number, number], BodyRow>;
  readonly #extent: Statement<
    [{ readonly rank: number; readonly pinned: number }],
    Readonly<Record<'oldest' | 'newest', number | null>>
  >;
  readonly #pin: Statement<[number, string, number, number]>;
  readonly #expire: Statement<[number, number, number]>;
  readonly #dropOldest: Statement<[number, number]>;

  readonly #changesOfOthers: Statement<[], number>;
  readonly #changes: Statement<[], number>;
  #known:
    { readonly asked: string; readonly version: string; readonly rowIds: readonly number[] } | undefined;

  constructor(database: Database) {
    this.#changesOfOthers = database.prepare<[], number>('PRAGMA data_version').pluck();
    this.#changes = database.prepare<[], number>('SELECT total_changes()').pluck();
    this.kinds = new KindTable(database);
    this.#operations = new OperationIndex(database);
    this.#templates = new SpanTemplates(database);
    this.#save = database.prepare<(string | number | null)[], number>(SAVE).pluck();
    this.#saveBody = database.prepare(
      `INSERT INTO trace_body (trace, body, logs) VALUES (?, ?, ?)
       ON CONFLICT (trace) DO UPDATE SET body = excluded.body, logs = coalesce(excluded.logs, logs)`,
    );
    this.#saveWords = database.prepare(
      'INSERT OR REPLACE INTO trace_words (trace, own, numbers, span_ids) VALUES (?, ?, ?, ?)',
    );
    this.#findVocabulary = database
      .prepare<[number, string], number>('SELECT id FROM vocabulary WHERE hash = ? AND words = ?')
      .pluck();
    this.#vocabularyOfOthers = database
      .prepare<[number, string], number>(
        'SELECT 1 FROM kept_trace WHERE vocabulary = ? AND trace_id <> ? LIMIT 1',
      )
      .pluck();
    this.#addVocabulary = database.prepare('INSERT INTO vocabulary (hash, words) VALUES (?, ?)');
    const bodies =
      'SELECT trace_id, pinned, body, logs FROM kept_trace JOIN trace_body ON trace_body.trace = kept_trace.id';
    this.#rowIds = database
      .prepare<[string], number>(
        'SELECT id FROM kept_trace WHERE trace_id IN (SELECT value FROM json_each(?))',
      )
      .pluck();
    this.#body = database.prepare(`${bodies} WHERE trace_id = ?`);
    this.#newest = database.prepare(
      `${bodies} WHERE rank = ? AND pinned = ? AND end_millis >= ? ORDER BY end_millis DESC LIMIT ?`,
    );
    const ends = 'FROM kept_trace WHERE rank = @rank AND pinned = @pinned';
    this.#extent = database.prepare(
      `SELECT (SELECT min(end_millis) ${ends}) AS oldest, (SELECT max(end_millis) ${ends}) AS newest`,
    );
    this.#pin = database.prepare(
      `UPDATE kept_trace SET pinned = ? WHERE trace_id = ?
       AND (? = 0 OR (SELECT count(*) FROM kept_trace WHERE rank IN (0, 1) AND pinned = 1) < ?)`,
    );
    this.#expire = database.prepare(
      `DELETE FROM kept_trace WHERE id IN
         (SELECT id FROM kept_trace WHERE rank = ? AND pinned = 0 AND end_millis < ? ORDER BY end_millis LIMIT ?)`,
    );
    this.#dropOldest = database.prepare(
      'DELETE FROM kept_trace WHERE id IN (SELECT id FROM kept_trace WHERE rank = ? ORDER BY pinned, end_millis LIMIT ?)',
    );
  }

  /** Writes or replaces a trace. Without `logs`, saved lines stay. */
  save(trace: TraceRecord, logs?: readonly LogLine[]): void {
    const words = this.#words.wordsOf(trace);
    const body = packText(encodeTrace(trace, this.#templates));
    const lines = logs === undefined ? null : encodeLines(logs);
    const id = this.#saveRow(trace, words, body.length + Buffer.byteLength(lines ?? ''));
    this.#saveBody.run(id, body, lines);
    this.#saveWords.run(id, words.own, words.numbers, words.spanIds);
    this.#operations.write(id, trace);
  }

  /** Row ids of those that are here: an integer is compared in a third of the time of a trace id. A page asks for the same ones several times. */
  rowIds(traceIds: readonly string[]): readonly number[] {
    const asked = JSON.stringify(traceIds);
    const version = `${this.#changesOfOthers.get()} ${this.#changes.get()}`;
    if (this.#known?.asked !== asked || this.#known.version !== version)
      this.#known = { asked, version, rowIds: this.#rowIds.all(asked) };
    return this.#known.rowIds;
  }

  get(traceId: string): SavedTrace | undefined {
    const row = this.#body.get(traceId);
    return row === undefined ? undefined : toSaved(row, new StringInterner(), this.#templates);
  }

  /** Reads a trace without validation, in a third of the time: for a search that reads many. */
  unchecked(traceId: string): SearchedTrace | undefined {
    const row = this.#body.get(traceId);
    return row && { traceId, ...uncheckedTrace(unpackText(row.body), this.#templates) };
  }

  /** The newest of a rank that ended at the cutoff or later, newest first; an unreadable one is passed to `skip`. */
  *newest(
    rank: TraceRank,
    pinned: boolean,
    cutoffMillis: number,
    limit: number,
    skip: (error: unknown) => void,
  ): Iterable<SavedTrace> {
    const strings = new StringInterner();
    for (const row of this.#newest.iterate(rankNumber(rank), Number(pinned), cutoffMillis, limit)) {
      try {
        yield toSaved(row, strings, this.#templates);
      } catch (error) {
        skip(error);
      }
    }
  }

  /** Exempts a trace from expiry. Returns false if it is not here, or too many are pinned. */
  pin(traceId: string, pinned: boolean): boolean {
    return this.#pin.run(Number(pinned), traceId, Number(pinned), MAX_PINNED).changes > 0;
  }

  /** Removes at most `limit` unpinned traces that ended before the cutoff; returns the number removed. */
  expire(rank: TraceRank, cutoffMillis: number, limit: number): number {
    return this.#expire.run(rankNumber(rank), cutoffMillis, limit).changes;
  }

  /** Removes the oldest, pinned ones last; returns the number removed. */
  dropOldest(rank: TraceRank, limit: number): number {
    return this.#dropOldest.run(rankNumber(rank), limit).changes;
  }

  extent(rank: TraceRank): {
    readonly oldestMillis: number | undefined;
    readonly newestMillis: number | undefined;
  } {
    // The index serves one value of `pinned` at a time; for both it would be scanned.
    const ends = [0, 1]
      .flatMap((pinned) => Object.values(this.#extent.get({ rank: rankNumber(rank), pinned })!))
      .filter((millis) => millis !== null);
    return ends.length === 0
      ? { oldestMillis: undefined, newestMillis: undefined }
      : { oldestMillis: Math.min(...ends), newestMillis: Math.max(...ends) };
  }

  /** After a rolled-back transaction. */
  forget(): void {
    this.#operations.forget();
    this.#templates.forget();
  }

  #saveRow(trace: TraceRecord, words: TraceWords, bodyBytes: number): number {
    const { traceId, pinned, startMillis, durationMillis, extent, errorCount, spans } = trace;
    const vocabulary = this.#vocabularyId(words.vocabulary);
    // What many have in common is not distinctive; what one alone has is.
    const isShared = this.#vocabularyOfOthers.get(vocabulary, traceId) !== undefined;
    const texts = [words.own, words.numbers, words.spanIds, ...(isShared ? [] : [words.vocabulary])];
    const described = this.kinds.describe(trace);
    const wordBytes = texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), described.bytes);
    return this.#save.get(
      traceId,
      rankNumber(rankOf(trace)),
      Number(pinned),
      startMillis,
      durationMillis,
      extent.fromMillis,
      extent.toMillis,
      errorCount,
      reasonBits(spans),
      vocabulary,
      Math.ceil((TRACE_BYTES + bodyBytes + wordBytes + OperationIndex.bytesOf(trace)) * PAGE_SHARE),
      ...described.values,
      ...OPERATION_TYPES.map((type) => longestOf(trace, type) ?? null),
    )!;
  }

  #vocabularyId(words: string): number {
    const hash = hashOf(words);
    return (
      this.#findVocabulary.get(hash, words) ?? Number(this.#addVocabulary.run(hash, words).lastInsertRowid)
    );
  }
}

const COLUMNS = [
  'trace_id',
  'rank',
  'pinned',
  'start_millis',
  'duration_millis',
  'first_millis',
  'end_millis',
  'errors',
  'reasons',
  'vocabulary',
  'bytes',
  ...KindTable.COLUMNS,
  ...OPERATION_TYPES.map(slowestColumn),
];
const SAVE = `INSERT INTO kept_trace (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (trace_id) DO UPDATE SET ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}
  RETURNING id`;

function toSaved(row: BodyRow, strings: StringInterner, templates: SpanTemplates): SavedTrace {
  const trace = decodeTrace(row.trace_id, unpackText(row.body), strings, templates);
  trace.pinned = row.pinned === 1;
  return { trace, logs: row.logs === null ? undefined : (JSON.parse(row.logs) as readonly LogLine[]) };
}
