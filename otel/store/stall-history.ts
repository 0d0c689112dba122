import type { Stall, StallFacts, TimeRange } from '../query.ts';
import { contains } from '../base/time-range.ts';
import { NewestEntries } from './newest-entries.ts';
import { timeOfStall } from './stall-table.ts';

/** Some 2 KB each, 20 KB with a hundred delayed requests. */
const MAX_STALLS = 500;

/** Stalls of this and earlier processes. */
export class StallHistory extends NewestEntries<Stall> {
  constructor(max = MAX_STALLS) {
    super({
      max,
      timeOf: timeOfStall,
      tableOf: ({ stalls }) => stalls,
      order: (a, b) => a.atMillis - b.atMillis,
    });
  }

  facts(range: TimeRange): Pick<StallFacts, 'rows' | 'heldSinceMillis'> {
    const rows = this.entries.filter(({ atMillis }) => contains(range, atMillis)).toReversed();
    return { rows, heldSinceMillis: this.heldSinceMillis };
  }

  /** Those that a span of the trace caused, or a request of it had to wait for. */
  ofTrace(traceId: string): readonly Stall[] {
    return this.entries.filter(
      ({ holder, delayed }) =>
        holder?.traceId === traceId || delayed.some((request) => request.traceId === traceId),
    );
  }
}
