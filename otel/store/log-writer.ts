import type { Database, Statement } from 'better-sqlite3';
import { maskedMessage } from '../base/masked-message.ts';
import { LOG_LEVELS, type StoredLine } from '../query.ts';
import { cutText } from './attribute-copy.ts';
import { factWords } from './log-match.ts';
import type { LogProcesses } from './log-processes.ts';
import type { IndexedLine, LogWords } from './log-words.ts';
import { HOUR_MICROS, MICROS_PER_MILLI } from './log-schema.ts';

export type UnstoredLine = Omit<StoredLine, 'id' | 'process'>;

/** Beyond these, lines of a level share one. */
const MAX_PATTERNS = 1000;
const MAX_PATTERN_CHARS = 300;
export const OTHER_PATTERN = '(other)';
/** Lines of one microsecond, or of one that writes faster than time passes, are numbered on. */
const MAX_RUN_MICROS = 1_000_000;

interface LineKey {
  readonly id: number;
  readonly pattern: number;
}

/** Writes and removes lines with all that is derived from them. Call it in a transaction. */
export class LogWriter {
  readonly #insert: Statement<[number, number, string | null, string | null, string | null, string | null]>;
  readonly #isTaken: Statement<[number], number>;
  readonly #words: LogWords;
  readonly #processes: LogProcesses;
  readonly #oldestId: Statement<[], number | null>;
  readonly #pattern: Statement<[number, string, string], number>;
  readonly #addPattern: Statement<[number, string, string, number], number>;
  readonly #patternCount: Statement<[], number>;
  readonly #countPattern: Statement<[number, number, number]>;
  readonly #countHour: Statement<[number, number, number]>;
  readonly #oldest: Statement<[number, number], LineKey>;
  readonly #removal: Statement<[number]>;
  readonly #prunes: readonly Statement<[]>[];
  #lastId = 0;

  constructor(database: Database, words: LogWords, processes: LogProcesses) {
    this.#processes = processes;
    this.#insert = database.prepare('INSERT INTO line VALUES (CAST(? AS INTEGER), ?, ?, ?, ?, ?)');
    this.#isTaken = database.prepare<[number], number>('SELECT 1 FROM line WHERE id = ?').pluck();
    this.#words = words;
    this.#oldestId = database.prepare<[], number | null>('SELECT min(id) FROM line').pluck();
    this.#pattern = database
      .prepare<[number, string, string], number>(
        'SELECT id FROM pattern WHERE level = ? AND logger = ? AND text = ?',
      )
      .pluck();
    this.#addPattern = database
      .prepare<[number, string, string, number], number>(
        'INSERT INTO pattern (level, logger, text, lines, first_id) VALUES (?, ?, ?, 0, ?) RETURNING id',
      )
      .pluck();
    this.#patternCount = database.prepare<[], number>('SELECT count(*) FROM pattern').pluck();
    this.#countPattern = database.prepare(
      'UPDATE pattern SET lines = lines + ?, first_id = min(first_id, CAST(? AS INTEGER)) WHERE id = ?',
    );
    this.#countHour = database.prepare(
      `INSERT INTO pattern_hour (hour, pattern, lines) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET lines = lines + excluded.lines`,
    );
    this.#oldest = database.prepare('SELECT id, pattern FROM line WHERE id < ? ORDER BY id LIMIT ?');
    this.#removal = database.prepare('DELETE FROM line WHERE id <= CAST(? AS INTEGER)');
    this.#prunes = [
      database.prepare('DELETE FROM pattern_hour WHERE lines <= 0'),
      database.prepare('DELETE FROM pattern WHERE lines <= 0'),
    ];
  }

  append(lines: readonly UnstoredLine[]): void {
    const keys: LineKey[] = [];
    const indexed: IndexedLine[] = [];
    // FTS5 takes what comes in order of ids with less work.
    for (const line of lines.toSorted((a, b) => a.timeMillis - b.timeMillis)) {
      const id = this.#idOf(line.timeMillis);
      const message = line.message;
      const masked = cutText(maskedMessage(message), MAX_PATTERN_CHARS);
      const { pattern, text } = this.#patternOf(line, masked, id);
      const attributes = Object.entries(line.attributes);
      this.#insert.run(
        id,
        pattern,
        line.traceId ?? null,
        line.spanId ?? null,
        message === text ? null : message,
        attributes.length === 0 ? null : JSON.stringify(line.attributes),
      );
      const facts = factWords(line.level, line.traceId, this.#processes.pid);
      indexed.push({ id, facts, text: wordsOf(message, attributes) });
      keys.push({ id, pattern });
    }
    this.#words.add(indexed);
    this.#processes.note(keys.map(({ id }) => id));
    this.#count(keys, 1);
  }

  /** Removes at most `limit` of the oldest lines, only those before an id. */
  removeOldest(limit: number, beforeId: number): { readonly lines: number; readonly lastId: number } {
    const keys = this.#oldest.all(Math.min(beforeId, Number.MAX_SAFE_INTEGER), limit);
    const lastId = keys.at(-1)?.id ?? 0;
    if (keys.length === 0) return { lines: 0, lastId };
    this.#removal.run(lastId);
    this.#processes.remove(lastId);
    this.#words.drop(this.#oldestId.get() ?? Infinity);
    this.#count(keys, -1);
    for (const statement of this.#prunes) statement.run();
    return { lines: keys.length, lastId };
  }

  /** After the line before it, if that was written in the same moment; free. */
  #idOf(timeMillis: number): number {
    const micros = Math.floor(timeMillis * MICROS_PER_MILLI);
    const behind = this.#lastId - micros;
    let id = behind >= 0 && behind < MAX_RUN_MICROS ? this.#lastId + 1 : micros;
    while (this.#isTaken.get(id) !== undefined) id++;
    this.#lastId = id;
    return id;
  }

  #patternOf(
    { level, logger }: UnstoredLine,
    masked: string,
    id: number,
  ): { readonly pattern: number; readonly text: string } {
    const number = LOG_LEVELS.indexOf(level);
    const known = this.#pattern.get(number, logger, masked);
    if (known !== undefined) return { pattern: known, text: masked };
    if (this.#patternCount.get()! < MAX_PATTERNS)
      return { pattern: this.#addPattern.get(number, logger, masked, id)!, text: masked };
    const other = this.#pattern.get(number, '', OTHER_PATTERN);
    return { pattern: other ?? this.#addPattern.get(number, '', OTHER_PATTERN, id)!, text: OTHER_PATTERN };
  }

  #count(keys: readonly LineKey[], by: 1 | -1): void {
    const patterns = Map.groupBy(keys, ({ pattern }) => pattern);
    for (const [pattern, group] of patterns) {
      this.#countPattern.run(by * group.length, by === 1 ? group[0]!.id : Number.MAX_SAFE_INTEGER, pattern);
      for (const [hour, lines] of Map.groupBy(group, ({ id }) => Math.floor(id / HOUR_MICROS)))
        this.#countHour.run(hour, pattern, by * lines.length);
    }
  }
}

/** What a search finds a line by: its message and the values of its attributes. */
function wordsOf(message: string, attributes: readonly (readonly [string, unknown])[]): string {
  return [message, ...attributes.map(([, value]) => String(value))].join('\n');
}
