/** One resolution of counts over time. */
export interface Tier {
  /** Width of a bucket; a whole multiple of the previous tier's. */
  readonly widthMillis: number;
  readonly retentionMillis: number;
  /** Bytes of closed buckets of all series in memory; each tier has its own bound, so that none displaces another. */
  readonly maxBytes: number;
  /** Completes "by the …". */
  readonly word: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIB = 1024 * 1024;

/**
 * Finest first. An app with 60 busy series fits completely; with 500, memory holds the last minutes, the last hours and all days, and the history
 * file the rest. A bucket takes some 20 bytes with one operation, some 100 with many.
 */
export const TIERS: readonly Tier[] = [
  { widthMillis: SECOND, retentionMillis: 5 * MINUTE, maxBytes: 1.5 * MIB, word: 'second' },
  { widthMillis: 10 * SECOND, retentionMillis: HOUR, maxBytes: 1.5 * MIB, word: '10 seconds' },
  { widthMillis: MINUTE, retentionMillis: DAY, maxBytes: 2 * MIB, word: 'minute' },
  { widthMillis: HOUR, retentionMillis: 30 * DAY, maxBytes: 2 * MIB, word: 'hour' },
  { widthMillis: DAY, retentionMillis: 60 * DAY, maxBytes: 6 * MIB, word: 'day' },
];

/** The first tier written to the history file: each second of each series is not worth writing to keep it for five minutes. */
export const FIRST_KEPT_TIER = 1;

/** Start of the bucket that contains an instant. */
export function alignDown(millis: number, widthMillis: number): number {
  return Math.floor(millis / widthMillis) * widthMillis;
}

/** The first bucket start at or after an instant. */
export function alignUp(millis: number, widthMillis: number): number {
  return Math.ceil(millis / widthMillis) * widthMillis;
}
