/** Half-open: `fromMillis <= t < toMillis`. */
export interface TimeRange {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** Whether an instant is in a range; without one, every instant is. */
export function contains(range: TimeRange | undefined, millis: number): boolean {
  return range === undefined || (range.fromMillis <= millis && millis < range.toMillis);
}
