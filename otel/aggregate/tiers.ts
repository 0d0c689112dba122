import { ClosedBucket } from './closed-bucket.ts';
import type { EndedOperation } from './ended-operation.ts';
import { RedBucket } from './red-bucket.ts';

export interface Tier {
  readonly widthMillis: number;
  readonly retentionMillis: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Finest first: the last five minutes by the second, the last thirty days by the hour. */
export const TIERS: readonly Tier[] = [
  { widthMillis: SECOND, retentionMillis: 5 * MINUTE },
  { widthMillis: 10 * SECOND, retentionMillis: HOUR },
  { widthMillis: MINUTE, retentionMillis: DAY },
  { widthMillis: HOUR, retentionMillis: 30 * DAY },
];

interface OpenBucket {
  startMillis: number;
  readonly bucket: RedBucket;
}

/** Told of every closed bucket, so that all series share one bound. */
export type OnClose = (tier: number, series: TieredSeries, bucket: ClosedBucket) => void;

/**
 * One series in every tier. Operations land in a small delta; `flush` adds it to the open bucket of each tier, once a second
 * and whenever somebody asks, so that recording costs one sketch update however many tiers there are.
 */
export class TieredSeries {
  readonly total = new RedBucket();
  readonly #delta = new RedBucket();
  readonly #open: readonly OpenBucket[] = TIERS.map(() => ({ startMillis: 0, bucket: new RedBucket() }));
  /** Closed buckets by tier, oldest first. */
  readonly #closed: readonly ClosedBucket[][] = TIERS.map(() => []);
  readonly #onClose: OnClose;
  readonly #parent: TieredSeries | undefined;

  /** What it is called where it is kept on disk. */
  readonly key: string;

  /** @param parent Gets everything this series gets, when it is flushed: a type's totals. */
  constructor(key: string, onClose: OnClose, parent?: TieredSeries) {
    this.key = key;
    this.#onClose = onClose;
    this.#parent = parent;
  }

  /** Whether something waits to be flushed. */
  get isDirty(): boolean {
    return !this.#delta.isEmpty;
  }

  record(operation: EndedOperation): void {
    this.#delta.record(operation);
  }

  recordKept(): void {
    this.#delta.kept++;
  }

  /** Makes everything recorded so far visible to `read` and `total`, as of the second that starts at `secondMillis`. */
  flush(secondMillis: number): void {
    if (this.#delta.isEmpty) return;
    this.#absorb(this.#delta, secondMillis);
    if (this.#parent !== undefined) this.#parent.#absorb(this.#delta, secondMillis);
    this.#delta.reset();
  }

  /** Visits the tier's buckets that start in [fromMillis, toMillis), oldest first; the open one last. Flush first. */
  read(
    tier: number,
    fromMillis: number,
    toMillis: number,
    visit: (startMillis: number, mergeInto: (target: RedBucket) => void) => void,
  ): void {
    for (const closed of this.#closed[tier]!) {
      if (closed.startMillis >= fromMillis && closed.startMillis < toMillis) {
        visit(closed.startMillis, (target) => closed.mergeInto(target));
      }
    }
    const open = this.#open[tier]!;
    if (!open.bucket.isEmpty && open.startMillis >= fromMillis && open.startMillis < toMillis) {
      visit(open.startMillis, (target) => target.merge(open.bucket));
    }
  }

  /** The bucket of a tier that is still open, as it is now; undefined while empty. */
  openBucket(tier: number): ClosedBucket | undefined {
    const { startMillis, bucket } = this.#open[tier]!;
    return bucket.isEmpty ? undefined : ClosedBucket.of(startMillis, bucket);
  }

  /** Takes back a bucket of an earlier process; one whose time is not over goes on. Answers whether it is closed. */
  restore(tier: number, closed: ClosedBucket, nowMillis: number): boolean {
    const open = this.#open[tier]!;
    if (closed.startMillis + TIERS[tier]!.widthMillis > nowMillis && closed.startMillis >= open.startMillis) {
      open.startMillis = closed.startMillis;
      closed.mergeInto(open.bucket);
      return false;
    }
    this.#closed[tier]!.push(closed);
    return true;
  }

  /** Forgets the oldest closed bucket of a tier; the caller keeps the order. */
  forgetOldest(tier: number): void {
    this.#closed[tier]!.shift();
  }

  #absorb(delta: RedBucket, atMillis: number): void {
    this.total.merge(delta);
    for (let tier = 0; tier < TIERS.length; tier++) {
      const open = this.#open[tier]!;
      const startMillis = atMillis - (atMillis % TIERS[tier]!.widthMillis);
      if (startMillis > open.startMillis) {
        if (!open.bucket.isEmpty) {
          const closed = ClosedBucket.of(open.startMillis, open.bucket);
          this.#closed[tier]!.push(closed);
          open.bucket.reset();
          this.#onClose(tier, this, closed);
        }
        open.startMillis = startMillis;
      }
      open.bucket.merge(delta);
    }
  }
}
