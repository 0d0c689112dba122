import type { Database, Statement } from 'better-sqlite3';
import type { LineProcess } from '../base/log-search.ts';

/** Further ones are forgotten, the oldest first: years of restarts. */
const MAX_PROCESSES = 1000;

/** Which process wrote a line. Tables of their own, which any version of the file may lack: an older process that still writes needs no column. */
export class LogProcesses {
  static readonly SCHEMA = `
    CREATE TABLE IF NOT EXISTS log_process (
      id INTEGER PRIMARY KEY,
      pid INTEGER NOT NULL,
      started_millis INTEGER NOT NULL,
      UNIQUE (pid, started_millis)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS line_process (line INTEGER PRIMARY KEY, process INTEGER NOT NULL) STRICT;
  `;
  /** Of a line, in the columns `pid` and `started_millis`. */
  static readonly JOIN =
    'LEFT JOIN line_process o ON o.line = l.id LEFT JOIN log_process w ON w.id = o.process';

  readonly #self: LineProcess | undefined;
  readonly #begin: Statement<[number, number]>;
  readonly #find: Statement<[number, number], number>;
  readonly #bound: Statement<[]>;
  readonly #note: Statement<[number, number]>;
  readonly #remove: Statement<[number]>;

  /** @param self That writes; undefined notes nothing. */
  constructor(database: Database, self: LineProcess | undefined) {
    this.#self = self && { ...self, startedAtMillis: Math.floor(self.startedAtMillis) };
    this.#begin = database.prepare('INSERT OR IGNORE INTO log_process (pid, started_millis) VALUES (?, ?)');
    this.#find = database
      .prepare<[number, number], number>('SELECT id FROM log_process WHERE pid = ? AND started_millis = ?')
      .pluck();
    this.#bound = database.prepare(
      `DELETE FROM log_process WHERE id <= (SELECT max(id) FROM log_process) - ${MAX_PROCESSES}`,
    );
    this.#note = database.prepare(
      'INSERT OR REPLACE INTO line_process VALUES (CAST(? AS INTEGER), CAST(? AS INTEGER))',
    );
    this.#remove = database.prepare('DELETE FROM line_process WHERE line <= CAST(? AS INTEGER)');
  }

  get pid(): number | undefined {
    return this.#self?.pid;
  }

  /** This process wrote these lines. */
  note(ids: readonly number[]): void {
    if (this.#self === undefined || ids.length === 0) return;
    const { pid, startedAtMillis } = this.#self;
    // Not remembered: a transaction may be rolled back.
    if (this.#begin.run(pid, startedAtMillis).changes > 0) this.#bound.run();
    const process = this.#find.get(pid, startedAtMillis)!;
    for (const id of ids) this.#note.run(id, process);
  }

  /** Lines up to this one are removed. */
  remove(lastId: number): void {
    this.#remove.run(lastId);
  }
}
