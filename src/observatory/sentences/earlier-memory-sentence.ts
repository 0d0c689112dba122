import { MIN_AGE_MILLIS, MIN_FLOORS } from '../facts/memory-growth.ts';
import { isGrowing, type ProcessMemories, type ProcessMemory } from '../facts/process-memory.ts';
import { momentText, spanText } from '../format/moment.ts';
import { growthText, memoryWords, type MemoryFacts } from './memory-sentence.ts';
import { plural } from './sentence.ts';

/** The process that runs. */
interface ProcessAge {
  readonly startedAtMillis: number;
  readonly millis: number;
}

/** Whether memory grows in the process that runs, and if that is too young, in earlier ones. */
export function processMemoryWords(
  memory: MemoryFacts,
  age: ProcessAge,
  { rows, judged, growing, known }: ProcessMemories,
  now: number,
): string {
  const own = memoryWords(memory, now);
  const at = rows.findIndex(({ startedAtMillis }) => startedAtMillis === age.startedAtMillis);
  const earlier = rows.slice(at + 1).filter(({ endedAtMillis }) => endedAtMillis !== undefined);
  const isTold = own === undefined || (!isGrowing(memory) && earlier.some(isGrowing));
  const words = [
    own ?? tooEarlyWords(memory, age),
    isTold ? earlierWords(earlier, now) : undefined,
    judged > 2 && growing > 0
      ? `Of ${judged} processes that could be judged, memory grew in ${growing === judged ? 'all' : growing}.`
      : undefined,
    own === undefined && known > 1 && judged === 0
      ? `${known === 2 ? 'The process before could' : `The ${known - 1} before it could`} not be judged either.`
      : undefined,
  ];
  return words.filter((each) => each !== undefined).join(' ');
}

/** Why nothing is said of the process that runs. */
export function tooEarlyWords(
  { floors }: Pick<MemoryFacts, 'floors'>,
  { millis }: Pick<ProcessAge, 'millis'>,
): string {
  if (millis < MIN_AGE_MILLIS)
    return `This process is ${spanText(millis)} old: too young to tell whether memory grows.`;
  const so =
    floors === 0 ? 'there was no full collection' : `${plural(floors, 'sample')} had a full collection`;
  return `Whether memory grows cannot be told yet: in ${spanText(millis)} ${so}, ${MIN_FLOORS} are needed.`;
}

/** Of a process that cannot be judged yet: that the one before it which could be grew; undefined otherwise. */
export function leakBeforeWords(
  { rows }: ProcessMemories,
  startedAtMillis: number,
  now: number,
): string | undefined {
  const at = rows.findIndex((row) => row.startedAtMillis === startedAtMillis);
  const earlier = rows.slice(at + 1).filter(({ endedAtMillis }) => endedAtMillis !== undefined);
  const newest = earlier.find(({ heap }) => heap !== undefined);
  return newest !== undefined && isGrowing(newest) ? earlierWords(earlier, now) : undefined;
}

/** The newest one that could be judged. */
function earlierWords(earlier: readonly ProcessMemory[], now: number): string | undefined {
  const index = earlier.findIndex(({ heap }) => heap !== undefined);
  const found = earlier[index];
  if (found?.heap === undefined || found.endedAtMillis === undefined) return undefined;
  const { heap, rss, ranMillis, endedAtMillis } = found;
  const which =
    index === 0
      ? `The process before ran ${spanText(ranMillis)}`
      : `The last process before that can be judged ran ${spanText(ranMillis)}, until ${momentText(endedAtMillis, now)},`;
  if (heap.isGrowing) return `${which} and grew by ${growthText(heap)} an hour.`;
  if (heap.mayGrow) return `${which} and perhaps grew, by ${growthText(heap)} an hour.`;
  if (rss?.isGrowing === true)
    return `${which} and grew outside the heap, by ${growthText(rss)} of resident memory an hour.`;
  return `${which} and did not grow (${growthText(heap)} an hour).`;
}
