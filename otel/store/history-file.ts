import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type DatabaseConstructor from 'better-sqlite3';
import type { Database, Statement } from 'better-sqlite3';
import type { RollUp } from '../aggregate/roll-ups.ts';

/** Raised with every change of the tables; a file with a greater number was made by a newer version. */
const SCHEMA_VERSION = 1;
/** Another process that writes is waited for this long; what was not written stays for the next time. */
const BUSY_TIMEOUT_MILLIS = 50;
/** 100 pages of 4 KiB: small checkpoints often, so that none takes long. */
const CHECKPOINT_PAGES = 100;

const SCHEMA = `
  CREATE TABLE trace (
    trace_id TEXT NOT NULL UNIQUE,
    end_millis REAL NOT NULL,
    pinned INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX trace_by_end ON trace (pinned, end_millis);
  CREATE TABLE roll_up (
    tier INTEGER NOT NULL,
    start_millis REAL NOT NULL,
    series TEXT NOT NULL,
    expires_millis REAL NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (tier, start_millis, series)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX roll_up_by_expiry ON roll_up (expires_millis);
`;

export interface TraceRow {
  readonly traceId: string;
  readonly endMillis: number;
  readonly pinned: boolean;
  readonly body: string;
}

/** Thrown when a file is no history of this version; says so in words. */
export class HistoryFileError extends Error {
  override readonly name = 'HistoryFileError';
  readonly reason: 'damaged' | 'newer';

