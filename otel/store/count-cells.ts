import { alignDown, TIERS } from '../aggregate/tiers.ts';
import type { TimeRange } from '../query.ts';

/** Per tier, over all cells; ~50 bytes each. Beyond it the oldest cells keep one count per name. */
const MAX_COUNTS = 15_000;
/** Per cell: further ones are counted together under their name. */
const MAX_COUNTS_OF_CELL = 300;
/** The metrics SDK's marker for series beyond a limit. */
export const OVERFLOW = '{"otel.metric.overflow":true}';

export type Counts = ReadonlyMap<string, number>;

export interface CountCell {
  readonly tier: number;
  readonly startMillis: number;
  readonly counts: Counts;
}

/** Counts over time, in the tiers of all counts: a key is a name followed by attributes as JSON. Bounded; sums stay exact. */
export class CountCells {
  readonly #tiers = TIERS.map(() => new Map<number, Map<string, number>>());
  readonly #sizes = TIERS.map(() => 0);
  readonly #maxCounts: number;
  /** By tier: number of counts above which cells are folded. */
  readonly #foldAbove: number[];

  constructor(maxCounts = MAX_COUNTS) {
    this.#maxCounts = maxCounts;
    this.#foldAbove = TIERS.map(() => maxCounts);
  }

  get bytes(): number {
    return this.#sizes.reduce((sum, size) => sum + size, 0) * 50;
  }

  /** Adds to every tier; returns the starts of the cells, by tier. */
  add(key: string, value: number, atMillis: number): readonly number[] {
    return TIERS.map(({ widthMillis }, tier) => {
      const startMillis = alignDown(atMillis, widthMillis);
      this.addTo(tier, startMillis, key, value);
      return startMillis;
    });
  }

  addTo(tier: number, startMillis: number, key: string, value: number): void {
    const cells = this.#tiers[tier]!;
    const cell = cells.get(startMillis) ?? new Map<string, number>();
    if (cell.size === 0) cells.set(startMillis, cell);
    const place = cell.has(key) || cell.size < MAX_COUNTS_OF_CELL ? key : overflowOf(key);
    if (!cell.has(place)) this.#sizes[tier]!++;
    cell.set(place, (cell.get(place) ?? 0) + value);
    if (this.#sizes[tier]! > this.#foldAbove[tier]!) this.#foldOldest(tier);
  }

  cell(tier: number, startMillis: number): Counts | undefined {
    return this.#tiers[tier]!.get(startMillis);
  }

  /** Adds up cells of a tier that begin in the range; the first may begin before it. */
  sum(tier: number, { fromMillis, toMillis }: TimeRange, into: Map<string, number>): void {
    const from = alignDown(fromMillis, TIERS[tier]!.widthMillis);
    for (const [startMillis, cell] of this.#tiers[tier]!) {
      if (startMillis < from || startMillis >= toMillis) continue;
      for (const [key, value] of cell) into.set(key, (into.get(key) ?? 0) + value);
    }
  }

  /** Start of the earliest cell in any tier. */
  get earliestMillis(): number {
    return Math.min(...this.#tiers.flatMap((cells) => [...cells.keys()]), Infinity);
  }

  expire(nowMillis: number): void {
    for (const [tier, { widthMillis, retentionMillis }] of TIERS.entries())
      for (const [startMillis, cell] of this.#tiers[tier]!)
        if (startMillis + widthMillis <= nowMillis - retentionMillis) {
          this.#tiers[tier]!.delete(startMillis);
          this.#sizes[tier]! -= cell.size;
        }
  }

  /**
   * Folds the oldest cells until a tenth of the bound is free, so that one pass serves many counts. If even folded cells exceed that, the next pass
   * follows after a tenth more: a pass per count would make counting quadratic.
   */
  #foldOldest(tier: number): void {
    const cells = this.#tiers[tier]!;
    for (const [startMillis, cell] of cells) {
      if (this.#sizes[tier]! <= this.#maxCounts * 0.9) break;
      const folded = new Map<string, number>();
      for (const [key, value] of cell)
        folded.set(overflowOf(key), (folded.get(overflowOf(key)) ?? 0) + value);
      cells.set(startMillis, folded);
      this.#sizes[tier]! += folded.size - cell.size;
    }
    this.#foldAbove[tier] = Math.max(this.#maxCounts, this.#sizes[tier]! * 1.1);
  }
}

/** A count without attributes is unchanged. */
function overflowOf(key: string): string {
  return key.endsWith('{}') ? key : `${key.slice(0, key.indexOf('{'))}${OVERFLOW}`;
}
