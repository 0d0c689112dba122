import { hostname } from 'node:os';
import type { Database, Statement } from 'better-sqlite3';
import type { Signal, StoredExport } from '../base/export-storage.ts';
import { isOwnerGone } from './roll-up-owners.ts';

export interface SignalTotals {
  readonly signal: Signal;
  readonly items: number;
  readonly bytes: number;
  readonly oldestMillis: number;
}

interface DroppedExport {
  readonly signal: Signal;
  readonly items: number;
  readonly bytes: number;
}

interface Row {
  readonly id: number;
  readonly signal: Signal;
  readonly items: number;
  readonly mustKeep: number;
  readonly mediaType: string;
  readonly traceIds: string;
  readonly body: Uint8Array;
}

interface Owner {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly seenMillis: number;
}

/** Exports that wait for their receiver, each with the process that sends it. The body is the last column: reading the others does not read it. */
export class WaitingExportTable {
  readonly #insert: Statement<
    [string, string, number, string, number, number, number, number, string, string, Uint8Array]
  >;
  readonly #oldest: Statement<[string, string], Row>;
  readonly #remove: Statement<[number]>;
  readonly #replace: Statement<[number, number, Uint8Array, number]>;
  readonly #totals: Statement<[string], SignalTotals>;
  readonly #allBytes: Statement<[], { readonly bytes: number }>;
  readonly #first: Statement<[string], DroppedExport & { readonly id: number }>;
  readonly #owners: Statement<[string], Owner>;
  readonly #adopt: Statement<[string, number, string, string]>;

  constructor(database: Database) {
    database.exec(`CREATE TABLE IF NOT EXISTS waiting_export (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      signal TEXT NOT NULL,
      owner TEXT NOT NULL,
      pid INTEGER NOT NULL,
      host TEXT NOT NULL,
      at_millis REAL NOT NULL,
      items INTEGER NOT NULL,
      must_keep INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      media_type TEXT NOT NULL,
      trace_ids TEXT NOT NULL,
      body BLOB NOT NULL
    ) STRICT`);
    this.#insert = database.prepare(
      `INSERT INTO waiting_export
         (signal, owner, pid, host, at_millis, items, must_keep, bytes, media_type, trace_ids, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#oldest = database.prepare(
      `SELECT id, signal, items, must_keep AS mustKeep, media_type AS mediaType, trace_ids AS traceIds, body
       FROM waiting_export WHERE owner = ? AND signal = ? ORDER BY id LIMIT 1`,
    );
    this.#remove = database.prepare('DELETE FROM waiting_export WHERE id = ?');
    this.#replace = database.prepare('UPDATE waiting_export SET items = ?, bytes = ?, body = ? WHERE id = ?');
    this.#totals = database.prepare(
      `SELECT signal, sum(items) AS items, sum(bytes) AS bytes, min(at_millis) AS oldestMillis
       FROM waiting_export WHERE owner = ? GROUP BY signal`,
    );
    this.#allBytes = database.prepare('SELECT coalesce(sum(bytes), 0) AS bytes FROM waiting_export');
    this.#first = database.prepare(
      'SELECT id, signal, items, bytes FROM waiting_export WHERE owner = ? ORDER BY must_keep, id LIMIT 1',
    );
    this.#owners = database.prepare(
      `SELECT owner, pid, host, max(at_millis) AS seenMillis FROM waiting_export WHERE owner <> ? GROUP BY owner`,
    );
    this.#adopt = database.prepare('UPDATE waiting_export SET owner = ?, pid = ?, host = ? WHERE owner = ?');
  }

  /** Bytes of all processes. */
  get bytes(): number {
    return this.#allBytes.get()?.bytes ?? 0;
  }

  put(
    owner: string,
    { signal, items, isMustKeep, mediaType, traceIds, body }: StoredExport,
    nowMillis: number,
  ): void {
    this.#insert.run(
      signal,
      owner,
      process.pid,
      hostname(),
      nowMillis,
      items,
      isMustKeep ? 1 : 0,
      body.length,
      mediaType,
      traceIds.join(' '),
      body,
    );
  }

  oldest(owner: string, signal: Signal): (StoredExport & { readonly id: number }) | undefined {
    const row = this.#oldest.get(owner, signal);
    if (row === undefined) return undefined;
    const { mustKeep, traceIds, ...others } = row;
    return { ...others, isMustKeep: mustKeep === 1, traceIds: traceIds === '' ? [] : traceIds.split(' ') };
  }

  remove(id: number): void {
    this.#remove.run(id);
  }

  replace(id: number, { items, body }: Pick<StoredExport, 'body' | 'items'>): void {
    this.#replace.run(items, body.length, body, id);
  }

  totals(owner: string): readonly SignalTotals[] {
    return this.#totals.all(owner);
  }

  /** Removes the oldest that is not must-keep, or the oldest; undefined if there is none. */
  dropOldest(owner: string): DroppedExport | undefined {
    const first = this.#first.get(owner);
    if (first !== undefined) this.#remove.run(first.id);
    return first;
  }

  /** Processes other than `owner` that left exports and are gone. */
  left(owner: string, nowMillis: number, isGone = isOwnerGone): readonly string[] {
    return this.#owners
      .all(owner)
      .filter((other) => isGone(other, nowMillis))
      .map((other) => other.owner);
  }

  /** Takes over the exports of another process. */
  adopt(owner: string, from: string): void {
    this.#adopt.run(owner, process.pid, hostname(), from);
  }
}
