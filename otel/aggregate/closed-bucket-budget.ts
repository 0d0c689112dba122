import type { ClosedBucket } from './closed-bucket.ts';
import { TIERS, type TieredSeries } from './tiers.ts';

interface Held {
  readonly series: TieredSeries;
  readonly startMillis: number;
  readonly bytes: number;
}

/** Dead entries at the head of a queue before it is compacted. */
const COMPACT_AT = 1024;

/**
 * One bound for the closed buckets of all series. Each tier is one queue in order of closing, so the oldest bucket of a tier is
 * always at the head of its own series too: letting it go is O(1). Over the byte bound the finest tier gives first.
 */
export class ClosedBucketBudget {
  readonly #maxBytes: number;
  readonly #queues: { held: Held[]; head: number }[] = TIERS.map(() => ({ held: [], head: 0 }));
  #bytes = 0;
  #evicted = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }
  /** Buckets that went before their time because of the byte bound. */
  get evicted(): number {
    return this.#evicted;
  }

  add(tier: number, series: TieredSeries, bucket: ClosedBucket): void {
    this.#queues[tier]!.held.push({ series, startMillis: bucket.startMillis, bytes: bucket.bytes });
    this.#bytes += bucket.bytes;
    while (this.#bytes > this.#maxBytes && this.#dropFinest()) this.#evicted++;
  }

  /** Lets go what is older than its tier keeps. */
  expire(nowMillis: number): void {
    for (let tier = 0; tier < TIERS.length; tier++) {
      const { widthMillis, retentionMillis } = TIERS[tier]!;
      const oldest = nowMillis - retentionMillis - widthMillis;
      const queue = this.#queues[tier]!;
      while (queue.head < queue.held.length && queue.held[queue.head]!.startMillis < oldest) this.#drop(tier);
    }
  }

  #dropFinest(): boolean {
    const tier = this.#queues.findIndex((queue) => queue.head < queue.held.length);
    if (tier < 0) return false;
    this.#drop(tier);
    return true;
  }

  #drop(tier: number): void {
    const queue = this.#queues[tier]!;
    const oldest = queue.held[queue.head++]!;
    oldest.series.forgetOldest(tier);
    this.#bytes -= oldest.bytes;
    if (queue.head >= COMPACT_AT) {
      queue.held.splice(0, queue.head);
      queue.head = 0;
    }
  }
}
