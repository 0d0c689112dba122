import type { Database, Statement } from 'better-sqlite3';

/** The last-seen time of a session is written at most this often. */
const SEEN_INTERVAL_MILLIS = 60_000;

/**
 * Tracks when each session was last seen: in memory at once, on disk after the response. A full disk or a locked or read-only file
 * does not fail a page; a failed write is retried at the next sighting that is due.
 */
export class SessionSightings {
  readonly #write: Statement<[number, string]>;
  readonly #unwritten = new Map<string, number>();
  #isScheduled = false;

  constructor(database: Database) {
    this.#write = database.prepare(
      'UPDATE sessions SET last_seen_at = max(last_seen_at, ?) WHERE token_hash = ?',
    );
  }

  /** `writtenMillis` is the time stored in the row. */
  lastSeen(id: string, writtenMillis: number): number {
    return Math.max(writtenMillis, this.#unwritten.get(id) ?? writtenMillis);
  }

  note(id: string, writtenMillis: number, now: number): void {
    if (now - this.lastSeen(id, writtenMillis) < SEEN_INTERVAL_MILLIS) return;
    this.#unwritten.set(id, now);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#writeAll()).unref();
  }

  #writeAll(): void {
    this.#isScheduled = false;
    try {
      for (const [id, millis] of this.#unwritten) {
        this.#write.run(millis, id);
        this.#unwritten.delete(id);
      }
    } catch {
      // A read must not fail because of a write; the next sighting retries.
    }
  }
}
