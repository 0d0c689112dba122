import type { MemorySince } from '../facts/memory-since.ts';
import { momentText } from '../format/moment.ts';
import { growthText } from './memory-sentence.ts';

/** `Memory grows since version 1.5.0 (13:59): 970 ± 20 MB an hour; level before.` */
export function memorySinceWords(since: MemorySince, now: number): string {
  const { version, atMillis, growth, of, startedAtMillis, endedAtMillis, isLatest, before } = since;
  const what = of === 'heap' ? 'Memory' : 'Resident memory, outside the heap,';
  const verb = isLatest ? 'grows' : 'grew';
  const until =
    endedAtMillis === undefined
      ? ''
      : ` in the process from ${momentText(startedAtMillis, now)} to ${momentText(endedAtMillis, now)}`;
  return `${what} ${verb} since version ${version} (${momentText(atMillis, now)}): ${growthText(growth)} an hour${until}; ${before === 'level' ? 'level' : 'less than half as much'} before.`;
}
