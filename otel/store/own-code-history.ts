import { OWN_CODE_MILLIS, type OwnCodeFacts } from '../base/own-code.ts';
import { contains } from '../base/time-range.ts';
import type { OwnCode, TimeRange } from '../query.ts';
import { NewestEntries } from './newest-entries.ts';
import { endOfEntry, type OwnCodeEntry } from './own-code-table.ts';

/** Some 1 KB each. */
const MAX_ENTRIES = 2000;
/** Those of a minute may come together. */
const MAX_WRITTEN = 50;

/** What samples say of the own time of requests of this and earlier processes. */
export class OwnCodeHistory extends NewestEntries<OwnCodeEntry> {
  constructor(max = MAX_ENTRIES) {
    super({ max, timeOf: endOfEntry, tableOf: ({ ownCode }) => ownCode, maxWritten: MAX_WRITTEN });
  }

  facts(range: TimeRange): OwnCodeFacts {
    const within = this.entries.filter((entry) => contains(range, endOfEntry(entry))).toReversed();
    return {
      leastMillis: OWN_CODE_MILLIS,
      rows: within.filter(isRead),
      unasked: within.filter((entry) => 'requests' in entry),
      heldSinceMillis: this.heldSinceMillis,
    };
  }

  ofTrace(traceId: string): readonly OwnCode[] {
    return this.entries.filter(isRead).filter((row) => row.traceId === traceId);
  }
}

function isRead(entry: OwnCodeEntry): entry is OwnCode {
  return !('requests' in entry);
}
