import type { TimeRange } from '../query.ts';

/** Beyond so many, neighbours are made one: more is called missing than is. */
const MAX_HOLES = 32;

/** The times of which something is not held: all before one instant, and holes after it. */
export class Gaps {
  #beforeMillis = -Infinity;
  /** After `#beforeMillis`, by their start, apart from each other. */
  #holes: TimeRange[] = [];

  get beforeMillis(): number {
    return this.#beforeMillis;
  }

  addBefore(millis: number): void {
    if (millis <= this.#beforeMillis) return;
    this.#beforeMillis = millis;
    this.#absorb();
  }

  /** An empty one is none. */
  add({ fromMillis, toMillis }: TimeRange): void {
    if (!(toMillis > fromMillis)) return;
    const joined: TimeRange[] = [];
    let hole = { fromMillis, toMillis };
    for (const each of this.#holes) {
      if (each.toMillis < hole.fromMillis || each.fromMillis > hole.toMillis) joined.push(each);
      else hole = union(each, hole);
    }
    joined.push(hole);
    this.#holes = joined.sort((a, b) => a.fromMillis - b.fromMillis);
    this.#absorb();
    if (this.#holes.length > MAX_HOLES) this.#joinNearest();
  }

  /** The parts of a range that are not held, by their start. */
  within({ fromMillis, toMillis }: TimeRange): readonly TimeRange[] {
    const parts: TimeRange[] = [];
    for (const gap of [{ fromMillis: -Infinity, toMillis: this.#beforeMillis }, ...this.#holes]) {
      const part = {
        fromMillis: Math.max(gap.fromMillis, fromMillis),
        toMillis: Math.min(gap.toMillis, toMillis),
      };
      if (part.toMillis > part.fromMillis) parts.push(part);
    }
    return parts;
  }

  /** The parts of a range that are held, by their start. */
  outside(range: TimeRange): readonly TimeRange[] {
    const parts: TimeRange[] = [];
    let { fromMillis } = range;
    for (const gap of this.within(range)) {
      if (gap.fromMillis > fromMillis) parts.push({ fromMillis, toMillis: gap.fromMillis });
      fromMillis = gap.toMillis;
    }
    if (fromMillis < range.toMillis) parts.push({ fromMillis, toMillis: range.toMillis });
    return parts;
  }

  /** Holes that touch what is gone before are part of that. */
  #absorb(): void {
    while (this.#holes.length > 0 && this.#holes[0]!.fromMillis <= this.#beforeMillis)
      this.#beforeMillis = Math.max(this.#beforeMillis, this.#holes.shift()!.toMillis);
  }

  #joinNearest(): void {
    let nearest = 1;
    const distance = (at: number): number => this.#holes[at]!.fromMillis - this.#holes[at - 1]!.toMillis;
    for (let at = 2; at < this.#holes.length; at++) if (distance(at) < distance(nearest)) nearest = at;
    this.#holes.splice(nearest - 1, 2, union(this.#holes[nearest - 1]!, this.#holes[nearest]!));
  }
}

function union(a: TimeRange, b: TimeRange): TimeRange {
  return { fromMillis: Math.min(a.fromMillis, b.fromMillis), toMillis: Math.max(a.toMillis, b.toMillis) };
}

/** The parts of a range that are in every one of several lists of gaps. */
export function inAll(lists: readonly (readonly TimeRange[])[]): readonly TimeRange[] {
  return lists.reduce((left, right) =>
    left.flatMap((a) =>
      right.flatMap((b) => {
        const both = {
          fromMillis: Math.max(a.fromMillis, b.fromMillis),
          toMillis: Math.min(a.toMillis, b.toMillis),
        };
        return both.toMillis > both.fromMillis ? [both] : [];
      }),
    ),
  );
}