  constructor(reason: 'damaged' | 'newer', message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** The tables of the history file. Every call is synchronous and short; the caller decides when and how much. */
export class HistoryFile {
  readonly #database: Database;
  readonly #saveTrace: Statement<[string, number, number, string]>;
  readonly #addTrace: Statement<[string, number, number, string]>;
  readonly #saveRollUp: Statement<[number, number, string, number, Uint8Array]>;
  readonly #expireTraces: Statement<[number, number]>;
  readonly #expireRollUps: Statement<[number, number]>;

  /** Throws HistoryFileError, or what SQLite throws when the file cannot be opened at all. */
  constructor(Database: typeof DatabaseConstructor, path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#database = new Database(path, { timeout: BUSY_TIMEOUT_MILLIS });
    try {
      this.#prepareFile(path);
      const columns = `INTO trace (trace_id, end_millis, pinned, body) VALUES (?, ?, ?, ?) ON CONFLICT (trace_id) DO`;
      this.#saveTrace = this.#database.prepare(
        `INSERT ${columns} UPDATE SET end_millis = excluded.end_millis, pinned = excluded.pinned, body = excluded.body`,
      );
      this.#addTrace = this.#database.prepare(`INSERT ${columns} NOTHING`);
      this.#saveRollUp = this.#database.prepare(
        `INSERT OR REPLACE INTO roll_up (tier, start_millis, series, expires_millis, body) VALUES (?, ?, ?, ?, ?)`,
      );
      this.#expireTraces = this.#database.prepare(
        'DELETE FROM trace WHERE rowid IN (SELECT rowid FROM trace WHERE pinned = 0 AND end_millis < ? ORDER BY end_millis LIMIT ?)',
      );
      this.#expireRollUps = this.#database.prepare(
        `DELETE FROM roll_up WHERE (tier, start_millis, series) IN
           (SELECT tier, start_millis, series FROM roll_up WHERE expires_millis <= ? ORDER BY expires_millis LIMIT ?)`,
      );
    } catch (error) {
      this.#database.close();
      throw isDamage(error)
        ? new HistoryFileError('damaged', `${path} is damaged: ${String(error)}`, error)
        : error;
    }
  }

  /** One transaction. `add` is for traces of which the file may hold more than memory does. */
  write(save: readonly TraceRow[], add: readonly TraceRow[], rollUps: readonly RollUp[]): void {
    this.#transaction(() => {
      for (const row of save) this.#saveTrace.run(row.traceId, row.endMillis, Number(row.pinned), row.body);
      for (const row of add) this.#addTrace.run(row.traceId, row.endMillis, Number(row.pinned), row.body);
      for (const { tier, startMillis, series, expiresMillis, body } of rollUps) {
        this.#saveRollUp.run(tier, startMillis, series, expiresMillis, body);
      }
    });
  }

  /** The newest traces, newest first, pinned ones before all. */
  newestTraces(limit: number): readonly TraceRow[] {
    const rows = this.#database
      .prepare<[number], { trace_id: string; end_millis: number; pinned: number; body: string }>(
        'SELECT trace_id, end_millis, pinned, body FROM trace ORDER BY pinned DESC, end_millis DESC LIMIT ?',
      )
      .all(limit);
    return rows.map((row) => ({
      traceId: row.trace_id,
      endMillis: row.end_millis,
      pinned: row.pinned === 1,
      body: row.body,
    }));
  }

  /** The text of one trace; undefined when the file does not hold it. */
  traceBody(traceId: string): string | undefined {
    return this.#database
      .prepare<[string], string>('SELECT body FROM trace WHERE trace_id = ?')
      .pluck()
      .get(traceId);
  }

  /** Those that have not expired, oldest first. */
  *rollUps(nowMillis: number): Iterable<RollUp> {
    const rows = this.#database
      .prepare<
        [number],
        { tier: number; start_millis: number; series: string; expires_millis: number; body: Buffer }
      >('SELECT * FROM roll_up WHERE expires_millis > ? ORDER BY tier, start_millis')
      .iterate(nowMillis);
    for (const row of rows) {
      yield {
        tier: row.tier,
        startMillis: row.start_millis,
        series: row.series,
        expiresMillis: row.expires_millis,
        body: row.body,
      };
    }
  }

  /** Removes at most `limit` of each kind that are over; answers how many went. Pinned traces stay. */
  expire(traceCutoffMillis: number, nowMillis: number, limit: number): number {
    const traces = this.#expireTraces.run(traceCutoffMillis, limit);
    const rollUps = this.#expireRollUps.run(nowMillis, limit);
    return traces.changes + rollUps.changes;
  }

  /** Removes the oldest traces, pinned ones last, or without any the roll-ups that expire next; answers how many went. */
  dropOldest(limit: number): number {
    const traces = this.#database
      .prepare(
        'DELETE FROM trace WHERE rowid IN (SELECT rowid FROM trace ORDER BY pinned, end_millis LIMIT ?)',
      )
      .run(limit);
    if (traces.changes > 0) return traces.changes;
    return this.#database
      .prepare(
        `DELETE FROM roll_up WHERE (tier, start_millis, series) IN
           (SELECT tier, start_millis, series FROM roll_up ORDER BY expires_millis LIMIT ?)`,
      )
      .run(limit).changes;
  }

  /** Bytes in use; freed pages are used again and do not count. */
  get usedBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
  }

  /** Bytes of the file itself. */
  get fileBytes(): number {
    return this.#pragma('page_count') * this.#pragma('page_size');
  }

  close(): void {
    this.#database.close();
  }

  #prepareFile(path: string): void {
    const version = this.#pragma('user_version');
    if (version > SCHEMA_VERSION) {
      throw new HistoryFileError(
        'newer',
        `${path} was written by a newer version (${version}, this one knows ${SCHEMA_VERSION})`,
      );
    }
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = NORMAL');
    this.#database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    if (version === SCHEMA_VERSION) return;
    this.#transaction(() => {
      this.#database.exec(SCHEMA);
      this.#database.pragma(`user_version = ${SCHEMA_VERSION}`);
    });
  }

  /** Written out: `transaction()` of better-sqlite3 would make a function for every call. */
  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #pragma(name: string): number {
    return Number(this.#database.pragma(name, { simple: true }));
  }
}

/** Renames a file that is of no use, with its log, to `<path>.damaged` or `<path>.newer`; the one set aside before goes. */
export function setAside(path: string, reason: HistoryFileError['reason']): string {
  const target = `${path}.${reason}`;
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(`${target}${suffix}`, { force: true });
    try {
      renameSync(`${path}${suffix}`, `${target}${suffix}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return target;
}

/** By SQLite's result code: the file is no database, is malformed, or its tables are not ours. */
export function isDamage(error: unknown): boolean {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string') return false;
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) return true;
  return code === 'SQLITE_ERROR' && /no such (table|column)|already exists/.test(String(message));
}
