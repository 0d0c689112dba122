import { OPERATION_TYPES, type OperationType } from '../query.ts';
import type { ClosedBucket } from './closed-bucket.ts';
import { type TieredSeries, TIERS } from './tiers.ts';

/** The finest tier lasts five minutes: writing every second of every series to disk for that is not worth its noise. */
const FIRST_KEPT_TIER = 1;
const MINUTE_TIER = 2;
const HOUR_TIER = 3;
/** Roll-ups that may wait for the disk, a few MB; beyond them the oldest are lost to it. */
const MAX_WAITING = 20_000;

/** One bucket of one series, packed. */
export interface RollUp {
  readonly tier: number;
  readonly startMillis: number;
  readonly series: string;
  /** When its tier lets it go. */
  readonly expiresMillis: number;
  readonly body: Uint8Array;
}

export interface RollUpSource {
  /** At most `max` buckets that were not handed over yet; one with the same tier, start and series replaces the one before. */
  takeClosed(max: number): readonly RollUp[];
  /** The rest, with every bucket that is still open: for a stop. */
  takeAll(): readonly RollUp[];
  /** Takes back what earlier processes handed over, oldest first within a tier. Call it before traffic. */
  restore(rollUps: Iterable<RollUp>): void;
}

/** Names a series on disk: its type alone for a type's totals. */
export function rollUpKey(type: OperationType, name?: string): string {
  return name === undefined ? type : `${type} ${name}`;
}

/** Undefined for a key that no version of ours wrote. */
export function readRollUpKey(
  key: string,
): { readonly type: OperationType; readonly name: string | undefined } | undefined {
  const space = key.indexOf(' ');
  const type = OPERATION_TYPES.find((known) => known === (space < 0 ? key : key.slice(0, space)));
  return type && { type, name: space < 0 ? undefined : key.slice(space + 1) };
}

/** The open buckets of a series as roll-ups. */
export function openRollUps(series: TieredSeries): RollUp[] {
  return TIERS.flatMap((_, tier) => {
    const bucket = tier < FIRST_KEPT_TIER ? undefined : series.openBucket(tier);
    return bucket === undefined ? [] : [rollUpOf(tier, series, bucket)];
  });
}

/** Closed buckets on their way to the disk; nothing is queued before it is opened. */
export class RollUpQueue {
  #waiting: RollUp[] | undefined;
  #lost = 0;

  /** Roll-ups that went because the disk did not keep up. */
  get lost(): number {
    return this.#lost;
  }

  open(): void {
    this.#waiting ??= [];
  }

  add(tier: number, series: TieredSeries, bucket: ClosedBucket): void {
    if (this.#waiting === undefined || tier < FIRST_KEPT_TIER) return;
    this.#push(this.#waiting, rollUpOf(tier, series, bucket));
    // With each minute the hour so far goes too, so that a crash costs a minute of it and not the hour.
    const hour = tier === MINUTE_TIER ? series.openBucket(HOUR_TIER) : undefined;
    if (hour !== undefined) this.#push(this.#waiting, rollUpOf(HOUR_TIER, series, hour));
  }

  take(max: number): readonly RollUp[] {
    return this.#waiting?.splice(0, max) ?? [];
  }

  #push(waiting: RollUp[], rollUp: RollUp): void {
    waiting.push(rollUp);
    if (waiting.length > MAX_WAITING) this.#lost += waiting.splice(0, waiting.length - MAX_WAITING).length;
  }
}

function rollUpOf(tier: number, series: TieredSeries, bucket: ClosedBucket): RollUp {
  const { widthMillis, retentionMillis } = TIERS[tier]!;
  return {
    tier,
    startMillis: bucket.startMillis,
    series: series.key,
    expiresMillis: bucket.startMillis + widthMillis + retentionMillis,
    body: bucket.pack(),
  };
}
