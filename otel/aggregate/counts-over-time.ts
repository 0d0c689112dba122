import type { TimeRange } from '../query.ts';
import { contains } from '../base/time-range.ts';
import type { CountsArchive, LostTime, RollUp } from './counts-archive.ts';
import { inAll } from './gaps.ts';
import { mergePacked } from './packed-bucket.ts';
import type { RedBucket } from './red-bucket.ts';
import type { RollUpQueue } from './roll-ups.ts';
import { OTHERS, slotOfOthers } from './others-slot.ts';
import { Slot } from './slot.ts';
import { TierLog } from './tier-log.ts';
import type { TieredSeries } from './tiered-series.ts';
import { alignDown, FIRST_KEPT_TIER, TIERS, type Tier } from './tiers.ts';

/** Called with the start of each bucket and a function that adds the bucket to a target. */
export type OnBucket = (startMillis: number, mergeInto: (target: RedBucket) => void) => void;

export interface SeriesTargets {
  readonly wanted: readonly TieredSeries[];
  /** Undefined for a series to skip. */
  targetOf(number: number): RedBucket | undefined;
  /** Number of a series on disk. */
  numberOf(key: string): number | undefined;
}

/**
 * All series in every tier: open buckets, closed slots in memory, and what is on disk of this and other processes. Reading adds up all three and
 * counts each operation once: a time that memory has dropped is read from disk only.
 */
export class CountsOverTime {
  readonly #tiers: readonly Tier[];
  readonly #logs: readonly TierLog[];
  readonly #starts: number[];
  /** Series with a count in their open bucket of a tier. */
  readonly #active: TieredSeries[][];
  readonly #queue: RollUpQueue;
  #archive: CountsArchive | undefined;

  /**
   * @param queue Receives every closed slot of this process.
   * @param tiers Bounds other than those of `TIERS`, for tests.
   */
  constructor(queue: RollUpQueue, tiers: readonly Tier[] = TIERS) {
    this.#queue = queue;
    this.#tiers = tiers;
    this.#logs = tiers.map((tier) => new TierLog(tier));
    this.#starts = tiers.map(() => 0);
    this.#active = tiers.map(() => []);
  }

  /** Bytes of closed slots, estimated. */
  get bytes(): number {
    return this.#logs.reduce((sum, log) => sum + log.bytes, 0);
  }

  /** Buckets of a tier before this were dropped from memory at its byte bound; undefined if none were. */
  takenBeforeMillis(tier: number): number | undefined {
    return this.#logs[tier]!.takenBeforeMillis;
  }

  /** Moves the delta of a series into the open second, also in its type's totals. */
  absorb(series: TieredSeries): void {
    for (const each of series.totals === undefined ? [series] : [series, series.totals]) {
      const open = each.open(0);
      if (open.isEmpty) this.#active[0]!.push(each);
      open.merge(series.delta);
      each.total.merge(series.delta);
    }
    series.delta.reset();
  }

