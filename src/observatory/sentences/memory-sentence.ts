import { type Growth, isUnsettled, type MemoryGrowth } from '../facts/memory-growth.ts';
import type { VersionGrowth } from '../facts/version-growth.ts';
import { clockText, momentText, spanText } from '../format/moment.ts';
import { size, text } from '../../markup/quantity.ts';
import { earlyMemoryWords } from './early-memory-sentence.ts';
import { plural } from './sentence.ts';

const DAY_MILLIS = 86_400_000;
const HOUR_MILLIS = 3_600_000;
/** How much longer than it was watched growth is taken to go on; a day at least, as it is beyond doubt. */
const FORESEEN = 24;

/** Memory as judged. */
export interface MemoryFacts extends MemoryGrowth {
  /** V8's limit of the heap. */
  readonly heapLimitBytes: number;
  /** Of the program that it is the memory of, if that is known. */
  readonly version?: string | undefined;
  /** While the process is too young: what is known of its version, with the heap in use now. */
  readonly ofVersion?: VersionGrowth & { readonly usedBytes: number };
}

/** Growth that is beyond doubt: of the process, or while that is too young, of its version. */
export function sureGrowth({
  heap,
  heapBytes,
  overMillis,
  ofVersion,
}: MemoryFacts):
  { readonly growth: Growth; readonly usedBytes: number; readonly overMillis: number } | undefined {
  if (heap === undefined) return ofVersion;
  if (!heap.isGrowing || heapBytes === undefined) return undefined;
  return { growth: heap, usedBytes: heapBytes, overMillis };
}

/** So far ahead growth is foreseen that was watched for some time. */
export function foreseenMillis({ overMillis }: Pick<MemoryGrowth, 'overMillis'>): number {
  return Math.max(FORESEEN * overMillis, DAY_MILLIS);
}

/** When the heap is full if it goes on growing as it does, milliseconds from now; undefined if it does not grow, or that is too far to foresee. */
export function fullInMillis(memory: MemoryFacts): number | undefined {
  const sure = sureGrowth(memory);
  if (sure === undefined) return undefined;
  const left = Math.max(0, memory.heapLimitBytes - sure.usedBytes);
  const millis = (left / sure.growth.bytesPerHour) * HOUR_MILLIS;
  return millis <= foreseenMillis(sure) ? millis : undefined;
}

/** `12 ± 2 MB`; both with as many digits as the interval justifies. */
export function growthText({ bytesPerHour, plusMinus }: Growth): string {
  const digits = plusMinus >= 950_000 ? 0 : plusMinus >= 95_000 ? 1 : 2;
  const [value, interval] = [bytesPerHour, plusMinus].map((bytes) => megabytes(bytes, digits));
  return `${value} ± ${interval} MB`;
}

function megabytes(bytes: number, digits: number): string {
  return (bytes / 1e6)
    .toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace(/^-(?=[\d.,]*[1-9])/, '−')
    .replace('-', '');
}

/** Whether memory grows, and what comes of it; undefined of a process too young for any verdict. */
export function memoryWords(memory: MemoryFacts, now: number): string | undefined {
  const { heap, rss, early, sinceMillis, overMillis } = memory;
  if (heap === undefined || sinceMillis === undefined) return early && earlyMemoryWords(early);
  const sinceText = (millis: number): string =>
    `since ${now - millis < DAY_MILLIS ? clockText(millis) : momentText(millis, now)}`;
  const since = sinceText(sinceMillis);
  if (heap.isGrowing) {
    const of = memory.version === undefined ? '' : `, in version ${memory.version}`;
    const full = fullText(memory);
    return `Memory grows by ${growthText(heap)} an hour ${since}${of}${full === undefined ? '' : `; ${full}`}.`;
  }
  if (heap.mayGrow)
    return `Memory may be growing: what garbage collection leaves rose by ${growthText(heap)} an hour ${since}; a longer time will tell.`;
  const outside =
    rss?.isGrowing === true
      ? ` Outside the heap it grows: resident memory by ${growthText(rss)} an hour ${sinceText(sinceMillis + overMillis - (rss.overMillis ?? overMillis))}.`
      : '';
  if (isUnsettled(memory))
    return `No large growth is seen: what garbage collection leaves rose by ${growthText(heap)} an hour in ${spanText(overMillis)}, as it does while caches fill; an hour will tell.${outside}`;
  return `${rss === undefined || rss.isGrowing ? 'The heap' : 'Memory'} is not growing: what garbage collection leaves changed by ${growthText(heap)} an hour in ${spanText(overMillis)}.${outside}`;
}

/** When the heap is full, as a sentence; empty if that is not foreseen. */
export function fullWords(memory: MemoryFacts): string {
  const full = fullText(memory);
  return full === undefined ? '' : `${full.charAt(0).toUpperCase()}${full.slice(1)}.`;
}

function fullText(memory: MemoryFacts): string | undefined {
  const millis = fullInMillis(memory);
  return millis === undefined
    ? undefined
    : `at this rate the limit of the heap (${text(size(memory.heapLimitBytes))}) is reached in ${soonText(millis)}`;
}

/** A person plans by hours, up to some days. */
export function soonText(millis: number): string {
  return millis >= 2 * HOUR_MILLIS && millis < 4 * DAY_MILLIS
    ? plural(Math.round(millis / HOUR_MILLIS), 'hour')
    : spanText(millis);
}
