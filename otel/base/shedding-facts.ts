import type { TimeRange } from './time-range.ts';

/** Whether detail is shed because the event loop is late: everything is counted, and only what has to be kept is kept. */
export interface SheddingFacts {
  /** Mean delay of the event loop from which it is late, milliseconds; 0: nothing is shed. */
  readonly limitMillis: number;
  /** Mean of the last second; NaN if nothing was measured. */
  readonly delayMillis: number;
  /** Undefined while detail is recorded. */
  readonly sinceMillis: number | undefined;
  /** The last time that has ended. */
  readonly last: TimeRange | undefined;
  /** How often it began, since the process started. */
  readonly times: number;
}
