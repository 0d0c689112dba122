import type { Database } from 'better-sqlite3';
import type { Marker } from '../query.ts';

/** A process that wrote into the history file. */
export interface ProcessRun {
  /** In the order of their starts, independent of the wall clock. */
  readonly run: number;
  readonly pid: number;
  readonly startedMillis: number;
  /** Last heartbeat; for a process that stopped, the time of its stop. */
  readonly seenMillis: number;
  readonly stopped: boolean;
}

type RunRow = { run: number; pid: number; started_millis: number; seen_millis: number; stopped: number };
type MarkerRow = { at_millis: number; kind: string; label: string };

/** Processes and markers in the history file. Each call is synchronous and short. */
export class RunTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS process_run (
        run INTEGER PRIMARY KEY AUTOINCREMENT,
        pid INTEGER NOT NULL,
        started_millis REAL NOT NULL,
        seen_millis REAL NOT NULL,
        stopped INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS marker (
        marker INTEGER PRIMARY KEY AUTOINCREMENT,
        at_millis REAL NOT NULL,
        kind TEXT NOT NULL,
        label TEXT NOT NULL
      ) STRICT;
    `);
  }

  /** Inserts a process; returns its number. */
  begin(pid: number, startedMillis: number, nowMillis: number): number {
    const added = this.#database
      .prepare('INSERT INTO process_run (pid, started_millis, seen_millis, stopped) VALUES (?, ?, ?, 0)')
      .run(pid, startedMillis, nowMillis);
    return Number(added.lastInsertRowid);
  }

  /** Returns false if the file does not contain it, because a new one replaced it. */
  seen(run: number, nowMillis: number, stopped: boolean): boolean {
    const { changes } = this.#database
      .prepare('UPDATE process_run SET seen_millis = ?, stopped = ? WHERE run = ?')
      .run(nowMillis, Number(stopped), run);
    return changes > 0;
  }

  /** The newest `limit`, oldest first. */
  runs(limit: number): readonly ProcessRun[] {
    return this.#database
      .prepare<[number], RunRow>('SELECT * FROM process_run ORDER BY run DESC LIMIT ?')
      .all(limit)
      .toReversed()
      .map((row) => ({
        run: row.run,
        pid: row.pid,
        startedMillis: row.started_millis,
        seenMillis: row.seen_millis,
        stopped: row.stopped === 1,
      }));
  }

  addMarker({ atMillis, kind, label }: Marker): void {
    this.#database
      .prepare('INSERT INTO marker (at_millis, kind, label) VALUES (?, ?, ?)')
      .run(atMillis, kind, label);
  }

  /** The newest `limit`, oldest first. */
  markers(limit: number): readonly Marker[] {
    return this.#database
      .prepare<[number], MarkerRow>('SELECT at_millis, kind, label FROM marker ORDER BY marker DESC LIMIT ?')
      .all(limit)
      .toReversed()
      .map((row) => ({ atMillis: row.at_millis, kind: row.kind as Marker['kind'], label: row.label }));
  }

  /** Keeps the newest `limit` of both, of which `events` events. */
  bound(limit: number, events: number): void {
    this.#database
      .prepare(
        `DELETE FROM marker WHERE kind = 'event' AND marker <= (SELECT marker FROM marker WHERE kind = 'event' ORDER BY marker DESC LIMIT 1 OFFSET ?)`,
      )
      .run(events);
    for (const [table, key] of [
      ['process_run', 'run'],
      ['marker', 'marker'],
    ])
      this.#database
        .prepare(
          `DELETE FROM ${table} WHERE ${key} <= (SELECT ${key} FROM ${table} ORDER BY ${key} DESC LIMIT 1 OFFSET ?)`,
        )
        .run(limit);
  }
}
