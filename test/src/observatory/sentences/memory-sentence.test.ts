import { describe, expect, it } from '@jest/globals';
import { clockText } from '../../../../src/observatory/format/moment.ts';
import { fullInMillis, memoryWords } from '../../../../src/observatory/sentences/memory-sentence.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { memoryMeasure } from '../../../../src/observatory/sentences/memory-check.ts';
import { GROWING_MEMORY, HOUR, LEVEL, memoryOf } from './situations.ts';

const since = clockText(NOW - HOUR);
const MB = 1_000_000;
const growing = (bytesPerHour: number, plusMinus: number, more: object = {}) =>
  memoryOf({ isGrowing: true, bytesPerHour, plusMinus }, more);

describe('memoryWords', () => {
  it.each([
    [
      memoryOf({}, { overMillis: 6 * HOUR }),
      'Memory is not growing: what garbage collection leaves changed by −0.1 ± 0.4 MB an hour in 6 hours.',
    ],
    [
      memoryOf({ bytesPerHour: -1, plusMinus: 3 }),
      'Memory is not growing: what garbage collection leaves changed by 0.00 ± 0.00 MB an hour in 1 hour.',
    ],
    // Memory outside the heap cannot be judged yet.
    [
      memoryOf({}, { rss: undefined, overMillis: 1.5 * HOUR }),
      'The heap is not growing: what garbage collection leaves changed by −0.1 ± 0.4 MB an hour in 1 hour.',
    ],
    [GROWING_MEMORY, `Memory grows by 12 ± 2 MB an hour since ${since}.`],
    [
      growing(12 * MB, 2 * MB, { overMillis: 14 * HOUR, heapLimitBytes: 432 * MB }),
      `Memory grows by 12 ± 2 MB an hour since ${since}; at this rate the limit of the heap (432 MB) is reached in 31 hours.`,
    ],
    [
      growing(1234 * MB, 90 * MB),
      `Memory grows by 1,234 ± 90 MB an hour since ${since}; at this rate the limit of the heap (4 GB) is reached in 3 hours.`,
    ],
    [
      memoryOf(
        {},
        { rss: { line: LEVEL, isGrowing: true, mayGrow: true, bytesPerHour: 3 * MB, plusMinus: 0.5 * MB } },
      ),
      `The heap is not growing: what garbage collection leaves changed by −0.1 ± 0.4 MB an hour in 1 hour. Outside the heap it grows: resident memory by 3.0 ± 0.5 MB an hour since ${since}.`,
    ],
    [
      memoryOf({ mayGrow: true, bytesPerHour: 5 * MB, plusMinus: 4 * MB }),
      `Memory may be growing: what garbage collection leaves rose by 5 ± 4 MB an hour since ${since}; a longer time will tell.`,
    ],
    [memoryOf({}, { heap: undefined }), undefined],
  ])('%#', (memory, words) => expect(memoryWords(memory, NOW)?.replaceAll('\u00a0', ' ')).toBe(words));

  it('foresees no more than a day for an hour watched, and nothing of a heap that is over its limit', () => {
    const last = (hours: number) => growing(MB, 0, { heapBytes: 0, heapLimitBytes: hours * MB });
    expect(fullInMillis(last(24))).toBe(24 * HOUR);
    expect(fullInMillis(last(25))).toBeUndefined();
    expect(fullInMillis(growing(MB, 0, { heapBytes: 9, heapLimitBytes: 1 }))).toBe(0);
    expect(fullInMillis(memoryOf({}))).toBeUndefined();
  });

  it('foresees a day of growth that is beyond doubt, however short it was watched', () => {
    const seen = growing(489 * MB, 271 * MB, {
      overMillis: HOUR / 4,
      heapBytes: 252 * MB,
      heapLimitBytes: 4496 * MB,
    });
    expect(fullInMillis(seen)! / HOUR).toBeCloseTo((4496 - 252) / 489, 6);
    expect(memoryMeasure(seen, 24 * HOUR)).toMatchObject({
      value: fullInMillis(seen),
      words: '9 hours: grows by 489 ± 271 MB an hour',
    });
  });

  it('says how long the heap lasts at least if that is too far to foresee, and judges no limit beyond it', () => {
    const words = 'more than 1 day: grows by 12 ± 2 MB an hour';
    expect(memoryMeasure(GROWING_MEMORY, 24 * HOUR)).toEqual({ value: Infinity, words });
    expect(memoryMeasure(GROWING_MEMORY, 25 * HOUR)).toEqual({ unjudged: words });
  });
});
