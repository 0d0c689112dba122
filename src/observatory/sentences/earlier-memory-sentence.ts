import { isUnsampled } from '../facts/memory-growth.ts';
import {
  isGrowing,
  isJudged,
  type ProcessMemories,
  type ProcessMemory,
  type ShortLives,
} from '../facts/process-memory.ts';
import { momentText, spanText } from '../format/moment.ts';
import { size, text } from '../../markup/quantity.ts';
import { mostText, slopeWhenWords } from './early-memory-sentence.ts';
import { growthText, memoryWords, type MemoryFacts } from './memory-sentence.ts';

/** The process that runs. */
interface ProcessAge {
  readonly startedAtMillis: number;
  readonly millis: number;
}

/** Whether memory grows in the process that runs, and if that is too young, in earlier ones. */
export function processMemoryWords(
  memory: MemoryFacts,
  age: ProcessAge,
  { rows, judged, growing, shortLives }: ProcessMemories,
  now: number,
): string {
  const own = memoryWords(memory, now);
  const at = rows.findIndex(({ startedAtMillis }) => startedAtMillis === age.startedAtMillis);
  const earlier = rows.slice(at + 1).filter(({ endedAtMillis }) => endedAtMillis !== undefined);
  const isOwnKnown = memory.heap !== undefined;
  const isTold = !isOwnKnown || (!isGrowing(memory) && earlier.some(isGrowing));
  const ownJudged = rows[at] !== undefined && isJudged(rows[at]) ? 1 : 0;
  const words = [
    own ?? noWords(memory, age),
    memory.early && slopeWhenWords(memory, now),
    isTold ? earlierWords(earlier, now) : undefined,
    judged > 2 && growing > 0
      ? `Of ${judged} processes that could be judged, memory grew in ${growing === judged ? 'all' : growing}.`
      : undefined,
    !isOwnKnown && judged === ownJudged ? shortLivesWords(shortLives) : undefined,
  ];
  return words.filter((each) => each !== undefined).join(' ');
}

function noWords(memory: MemoryFacts, { millis }: ProcessAge): string {
  return isUnsampled(memory, millis)
    ? `Whether memory grows cannot be told: its newest sample is of ${spanText(memory.ranMillis)} after the start (METRICS_MEMORY_INTERVAL).`
    : `This process is ${spanText(millis)} old: too young to tell whether memory grows.`;
}

/** Of processes that were too young for a verdict each. */
function shortLivesWords({ earlier, compared, ranMillis, roseBytes }: ShortLives): string | undefined {
  if (earlier === 0) return undefined;
  const few = earlier === 1 ? 'The process before' : `The ${earlier} before it`;
  if (compared === 0) return `${few} could not be judged either.`;
  const which = compared === 1 ? 'The process before' : `The last ${compared} before it`;
  const bytes = (value: number): string => `${value < 0 ? '−' : ''}${text(size(Math.abs(value)))}`;
  const between = (low: string, high: string): string => (low === high ? low : `${low} to ${high}`);
  const [ran, rose] = [ranMillis.map(spanText), roseBytes.map(bytes)];
  return `${which} ran ${between(ran[0]!, ran[1]!)}${compared === 1 ? '' : ' each'}, and what garbage collection leaves moved by ${between(rose[0]!, rose[1]!)} from begin to end.`;
}

/** Of a process that cannot be judged yet: that the one before it which could be grew; undefined otherwise. */
export function leakBeforeWords(
  { rows }: ProcessMemories,
  startedAtMillis: number,
  now: number,
): string | undefined {
  const at = rows.findIndex((row) => row.startedAtMillis === startedAtMillis);
  const earlier = rows.slice(at + 1).filter(({ endedAtMillis }) => endedAtMillis !== undefined);
  const newest = earlier.find(isJudged);
  return newest !== undefined && isGrowing(newest) ? earlierWords(earlier, now) : undefined;
}

/** The newest one that could be judged. */
function earlierWords(earlier: readonly ProcessMemory[], now: number): string | undefined {
  const index = earlier.findIndex(isJudged);
  const found = earlier[index];
  if (found?.endedAtMillis === undefined) return undefined;
  const { ranMillis, endedAtMillis, startedAtMillis, version } = found;
  const of = version === undefined ? '' : ` (version ${version}, from ${momentText(startedAtMillis, now)})`;
  const which =
    index === 0
      ? `The process before${of} ran ${spanText(ranMillis)}`
      : `The last process before that can be judged${of} ran ${spanText(ranMillis)}, until ${momentText(endedAtMillis, now)},`;
  return `${which} and ${grewWords(found)}.`;
}

function grewWords({ heap, rss, early, verdict }: ProcessMemory): string {
  if (heap === undefined) {
    const most = early && mostText(early);
    return `${verdict === 'perhaps growing' ? 'perhaps grew' : 'showed no large growth'}${most === undefined ? '' : ` (${most})`}`;
  }
  if (heap.isGrowing) return `grew by ${growthText(heap)} an hour`;
  if (heap.mayGrow) return `perhaps grew, by ${growthText(heap)} an hour`;
  if (rss?.isGrowing === true)
    return `grew outside the heap, by ${growthText(rss)} of resident memory an hour`;
  return `did not grow (${growthText(heap)} an hour)`;
}
