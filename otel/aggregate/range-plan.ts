import type { Coverage, TimeRange } from '../query.ts';
import type { CountsOverTime } from './counts-over-time.ts';
import { alignDown, alignUp, TIERS, type Tier } from './tiers.ts';

/** A part of a range that is read from one tier. */
export interface Segment extends TimeRange {
  readonly tier: number;
}

/** A range in whole buckets. */
export interface RangePlan extends TimeRange {
  /** The finest tier that holds all of it. */
  readonly tier: number;
  /** Parts that neither this tier nor a coarser one holds. */
  readonly missing: readonly TimeRange[];
}

/** Chooses the tiers that answer a range. */
export class RangePlanner {
  readonly #counts: CountsOverTime;
  readonly #tiers: readonly Tier[];

  constructor(counts: CountsOverTime, tiers: readonly Tier[] = TIERS) {
    this.#counts = counts;
    this.#tiers = tiers;
  }

  /**
   * Extends a range to whole buckets: its start to the finest tier that holds all of it, its end to the finest that holds the last of these
   * buckets. If no tier holds all of it, uses the one that misses least.
   */
  plan(range: TimeRange): RangePlan {
    let tier = 0;
    let missing = this.#missing(0, range);
    for (let each = 1; missing.length > 0 && each < this.#tiers.length; each++) {
      const parts = this.#missing(each, range);
      if (parts.length > 0 && lengthWithin(parts, range) >= lengthWithin(missing, range)) continue;
      tier = each;
      missing = parts;
    }
    const fromMillis = alignDown(range.fromMillis, this.#widthOf(tier));
    return { tier, missing, fromMillis, toMillis: this.#endOf(tier, range.toMillis) };
  }

  /**
   * Splits a planned range by tier: coarse in the middle, which reads least, and as fine as needed at both ends.
   * @param maxWidthMillis Maximum bucket width, which each width must divide: the cells of a chart.
   */
  segments(plan: RangePlan, maxWidthMillis = Infinity): readonly Segment[] {
    // If the tier misses a part, a coarser one may not have it either way: both would differ.
    const widest = plan.missing.length === 0 ? maxWidthMillis : 0;
    return [...this.#segments(plan.tier, plan, widest)];
  }

  /** Bucket width at the start of a plan. */
  stepMillis({ tier }: RangePlan): number {
    return this.#widthOf(tier);
  }

  /** What pages state about a range besides its numbers. */
  coverage(range: TimeRange, nowMillis: number): Omit<Coverage, 'countedFromMillis'> {
    const plan = this.plan(range);
    return {
      fromMillis: plan.fromMillis,
      toMillis: plan.toMillis,
      stepMillis: this.#widthOf(plan.tier),
      missing: [
        ...plan.missing.map((part) => ({ ...part, reason: 'bound' as const })),
        ...this.#counts.lost(plan),
      ],
      coarser: this.#coarser(plan.tier, range.fromMillis, nowMillis),
    };
  }

  /** Whether a finer tier would still hold the range by its age, without its byte bound. */
  #coarser(tier: number, fromMillis: number, nowMillis: number): Coverage['coarser'] {
    if (tier === 0) return undefined;
    const beforeMillis = this.#counts.takenBeforeMillis(tier - 1);
    const isYoung = fromMillis >= nowMillis - this.#tiers[tier - 1]!.retentionMillis;
    if (!isYoung || beforeMillis === undefined || beforeMillis <= fromMillis) return undefined;
    return { beforeMillis, word: this.#tiers[tier]!.word };
  }

  *#segments(tier: number, range: TimeRange, maxWidthMillis: number): Iterable<Segment> {
    const { fromMillis, toMillis } = range;
    if (!(toMillis > fromMillis)) return;
    const coarser = this.#tiers[tier + 1]?.widthMillis;
    if (
      coarser !== undefined &&
      coarser <= maxWidthMillis &&
      (maxWidthMillis === Infinity || maxWidthMillis % coarser === 0)
    ) {
      const middle = { fromMillis: alignUp(fromMillis, coarser), toMillis: alignDown(toMillis, coarser) };
      if (middle.toMillis > middle.fromMillis && this.#isWhole(tier + 1, middle)) {
        yield* this.#segments(tier, { fromMillis, toMillis: middle.fromMillis }, 0);
        yield* this.#segments(tier + 1, middle, maxWidthMillis);
        yield* this.#tail(tier, { fromMillis: middle.toMillis, toMillis });
        return;
      }
    }
    yield* this.#tail(tier, range);
  }

  /** Whole buckets of the tier, and finer ones for the remainder of a bucket. */
  *#tail(tier: number, { fromMillis, toMillis }: TimeRange): Iterable<Segment> {
    const whole = alignDown(toMillis, this.#widthOf(tier));
    if (whole > fromMillis) yield { tier, fromMillis, toMillis: whole };
    const rest = { fromMillis: Math.max(fromMillis, whole), toMillis };
    if (!(rest.toMillis > rest.fromMillis)) return;
    if (tier > 0 && this.#isWhole(tier - 1, rest)) yield* this.#tail(tier - 1, rest);
    else yield { tier, ...rest };
  }

  #endOf(tier: number, toMillis: number): number {
    const whole = alignDown(toMillis, this.#widthOf(tier));
    if (whole === toMillis) return toMillis;
    const rest = { fromMillis: whole, toMillis };
    if (tier > 0 && this.#isWhole(tier - 1, rest)) return this.#endOf(tier - 1, toMillis);
    return alignUp(toMillis, this.#widthOf(tier));
  }

  #isWhole(tier: number, range: TimeRange): boolean {
    return this.#missing(tier, range).length === 0;
  }

  #missing(tier: number, { fromMillis, toMillis }: TimeRange): readonly TimeRange[] {
    return this.#counts.missing(tier, { fromMillis: alignDown(fromMillis, this.#widthOf(tier)), toMillis });
  }

  #widthOf(tier: number): number {
    return this.#tiers[tier]!.widthMillis;
  }
}

function lengthWithin(parts: readonly TimeRange[], { fromMillis, toMillis }: TimeRange): number {
  return parts.reduce(
    (sum, part) => sum + Math.min(part.toMillis, toMillis) - Math.max(part.fromMillis, fromMillis),
    0,
  );
}
