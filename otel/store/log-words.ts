import type { Database } from 'better-sqlite3';

/** Of the bound in bytes; the index of one part may outlive its lines. */
const PARTS = 16;
/** Measured: some 400 with the index. */
const BYTES_PER_LINE = 400;
const MIN_LINES = 200;
const MAX_LINES = 50_000;

/** Ids from the first up to, but not including, the second. */
export interface IdRange {
  readonly from: number;
  readonly to: number;
}

export interface FoundIds {
  /** The newest first. */
  readonly ids: readonly number[];
  /** Set if time ran out: older ones than this were not looked for. */
  readonly cutAt: number | undefined;
}

export interface IndexedLine {
  readonly id: number;
  /** Level and trace. */
  readonly facts: string;
  readonly text: string;
}

/**
 * The full-text index of log lines, in parts of consecutive lines, each a table of FTS5. Lines are removed oldest first, so
 * a part goes as a whole: removing lines from one index took up to 0.2 s at once, when FTS5 merged what was left. A search
 * begins with the newest part and can stop after any.
 */
export class LogWords {
  static readonly SCHEMA = `
    CREATE TABLE part (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      lines INTEGER NOT NULL,
      first_id INTEGER NOT NULL,
      last_id INTEGER NOT NULL
    ) STRICT;
  `;
  readonly #database: Database;
  readonly #linesPerPart: number;

  constructor(database: Database, maxBytes: number) {
    this.#database = database;
    const lines = Math.floor(maxBytes / BYTES_PER_LINE / PARTS);
    this.#linesPerPart = Math.max(MIN_LINES, Math.min(lines, MAX_LINES));
  }

  /** Call it in a transaction. */
  add(lines: readonly IndexedLine[]): void {
    const ids = lines.map(({ id }) => id);
    if (ids.length === 0) return;
    const part = this.#openPart();
    const insert = this.#database.prepare<[number, string, string]>(
      `INSERT INTO words_${part} (rowid, facts, text) VALUES (CAST(? AS INTEGER), ?, ?)`,
    );
    for (const { id, facts, text } of lines) insert.run(id, facts, text);
    this.#database
      .prepare(
        `UPDATE part SET lines = lines + ?, first_id = min(first_id, CAST(? AS INTEGER)),
           last_id = max(last_id, CAST(? AS INTEGER)) WHERE id = ?`,
      )
      .run(ids.length, Math.min(...ids), Math.max(...ids), part);
  }

  /** Drops a part without lines; call it in a transaction. @param oldestId Of the lines that are left. */
  drop(oldestId: number): void {
    const part = this.#database
      .prepare<[number], number>(
        'DELETE FROM part WHERE id = (SELECT id FROM part WHERE last_id < ? LIMIT 1) RETURNING id',
      )
      .pluck()
      .get(oldestId);
    if (part !== undefined) this.#database.exec(`DROP TABLE words_${part}`);
  }

  /** The newest lines that match and are not removed, as many as `limit`. @param isOver Asked between two parts. */
  find(words: string, range: IdRange, limit: number, isOver: () => boolean): FoundIds {
    const parts = this.#database
      .prepare<[number, number], { readonly id: number; readonly last_id: number }>(
        'SELECT id, last_id FROM part WHERE last_id >= ? AND first_id < ? ORDER BY last_id DESC',
      )
      .all(range.from, range.to);
    let ids: readonly number[] = [];
    for (const [index, { id, last_id: last }] of parts.entries()) {
      // Parts overlap if the clock was set back.
      if (ids.length >= limit && ids[limit - 1]! > last) break;
      if (index > 0 && isOver()) return { ids: ids.filter((each) => each > last), cutAt: last + 1 };
      const found = this.#database
        .prepare<unknown[], number>(
          `SELECT rowid FROM words_${id} WHERE words_${id} MATCH @words
             AND rowid BETWEEN CAST(@from AS INTEGER) AND CAST(@to AS INTEGER) - 1
             AND EXISTS (SELECT 1 FROM line WHERE line.id = words_${id}.rowid)
           ORDER BY rowid DESC LIMIT @limit`,
        )
        .pluck()
        .all({ ...range, words, limit });
      ids = [...ids, ...found].sort((a, b) => b - a).slice(0, limit);
    }
    return { ids, cutAt: undefined };
  }

  #openPart(): number {
    const newest = this.#database
      .prepare<[], { readonly id: number; readonly lines: number }>(
        'SELECT id, lines FROM part ORDER BY id DESC LIMIT 1',
      )
      .get();
    if (newest !== undefined && newest.lines < this.#linesPerPart) return newest.id;
    const id = this.#database
      .prepare<[number], number>('INSERT INTO part (lines, first_id, last_id) VALUES (0, ?, 0) RETURNING id')
      .pluck()
      .get(Number.MAX_SAFE_INTEGER)!;
    this.#database.exec(
      `CREATE VIRTUAL TABLE words_${id} USING fts5(
        facts, text, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2'
      )`,
    );
    return id;
  }
}
