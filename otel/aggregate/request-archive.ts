import type { TimeRange } from '../query.ts';
import type { RequestsSummary } from './request-lists.ts';

/** Lists of requests of earlier hours, of this and other processes. Must not throw. */
export interface RequestArchive {
  /** Lists of one name that overlap the range, without those of `heldIds`, which memory has. */
  read(key: string, range: TimeRange, heldIds: ReadonlySet<string>): readonly RequestsSummary[];
  /** Start of the oldest; undefined if there is none. */
  oldestMillis(): number | undefined;
}