  /** Closes every bucket that ended before this second, and drops expired ones. */
  advance(secondMillis: number): void {
    for (let tier = 0; tier < this.#tiers.length; tier++) {
      const startMillis = alignDown(secondMillis, this.#tiers[tier]!.widthMillis);
      if (startMillis === this.#starts[tier]) break;
      this.#close(tier);
      this.#starts[tier] = startMillis;
    }
    for (const [tier, log] of this.#logs.entries()) {
      // What the coarsest tier no longer keeps, no tier does.
      const isShared = tier >= FIRST_KEPT_TIER && tier < this.#tiers.length - 1;
      log.expire(secondMillis, isShared && this.#archive !== undefined);
    }
  }

  /** Closes all buckets early, for a stop or after a clock step. Later counts have another owner. */
  closeAll(): void {
    for (let tier = 0; tier < this.#tiers.length; tier++) this.#close(tier);
    this.#queue.nextOwner();
  }

  /** Start of the open buckets of a tier. */
  openMillis(tier: number): number {
    return this.#starts[tier]!;
  }

  /** Records that an operation counted at that time was kept. */
  addKept(series: TieredSeries, atMillis: number): void {
    for (let tier = 0; tier < this.#tiers.length; tier++) {
      const startMillis = alignDown(atMillis, this.#tiers[tier]!.widthMillis);
      if (startMillis === this.#starts[tier]) {
        const open = series.open(tier);
        if (open.isEmpty) this.#active[tier]!.push(series);
        open.kept++;
        return;
      }
      const slot = this.#logs[tier]!.find(
        startMillis,
        (each) => each.owner !== OTHERS && each.has(series.number),
      );
      if (slot?.addKept(series.number, 1) === true) this.#queue.add(tier, slot, series.number);
    }
  }

  /** Visits the buckets of one series that begin in a range. */
  read(series: TieredSeries, tier: number, range: TimeRange, visit: OnBucket): void {
    const { inMemory, onDisk } = this.#divide(tier, range);
    for (const part of onDisk)
      this.#readDisk(tier, part, series.key, ({ startMillis, body }) =>
        visit(startMillis, (target) => mergePacked(target, body, 0, body.length)),
      );
    for (const part of inMemory)
      for (const slot of this.#logs[tier]!.within(part))
        visit(slot.startMillis, (target) => slot.mergeInto(series.number, target));
    const startMillis = this.#starts[tier]!;
    if (contains(range, startMillis)) visit(startMillis, (target) => series.mergeOpen(tier, target));
  }

  /** The same for many series at once, added up. */
  readAll(tier: number, range: TimeRange, { wanted, targetOf, numberOf }: SeriesTargets): void {
    const { inMemory, onDisk } = this.#divide(tier, range);
    for (const part of onDisk)
      this.#readDisk(tier, part, undefined, ({ series, body }) => {
        const number = numberOf(series);
        const target = number === undefined ? undefined : targetOf(number);
        if (target !== undefined) mergePacked(target, body, 0, body.length);
      });
    for (const part of inMemory) for (const slot of this.#logs[tier]!.within(part)) addUp(slot, targetOf);
    if (!contains(range, this.#starts[tier]!)) return;
    for (const series of wanted) series.mergeOpen(tier, targetOf(series.number)!);
  }

  /** Parts of a range that a tier holds neither in memory nor on disk. */
  missing(tier: number, range: TimeRange): readonly TimeRange[] {
    const inMemory = this.#logs[tier]!.gaps.within(range);
    if (inMemory.length === 0 || this.#archive === undefined || tier < FIRST_KEPT_TIER) return inMemory;
    const onDisk = [...this.#archive.missing(tier, range), ...this.#queue.lost(tier).within(range)];
    return inAll([inMemory, onDisk]);
  }

  /** Queues what was closed before the queue was opened. */
  queueHeld(): void {
    for (let tier = FIRST_KEPT_TIER; tier < this.#tiers.length; tier++)
      for (const slot of this.#logs[tier]!.within({ fromMillis: -Infinity, toMillis: Infinity }))
        this.#queue.add(tier, slot);
  }

  /** Ranges with counts that are lost for good. */
  lost(range: TimeRange): readonly LostTime[] {
    return this.#archive?.lost(range) ?? [];
  }

  /** Reads counts back from disk, newest first, as much of each tier as memory may hold. Call it before traffic. */
  restore(
    archive: CountsArchive,
    nowMillis: number,
    numberOf: (key: string) => TieredSeries | undefined,
  ): void {
    this.#archive = archive;
    archive.changed();
    if (archive.oldestMillis() === undefined) return;
    // Counts may be of a time to come, if the clock was set back since.
    const [newest = -Infinity] = archive.starts(FIRST_KEPT_TIER);
    const known = Math.max(nowMillis, newest + this.#tiers[FIRST_KEPT_TIER]!.widthMillis);
    for (let tier = 0; tier < FIRST_KEPT_TIER; tier++) this.#logs[tier]!.gaps.addBefore(known);
    for (let tier = FIRST_KEPT_TIER; tier < this.#tiers.length; tier++)
      this.#restoreTier(tier, archive, numberOf);
  }

  /** Reads what other processes have written since the previous call. */
  refresh(seriesOf: (key: string) => TieredSeries | undefined): void {
    const changed = this.#archive?.changed();
    if (changed === undefined) return;
    // Other processes do not write the finest tier.
    for (let tier = 0; tier < FIRST_KEPT_TIER; tier++) this.#logs[tier]!.gaps.addBefore(changed.toMillis);
    for (let tier = FIRST_KEPT_TIER; tier < this.#tiers.length; tier++) {
      const log = this.#logs[tier]!;
      for (const startMillis of this.#archive!.starts(tier)) {
        if (startMillis + this.#tiers[tier]!.widthMillis <= changed.fromMillis) break;
        log.forget(startMillis, OTHERS);
        if (startMillis >= log.gaps.beforeMillis)
          log.add(slotOfOthers(this.#archive!, tier, this.#spanOf(tier, startMillis), seriesOf));
      }
    }
  }

  #restoreTier(
    tier: number,
    archive: CountsArchive,
    numberOf: (key: string) => TieredSeries | undefined,
  ): void {
    const log = this.#logs[tier]!;
    const slots: Slot[] = [];
    let bytes = 0;
    let restMillis: number | undefined;
    for (const startMillis of archive.starts(tier)) {
      const slot = slotOfOthers(archive, tier, this.#spanOf(tier, startMillis), numberOf);
      bytes += slot.bytes;
      if (bytes > this.#tiers[tier]!.maxBytes) {
        restMillis = slot.endMillis;
        break;
      }
      slots.push(slot);
    }
    for (const slot of slots.toReversed()) log.add(slot);
    if (restMillis !== undefined) log.gaps.addBefore(restMillis);
    for (const gone of archive.missing(tier, { fromMillis: 0, toMillis: Infinity }))
      log.gaps.addBefore(gone.toMillis);
  }

  /** Reads all processes; what is queued counts as written. */
  #readDisk(
    tier: number,
    range: TimeRange,
    series: string | undefined,
    visit: (rollUp: Pick<RollUp, 'startMillis' | 'series' | 'body'>) => void,
  ): void {
    this.#archive!.read(tier, range, series === undefined ? {} : { series }, visit);
    for (const rollUp of this.#queue.unwritten())
      if (
        rollUp.tier === tier &&
        contains(range, rollUp.startMillis) &&
        (series ?? rollUp.series) === rollUp.series
      )
        visit(rollUp);
  }

  #spanOf(tier: number, fromMillis: number): TimeRange {
    return { fromMillis, toMillis: fromMillis + this.#tiers[tier]!.widthMillis };
  }

  #close(tier: number): void {
    const active = this.#active[tier]!;
    if (active.length === 0) return;
    const next = tier + 1 < this.#tiers.length ? tier + 1 : undefined;
    active.sort((a, b) => a.number - b.number);
    const slot = new Slot(
      this.#spanOf(tier, this.#starts[tier]!),
      this.#queue.owner,
      active.map((series) => [series.number, series.open(tier)]),
    );
    for (const series of active) {
      const open = series.open(tier);
      if (next !== undefined) {
        const coarser = series.open(next);
        if (coarser.isEmpty) this.#active[next]!.push(series);
        coarser.merge(open);
      }
      open.reset();
    }
    this.#active[tier] = [];
    this.#logs[tier]!.add(slot);
    this.#queue.add(tier, slot);
  }

  /** Splits a range into what is read from memory and what from disk only. */
  #divide(tier: number, range: TimeRange): { inMemory: readonly TimeRange[]; onDisk: readonly TimeRange[] } {
    if (this.#archive === undefined || tier < FIRST_KEPT_TIER) return { inMemory: [range], onDisk: [] };
    const { gaps } = this.#logs[tier]!;
    return { inMemory: gaps.outside(range), onDisk: gaps.within(range) };
  }
}

function addUp(slot: Slot, targetOf: SeriesTargets['targetOf']): void {
  const numbers = slot.series();
  for (let at = 0; at < numbers.length; at++) {
    const target = targetOf(numbers[at]!);
    if (target !== undefined) slot.mergeAt(at, target);
  }
}
