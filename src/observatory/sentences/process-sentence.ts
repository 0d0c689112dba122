import type { Marker, ProcessFacts, RuntimeSample, TakenHeapProfile } from '../../../otel/query.ts';
import { markerText } from '../format/marker-text.ts';
import { momentText, spanText } from '../format/moment.ts';
import { countText, duration, size, text } from '../../markup/quantity.ts';
import { longestBlock } from '../facts/blocked-turns.ts';
import { openFilesOf } from '../facts/open-files.ts';
import { highest } from '../facts/runtime-course.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import type { StallSummary } from '../facts/stall-summary.ts';
import { isGrowing, type ProcessMemories } from '../facts/process-memory.ts';
import type { Links } from '../links.ts';
import { processMemoryWords } from './earlier-memory-sentence.ts';
import { whoKeepsWords } from './heap-profile-sentence.ts';
import { type MemoryFacts, memoryWords } from './memory-sentence.ts';
import { plural, type Sentence } from './sentence.ts';
import { turnParts } from './stall-sentence.ts';

export interface ProcessSituation {
  readonly process: ProcessFacts;
  /** Samples of the range, including those of earlier processes. */
  readonly runtime: readonly RuntimeSample[];
  readonly markers: readonly Marker[];
  readonly memory: MemoryFacts;
  readonly processes: ProcessMemories;
  readonly stalls: Pick<StallSummary, 'longest' | 'thresholdMillis'>;
  /** The newest; undefined if none was taken. */
  readonly heapProfile: TakenHeapProfile | undefined;
}

/** Uptime, restarts, memory, event loop and file descriptors in the range. */
export function processSentence(
  { process, runtime, markers, memory, processes, stalls, heapProfile }: ProcessSituation,
  range: ChosenRange,
  now: number,
  links: Links,
): Sentence {
  const { startedAtMillis, uptimeSeconds } = process;
  const age = { startedAtMillis, millis: uptimeSeconds * 1000 };
  const memoryText = range.moving
    ? processMemoryWords(memory, age, processes, now)
    : (memoryWords(memory, now) ?? 'Whether memory grew then cannot be told.');
  const isAsked = range.moving && (isGrowing(memory) || memory.heap?.mayGrow === true);
  const words = [
    upAndHolding(process),
    starts(markers, range, now),
    [{ text: memoryText }, ...(isAsked ? whoKeepsWords(heapProfile, links, now) : [])],
    heldBefore(process, runtime),
    heldUp(runtime, stalls, now, links),
    openFilesLeft(process, runtime, now),
  ];
  return words
    .filter((part) => part !== undefined)
    .flatMap((part, index): Sentence => {
      const parts = typeof part === 'string' ? [{ text: part }] : part;
      return index === 0 ? parts : [{ text: ' ' }, ...parts];
    });
}

function upAndHolding({ uptimeSeconds, current, highWaterRssBytes, problem }: ProcessFacts): string {
  const up = `Up ${spanText(uptimeSeconds * 1000)}`;
  if (Number.isNaN(current.rssBytes))
    return `${up}; its memory use cannot be read${problem === undefined ? '' : ` (${problem})`}.`;
  const [held, most] = [text(size(current.rssBytes)), text(size(highWaterRssBytes))];
  return `${up}, using ${held}${held === most ? ', the peak so far.' : `; the peak was ${most}.`}`;
}

/** Of several starts only the last one in full, as the charts mark each. */
function starts(markers: readonly Marker[], range: ChosenRange, now: number): string | undefined {
  const began = markers.filter(({ kind }) => kind === 'start');
  const last = began.at(-1);
  if (last?.before === undefined) return undefined;
  const what = `${momentText(last.atMillis, now)}: ${markerText(last, now)}`;
  return began.length === 1
    ? `At ${what}.`
    : `${plural(began.length, 'start')} ${range.words}, the last at ${what}.`;
}

function heldBefore(
  { startedAtMillis }: ProcessFacts,
  runtime: readonly RuntimeSample[],
): string | undefined {
  const earlier = runtime.filter((sample) => sample.processStartedAtMillis !== startedAtMillis);
  const most = highest(earlier, (sample) => sample.rssMaxBytes);
  return most === 0 ? undefined : `Earlier processes in this range used up to ${text(size(most))}.`;
}

/** With a link to the stalls that did; of a delay that should have been recorded as one and was not, that its cause is unknown. */
function heldUp(
  runtime: readonly RuntimeSample[],
  { longest, thresholdMillis }: ProcessSituation['stalls'],
  now: number,
  links: Links,
): Sentence | undefined {
  const delayMillis = highest(runtime, (sample) => sample.eventLoopDelayMaxMillis);
  const { millis, turn } = longestBlock(delayMillis, longest);
  if (millis === 0) return undefined;
  const isUnknown = turn === undefined && thresholdMillis > 0 && millis >= thresholdMillis;
  return [
    { text: 'The event loop was blocked for up to ' },
    ...(turn === undefined
      ? [{ text: text(duration(millis)) }]
      : turnParts(turn, ' stalls in a row', now, links)),
    {
      text: isUnknown
        ? ', as a late timer shows; no stall of that length was recorded, so that its cause is not known.'
        : '.',
    },
  ];
}

function openFilesLeft(
  { openFilesLimit }: ProcessFacts,
  runtime: readonly RuntimeSample[],
  now: number,
): string | undefined {
  const few = openFilesOf(runtime, openFilesLimit);
  if (few === undefined) return undefined;
  return `File descriptors ${few.ranOut ? '' : 'nearly '}ran out: ${countText(few.used)} of ${countText(few.limit)} were open at ${momentText(few.atMillis, now)}.`;
}
