/** A stretch of time. */
export interface Interval {
  readonly startMillis: number;
  readonly durationMillis: number;
}

/** Time in which something else held the event loop. */
export interface WaitInterval extends Interval {
  /** `spin src/posts/store.ts:12 in GET /report`, as far as that is known. */
  readonly by: string;
}

export function endOf({ startMillis, durationMillis }: Interval): number {
  return startMillis + durationMillis;
}

/** The parts of `waits` that are within `intervals`. */
export function intersections<Wait extends Interval>(
  intervals: readonly Interval[],
  waits: readonly Wait[],
): readonly Wait[] {
  return intervals.flatMap((each) =>
    waits.flatMap((wait) => {
      const startMillis = Math.max(each.startMillis, wait.startMillis);
      const end = Math.min(endOf(each), endOf(wait));
      return end > startMillis ? [{ ...wait, startMillis, durationMillis: end - startMillis }] : [];
    }),
  );
}

export function totalMillis(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { durationMillis }) => sum + durationMillis, 0);
}

/** The parts of an interval that are in none of `others`, in order. */
export function without(interval: Interval, others: readonly Interval[]): readonly Interval[] {
  const parts: Interval[] = [];
  let from = interval.startMillis;
  const add = (to: number): void => {
    if (to > from) parts.push({ startMillis: from, durationMillis: to - from });
  };
  for (const other of others.toSorted((a, b) => a.startMillis - b.startMillis)) {
    add(Math.min(other.startMillis, endOf(interval)));
    from = Math.max(from, endOf(other));
  }
  add(endOf(interval));
  return parts;
}
