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
