import type { Database } from 'better-sqlite3';
import type { CountsArchive, LostTime, RollUp } from '../aggregate/counts-archive.ts';
import { isSoundPacked, mergePackedAll } from '../aggregate/packed-bucket.ts';
import { alignDown, FIRST_KEPT_TIER, TIERS } from '../aggregate/tiers.ts';
import type { TimeRange } from '../query.ts';
import { contains } from '../base/time-range.ts';
import {
  type HeartbeatRun,
  isOwnerGone,
  lostUntil,
  type RollUpOwner,
  RollUpOwners,
} from './roll-up-owners.ts';
import { type CountRow, RollUpTable } from './roll-up-table.ts';
import { fromVersion1 } from './version-1-buckets.ts';

/** Owner of rows from files of version 1. */
const VERSION_1_PROCESS = 'version-1';

type Visit = (rollUp: Pick<RollUp, 'startMillis' | 'series' | 'body'>) => void;

/**
 * Counts of all processes in the history file. Each process writes only its own closed buckets; for another running process, exactly what it
 * counted up to its last heartbeat is read, with coarse buckets derived from finer ones. Every call is synchronous and short.
 */
export class RollUpArchive implements CountsArchive {
  readonly table: RollUpTable;
  readonly #database: Database;
  readonly #processId: string;
  readonly #owners: RollUpOwners;
  readonly #isGone: (owner: RollUpOwner, nowMillis: number) => boolean;
  #version = -1;
  /** How far other processes had counted at the last check. */
  #othersMillis = new Map<string, number>();

  /** @param isGone Returns true if the process of an unfinished owner no longer exists. */
  constructor(
    database: Database,
    processId: string,
    days: number,
    isGone: (owner: RollUpOwner, nowMillis: number) => boolean = isOwnerGone,
  ) {
    this.#database = database;
    this.#isGone = isGone;
    this.#processId = processId;
    this.table = new RollUpTable(database, days);
    this.#owners = new RollUpOwners(database);
  }

