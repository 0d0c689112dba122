import type { Database } from 'better-sqlite3';
import type { Marker } from '../query.ts';

/** In the history file and as chart markers; a month with several starts a day. */
export const MAX_RUNS = 500;
/** Heartbeats are at most so far apart, while the event loop is not held: the end of a killed process is known to this precision. */
export const BEAT_MILLIS = 2000;
/** Of the timer: half a second is left for one that is late, and for the write. */
export const BEAT_TIMER_MILLIS = BEAT_MILLIS - 500;
/** The same of processes of earlier versions, whose heartbeats came with other writes. */
const EARLIER_BEAT_MILLIS = 4000;

/** A process that wrote into the history file, or its part between two times in which the machine was suspended. */
export interface ProcessRun {
  /** In the order of their starts, independent of the wall clock. */
  readonly run: number;
  readonly pid: number;
  readonly startedMillis: number;
  /** Milliseconds since the machine's boot, as is `seenUptime`. */
  readonly startedUptime: number;
  /** Last heartbeat; for a process that noted its end, the time of that. */
  readonly seenMillis: number;
  readonly seenUptime: number;
  /** Undefined while it runs, or if it was killed. */
  readonly ended: RunEnd | undefined;
  /** Of a crash. */
  readonly cause: CrashCause | undefined;
  /** Identifies the boot of the machine or container; empty if the system does not say, undefined for runs of an earlier version, which noted stops only. */
  readonly boot: string | undefined;
  readonly version: string | undefined;
  /** The machine woke up: no start. */
  readonly resumed: boolean;
  /** From the start until a server listened; undefined before, or if that is not known. */
  readonly listenedAfterMillis?: number | undefined;
  /** Between two of its heartbeats at most; not needed to begin one. */
  readonly beatMillis?: number;
}

export interface CrashCause {
  /** The error or exit code. */
  readonly reason: string;
  readonly stack?: string | undefined;
}

export type RunEnd = 'stopped' | 'crashed' | 'slept';

/** One moment by two clocks, in milliseconds. */
export interface SeenAt {
  readonly wall: number;
  readonly uptime: number;
}

type RunRow = {
  run: number;
  pid: number;
  started_millis: number;
  started_uptime: number;
  seen_millis: number;
  seen_uptime: number;
  stopped: number;
  ended: RunEnd | null;
  reason: string | null;
  stack: string | null;
  boot: string | null;
  version: string | null;
  resumed: number;
  listened_after: number | null;
  beat_millis: number | null;
};
type MarkerRow = { at_millis: number; kind: string; label: string };

/** Of `process_run`, since its first version; one that is older leaves them empty. */
const ADDED_COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ['started_uptime', 'REAL NOT NULL DEFAULT 0'],
  ['seen_uptime', 'REAL NOT NULL DEFAULT 0'],
  ['ended', 'TEXT'],
  ['reason', 'TEXT'],
  ['stack', 'TEXT'],
  ['boot', 'TEXT'],
  ['version', 'TEXT'],
  ['resumed', 'INTEGER NOT NULL DEFAULT 0'],
  ['listened_after', 'REAL'],
  ['beat_millis', 'REAL'],
];

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
    // Another process may add them at the same time.
    if (this.#missing().length > 0)
      database
        .transaction(() => {
          for (const [name, type] of this.#missing())
            database.exec(`ALTER TABLE process_run ADD COLUMN ${name} ${type}`);
        })
        .immediate();
  }

  #missing(): typeof ADDED_COLUMNS {
    const known = this.#database
      .prepare<[], string>("SELECT name FROM pragma_table_info('process_run')")
      .pluck()
      .all();
    return ADDED_COLUMNS.filter(([name]) => !known.includes(name));
  }

  /** Inserts a process, whatever `run` says; returns its number. */
  begin(begun: ProcessRun): number {
    const added = this.#database
      .prepare(
        `INSERT INTO process_run (pid, started_millis, started_uptime, seen_millis, seen_uptime, stopped, boot, version, resumed, listened_after, beat_millis)
         VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
      )
      .run(
        begun.pid,
        begun.startedMillis,
        begun.startedUptime,
        begun.seenMillis,
        begun.seenUptime,
        begun.boot ?? null,
        begun.version ?? null,
        Number(begun.resumed),
        begun.listenedAfterMillis ?? null,
        BEAT_MILLIS,
      );
    return Number(added.lastInsertRowid);
  }

  listened(run: number, afterMillis: number): void {
    this.#database.prepare('UPDATE process_run SET listened_after = ? WHERE run = ?').run(afterMillis, run);
  }

  /** Returns false if the file does not contain it, because a new one replaced it. */
  seen(run: number, { wall, uptime }: SeenAt): boolean {
    const { changes } = this.#database
      .prepare('UPDATE process_run SET seen_millis = ?, seen_uptime = ? WHERE run = ?')
      .run(wall, uptime, run);
    return changes > 0;
  }

  end(run: number, { wall, uptime }: SeenAt, ended: RunEnd, cause?: CrashCause): void {
    this.#database
      .prepare(
        'UPDATE process_run SET seen_millis = ?, seen_uptime = ?, stopped = ?, ended = ?, reason = ?, stack = ? WHERE run = ?',
      )
      .run(
        wall,
        uptime,
        Number(ended === 'stopped'),
        ended,
        cause?.reason ?? null,
        cause?.stack ?? null,
        run,
      );
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
        startedUptime: row.started_uptime,
        seenMillis: row.seen_millis,
        seenUptime: row.seen_uptime,
        ended: row.ended ?? (row.stopped === 1 ? 'stopped' : undefined),
        cause: row.reason === null ? undefined : { reason: row.reason, stack: row.stack ?? undefined },
        boot: row.boot ?? undefined,
        version: row.version ?? undefined,
        resumed: row.resumed === 1,
        listenedAfterMillis: row.listened_after ?? undefined,
        beatMillis: row.beat_millis ?? EARLIER_BEAT_MILLIS,
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

  /** Keeps the newest `limit` of both, and of each of these kinds of markers the newest `ofKind`. */
  bound(limit: number, kinds: readonly Marker['kind'][], ofKind: number): void {
    for (const kind of kinds)
      this.#database
        .prepare(
          'DELETE FROM marker WHERE kind = @kind AND marker <= (SELECT marker FROM marker WHERE kind = @kind ORDER BY marker DESC LIMIT 1 OFFSET @ofKind)',
        )
        .run({ kind, ofKind });
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
