import { hostname } from 'node:os';
import type { Database, Statement } from 'better-sqlite3';
import { isProcessAlive } from './process-alive.ts';
import { BEAT_MILLIS, type ProcessRun } from './run-table.ts';

/** How long a process may have lived after its last heartbeat: two write intervals. */
const SILENT_MILLIS = 10_000;
/** The same by heartbeats of its process: the next one may be late by one. */
const SILENT_BEATS = 2;

/** What tells until when a process lived. */
export type HeartbeatRun = Pick<ProcessRun, 'pid' | 'startedMillis' | 'seenMillis' | 'ended'>;

export interface RollUpOwner {
  readonly id: number;
  readonly name: string;
  readonly processId: string;
  readonly pid: number;
  readonly host: string;
  /** Everything it counted before this is in the file. */
  readonly completeMillis: number;
  /** Time of its last write. */
  readonly seenMillis: number;
  readonly state: 'open' | 'ended' | 'killed';
}

/** Owners of counts: each process, and each run of its clock, writes its own rows, so that none overwrites another's. */
export class RollUpOwners {
  static readonly SCHEMA = `
    CREATE TABLE IF NOT EXISTS count_owner (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      process_id TEXT NOT NULL,
      pid INTEGER NOT NULL,
      host TEXT NOT NULL,
      complete_millis REAL NOT NULL,
      seen_millis REAL NOT NULL,
      state TEXT NOT NULL
    ) STRICT;
  `;
  readonly #all: Statement<[], RollUpOwner>;
  readonly #insert: Statement<[string, string, number, string, number, number]>;
  readonly #see: Statement<[number, number, string]>;
  readonly #endEarlier: Statement<[string, string]>;
  readonly #end: Statement<[string, string]>;
  readonly #prune: Statement<[]>;
  readonly #ids = new Map<string, number>();
  #known: readonly RollUpOwner[] | undefined;

  constructor(database: Database) {
    this.#all = database.prepare(
      `SELECT id, name, process_id AS processId, pid, host, complete_millis AS completeMillis,
         seen_millis AS seenMillis, state FROM count_owner`,
    );
    this.#insert = database.prepare(
      `INSERT INTO count_owner (name, process_id, pid, host, complete_millis, seen_millis, state)
       VALUES (?, ?, ?, ?, ?, ?, 'open') ON CONFLICT (name) DO NOTHING`,
    );
    this.#see = database.prepare(
      `UPDATE count_owner SET complete_millis = max(complete_millis, ?), seen_millis = ?, state = 'open' WHERE name = ?`,
    );
    this.#endEarlier = database.prepare(
      `UPDATE count_owner SET state = 'ended' WHERE process_id = ? AND name <> ? AND state <> 'ended'`,
    );
    this.#end = database.prepare('UPDATE count_owner SET state = ? WHERE process_id = ?');
    this.#prune = database.prepare(
      `DELETE FROM count_owner WHERE state <> 'open' AND id NOT IN (SELECT owner FROM count)`,
    );
  }

  /** As of the last `forget`, plus what this process recorded since: a start asks for each slot. */
  all(): readonly RollUpOwner[] {
    return (this.#known ??= this.#all.all());
  }

  /** Reads the owners again next time, because another process may have written. */
  forget(): void {
    this.#known = undefined;
  }

  /** Its id in the file, created if it is new. */
  idOf(name: string, nowMillis: number): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    this.#insert.run(name, processIdOf(name), process.pid, hostname(), -1, nowMillis);
    this.forget();
    for (const owner of this.all()) this.#ids.set(owner.name, owner.id);
    return this.#ids.get(name)!;
  }

  /** Records that it counts now and that everything before `completeMillis` is written: earlier runs of its clock have ended. */
  see(name: string, completeMillis: number, nowMillis: number): void {
    this.#see.run(completeMillis, nowMillis, name);
    this.#endEarlier.run(processIdOf(name), name);
    this.forget();
  }

  end(processId: string, state: 'ended' | 'killed'): void {
    this.#end.run(state, processId);
    this.forget();
  }

  /** Removes ended owners without counts: each start adds one. */
  prune(): void {
    this.#prune.run();
    this.forget();
  }
}

/** `name` is the process's id and the number of the run of its clock. */
export function processIdOf(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}

/**
 * Latest time up to which it may have counted what is not in the file: by its own last write, or, where its process wrote a heartbeat since, by that
 * one, which comes more often. One that noted its end counted nothing after it.
 */
export function lostUntil(
  { pid, seenMillis: wroteMillis }: Pick<RollUpOwner, 'pid' | 'seenMillis'>,
  runs: readonly HeartbeatRun[] = [],
): number {
  const latest = wroteMillis + SILENT_MILLIS;
  // A heartbeat before its last write would be by another clock.
  const run = runs.findLast(
    (each) =>
      each.pid === pid && each.startedMillis <= wroteMillis && each.seenMillis >= wroteMillis - BEAT_MILLIS,
  );
  if (run === undefined) return latest;
  const isNoted = run.ended === 'stopped' || run.ended === 'crashed';
  return Math.min(latest, Math.max(wroteMillis, run.seenMillis) + (isNoted ? 0 : SILENT_BEATS * BEAT_MILLIS));
}

/** Returns true if a process that did not sign off can be gone: pids are reused, in a container at every start. */
export function isOwnerGone(
  { pid, host, seenMillis }: Pick<RollUpOwner, 'pid' | 'host' | 'seenMillis'>,
  nowMillis: number,
): boolean {
  if (host !== hostname()) return Math.abs(nowMillis - seenMillis) > 6 * SILENT_MILLIS;
  return pid === process.pid || !isProcessAlive(pid);
}
