/** Half-open: `fromMillis <= t < toMillis`. */
export interface TimeRange {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** Returns true if an instant lies in the range, or if there is no range. */
export function contains(range: TimeRange | undefined, millis: number): boolean {
  return range === undefined || (range.fromMillis <= millis && millis < range.toMillis);
}
