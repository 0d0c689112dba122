import type { Downtime, Marker, ProcessBefore } from '../../../otel/query.ts';
import { momentText } from './moment.ts';
import { spanText } from '../../markup/span-text.ts';

/** An old process that is stopped so soon after the start of the new one was replaced by it. */
const REPLACED_MILLIS = 120_000;

const LATER_WORDS: Readonly<Partial<Record<Downtime['ended'], string>>> = {
  stopped: 'was stopped',
  crashed: 'crashed',
  slept: 'was suspended',
};

/** A marker in words; for a start also how the previous process ended. */
export function markerText({ label, before, atMillis }: Marker, now: number): string {
  if (before === undefined) return label;
  const at = momentText(before.atMillis, now);
  switch (before.ended) {
    case 'stopped':
      return `${label} after a stop at ${at}`;
    case 'crashed':
      return `${label} after a crash at ${at}${before.reason === undefined ? '' : ` (${before.reason})`}`;
    case 'killed':
      return `${label}; the previous process was killed, last seen ${at}`;
    case 'machine restarted':
      return `${label}; the machine had restarted, the previous process was last seen ${at}`;
    case 'slept':
      return `${label}; the machine had been suspended at ${at}`;
    case 'not stopped':
      return `${label}; the previous process did not shut down, last seen ${at}`;
    case 'running':
      return `${label} while process ${before.pid} was running: ${besideText(before, atMillis)}`;
  }
}

/** Two processes at a time: what that was, and that nothing was down. */
function besideText({ endedLater, atMillis }: ProcessBefore, startedMillis: number): string {
  if (endedLater === undefined) return 'both use the same data folder; no downtime';
  const both = Math.max(0, atMillis - startedMillis);
  if (endedLater === 'stopped' && both <= REPLACED_MILLIS)
    return `it was replaced, and stopped ${spanText(both)} later; no downtime`;
  return `both used the same data folder for ${spanText(both)}, until it ${LATER_WORDS[endedLater] ?? 'was last seen'}; no downtime`;
}