  /** Creates its tables and imports the counts of version 1 of the file. Call it within a transaction. */
  static prepare(database: Database): void {
    database.exec(`
      ${RollUpOwners.SCHEMA}
      ${RollUpTable.SCHEMA}
      CREATE TABLE IF NOT EXISTS count_lost (
        from_millis REAL NOT NULL, to_millis REAL NOT NULL, reason TEXT NOT NULL
      ) STRICT;
    `);
    const isOld = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'roll_up'`).get() !== undefined;
    if (isOld) new RollUpArchive(database, VERSION_1_PROCESS, Infinity).#takeOver();
  }

  oldestMillis(): number | undefined {
    return this.table.oldestMillis;
  }

  save({ tier, startMillis, owner, series, body }: RollUp, nowMillis: number): void {
    this.table.save(tier, { key: series, startMillis, owner: this.#owners.idOf(owner, nowMillis), body });
  }

  /** Records that this process is alive, that everything it counted before `completeMillis` is written, and that `owner` is counting now. */
  see(owner: string, completeMillis: number, nowMillis: number): void {
    this.#owners.idOf(owner, nowMillis);
    this.#owners.see(owner, completeMillis, nowMillis);
  }

  /** Everything of this process is written; nothing follows. */
  end(): void {
    this.#owners.end(this.#processId, 'ended');
  }

  /**
   * Completes the counts of killed processes: derives their coarse buckets from finer ones and records what is lost.
   * @param runs Until when each lived, oldest first.
   */
  repair(nowMillis: number, runs: readonly HeartbeatRun[]): void {
    for (const owner of this.#foreign()) {
      if (!this.#isGone(owner, nowMillis)) continue;
      const { id, completeMillis } = owner;
      const untilMillis = lostUntil(owner, runs);
      for (let tier = FIRST_KEPT_TIER; tier < TIERS.length; tier++) {
        const { widthMillis } = TIERS[tier]!;
        // Slots still open at its last heartbeat may be incomplete.
        const fromMillis = alignDown(completeMillis, widthMillis);
        this.table.deleteOf(id, tier, fromMillis);
        if (tier > FIRST_KEPT_TIER) this.#derive(id, tier, { fromMillis, toMillis: Infinity });
      }
      this.#database
        .prepare(`INSERT INTO count_lost (from_millis, to_millis, reason) VALUES (?, ?, 'killed')`)
        .run(completeMillis, nowMillis > completeMillis ? Math.min(untilMillis, nowMillis) : untilMillis);
      this.#owners.end(owner.processId, 'killed');
    }
    this.#owners.prune();
    this.#database.prepare('DELETE FROM count_lost WHERE to_millis < ?').run(this.table.keptFrom(nowMillis));
  }

  /** Derives a tier's rows of an owner from those of the next finer tier. */
  #derive(owner: number, tier: number, range: TimeRange): void {
    const { widthMillis } = TIERS[tier]!;
    const groups = Map.groupBy(this.table.rowsOf(owner, tier - 1, range), ({ key, startMillis }) =>
      JSON.stringify([key, alignDown(startMillis, widthMillis)]),
    );
    for (const [name, rows] of groups) {
      const [key, startMillis] = JSON.parse(name) as [string, number];
      const body = mergePackedAll(rows.map((row) => row.body));
      this.table.save(tier, { key, startMillis, owner, body });
    }
  }

  read(
    tier: number,
    range: TimeRange,
    { series, others = false }: { readonly series?: string; readonly others?: boolean },
    visit: Visit,
  ): void {
    const owners = new Map(this.#owners.all().map((owner) => [owner.id, owner]));
    const { widthMillis } = TIERS[tier]!;
    for (const row of this.table.rows(tier, range, series)) {
      const owner = owners.get(row.owner);
      if (owner === undefined || (others && owner.processId === this.#processId)) continue;
      if (this.#isForeign(owner) && row.startMillis + widthMillis > owner.completeMillis) continue;
      give(row, row.startMillis, visit);
    }
    for (const owner of owners.values()) {
      const startMillis = alignDown(owner.completeMillis, widthMillis);
      if (this.#isForeign(owner) && contains(range, startMillis))
        this.#readOpen(owner, tier, startMillis, (row) => {
          if ((series ?? row.key) === row.key) give(row, startMillis, visit);
        });
    }
  }

  starts(tier: number): Iterable<number> {
    const own = this.#owners.all().filter(({ processId }) => processId === this.#processId);
    const closed = this.table.startsBut(
      own.map(({ id }) => id),
      tier,
    );
    const { widthMillis } = TIERS[tier]!;
    const open = this.#foreign().map(({ completeMillis }) => alignDown(completeMillis, widthMillis));
    return [...new Set([...closed, ...open])].sort((a, b) => b - a);
  }

  missing(tier: number, { fromMillis, toMillis }: TimeRange): readonly TimeRange[] {
    const gone = this.table.goneBefore(tier);
    return gone > fromMillis ? [{ fromMillis, toMillis: Math.min(gone, toMillis) }] : [];
  }

  lost({ fromMillis, toMillis }: TimeRange): readonly LostTime[] {
    return this.#database
      .prepare<[number, number], LostTime>(
        `SELECT from_millis AS fromMillis, to_millis AS toMillis, reason FROM count_lost
         WHERE to_millis > ? AND from_millis < ? ORDER BY from_millis`,
      )
      .all(fromMillis, toMillis);
  }

  changed(): TimeRange | undefined {
    const version = Number(this.#database.pragma('data_version', { simple: true }));
    if (version === this.#version) return undefined;
    this.#version = version;
    this.#owners.forget();
    let fromMillis = Infinity;
    let toMillis = -Infinity;
    for (const { name, completeMillis, processId } of this.#owners.all()) {
      const before = this.#othersMillis.get(name) ?? 0;
      if (processId === this.#processId || before === completeMillis) continue;
      this.#othersMillis.set(name, completeMillis);
      fromMillis = Math.min(fromMillis, before);
      toMillis = Math.max(toMillis, completeMillis);
    }
    return toMillis > fromMillis ? { fromMillis, toMillis } : undefined;
  }

  /** Counts of version 1 had no owner and no expiry. */
  #takeOver(): void {
    const owner = this.#owners.idOf(`${VERSION_1_PROCESS}.0`, 0);
    const rows = this.#database
      .prepare<[], { tier: number; key: string; startMillis: number; body: Uint8Array }>(
        'SELECT tier, series AS key, start_millis AS startMillis, body FROM roll_up',
      )
      .all();
    for (const { tier, key, startMillis, body } of rows) {
      const repacked = fromVersion1(body);
      if (repacked !== undefined) this.table.save(tier, { key, startMillis, owner, body: repacked });
    }
    this.#derive(owner, TIERS.length - 1, { fromMillis: 0, toMillis: Infinity });
    if (rows.length > 0) this.table.beginAtOldest();
    this.end();
    this.#database.exec('DROP TABLE roll_up');
  }

  /** Another process's counts in a bucket that was open at its last heartbeat. */
  #readOpen(owner: RollUpOwner, tier: number, startMillis: number, visit: (row: CountRow) => void): void {
    if (tier <= FIRST_KEPT_TIER) return;
    const { widthMillis } = TIERS[tier - 1]!;
    const lastMillis = alignDown(owner.completeMillis, widthMillis);
    const closed = { fromMillis: startMillis, toMillis: lastMillis };
    for (const row of this.table.rowsOf(owner.id, tier - 1, closed)) visit(row);
    this.#readOpen(owner, tier - 1, lastMillis, visit);
  }

  #foreign(): readonly RollUpOwner[] {
    return this.#owners.all().filter((owner) => this.#isForeign(owner));
  }

  /** Another process that has not ended. */
  #isForeign({ state, processId }: RollUpOwner): boolean {
    return state === 'open' && processId !== this.#processId;
  }
}

/** Skips a damaged row. */
function give({ key, body }: CountRow, startMillis: number, visit: Visit): void {
  if (isSoundPacked(body)) visit({ startMillis, series: key, body });
}
