import type { TimeRange } from '../query.ts';

/** Beyond this, neighbouring holes are merged: more is reported missing than is. */
const MAX_HOLES = 32;

/** Time ranges that are not held: everything before one instant, and holes after it. */
export class Gaps {
  #beforeMillis = -Infinity;
  /** Disjoint, after `#beforeMillis`, in order. */
  #holes: TimeRange[] = [];

  get beforeMillis(): number {
    return this.#beforeMillis;
  }

  addBefore(millis: number): void {
    if (millis <= this.#beforeMillis) return;
    this.#beforeMillis = millis;
    this.#absorb();
  }

  /** Ignores an empty range. */
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

  /** Parts of a range that are not held, in order. */
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

  /** Parts of a range that are held, in order. */
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

  /** Merges holes that touch the beginning. */
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

/** Intersection of several lists of gaps within a range. */
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
