/** How the history is written: slices, each one short transaction, from a timer. */
export const SLICE = {
  /** When it is over, what is left of a slice's traces waits for the next. */
  maxNanos: 800_000,
  /** Half a millisecond of work, and what the disk takes when it has to move the log into the file. */
  maxTraces: 8,
  maxSpans: 50,
  maxRollUps: 50,
  /** Of a file of version 1: 1 to 2 ms. */
  maxMoved: 10,
  /** Between two when nothing waits: what a crash may cost. */
  idleMillis: 5000,
  /** Between two when traces wait: 25 ordinary ones/s, or 50 that failed or were slow. What memory evicts before its turn is lost to the file. */
  busyMillis: { ordinary: 320, mustKeep: 160 },
  /** When the last one had no trace in it: counts are uncertain until they are written. */
  shortMillis: 60,
  /** What is too old is looked for less often than something is written. */
  perSweep: 32,
} as const;
