import type { Database, Statement } from 'better-sqlite3';

/** Being seen is written at most this often for each session. */
const SEEN_INTERVAL_MILLIS = 60_000;

/**
 * When each session was last seen: known at once, written behind the answer. A disk that is full, a file that is read-only or locked costs
 * nobody a page; what could not be written is tried again at the next sighting that is due.
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

  /** `writtenMillis` is what the row says. */
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
      // Reading never depends on a write; the next sighting tries again.
    }
  }
}
