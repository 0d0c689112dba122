/** Seconds; advised by the conventions for requests, with two below for the fast ones. */
const REQUEST_BOUNDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
/** The same for calls of a database; SQLite takes microseconds. */
const STATEMENT_BOUNDS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10,
];
/** The same for garbage collection. */
const PAUSE_BOUNDS = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1, 10];

/**
 * Upper bounds of the fixed buckets of a duration metric, in seconds: the same in every process at any time, so that buckets can be added and rated.
 * Those of the conventions are among them, and none lies between two of them: sums with other services stay ascending.
 */
export function bucketBounds(metric: string): number[] {
  if (metric === 'db.client.operation.duration') return STATEMENT_BOUNDS;
  return metric === 'v8js.gc.duration' || metric === 'nodejs_gc_duration' ? PAUSE_BOUNDS : REQUEST_BOUNDS;
}

/** Index of the bucket of a value; the last one is above all bounds. */
export function bucketIndex(bounds: readonly number[], value: number): number {
  let index = 0;
  while (index < bounds.length && value > bounds[index]!) index++;
  return index;
}
