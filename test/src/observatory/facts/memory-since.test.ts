import { describe, expect, it } from '@jest/globals';
import type { MemoryFloor, ProcessCourse } from '../../../../otel/query.ts';
import { RandomSource } from '../../../../src/demo/random-source.ts';
import { memoryGrowth } from '../../../../src/observatory/facts/memory-growth.ts';
import { memorySince } from '../../../../src/observatory/facts/memory-since.ts';
import { processMemories } from '../../../../src/observatory/facts/process-memory.ts';
import { versionRuns } from '../../../../src/observatory/facts/version-runs.ts';
import { momentText } from '../../../../src/observatory/format/moment.ts';
import { memorySinceWords } from '../../../../src/observatory/sentences/memory-since-sentence.ts';

const MB = 1_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 14, 12, 0, 0);

/** A process: its version, how long it ran, by how many MB an hour its heap grew, and how many MB outside it climbed to. */
type Life = readonly [version: string, hours: number, perHour: number, climb?: number];

function floorsOf(
  seed: number,
  startedAtMillis: number,
  [, hours, perHour, climb = 0]: Life,
): readonly MemoryFloor[] {
  const random = new RandomSource(seed * 7919 + 1);
  return Array.from({ length: Math.round(hours * 60) }, (_, minute) => {
    const ranMillis = (minute + 1) * MINUTE;
    const heapBytes = (60 + (perHour * minute) / 60 + random.next()) * MB;
    const [rssBytes, usedBytes] = [
      heapBytes + (40 + climb * (1 - Math.exp(-minute / 15))) * MB,
      heapBytes + 4 * MB,
    ];
    return { atMillis: startedAtMillis + ranMillis, ranMillis, heapBytes, rssBytes, usedBytes };
  });
}

/** One after the other; the last one runs. */
function coursesOf(lives: readonly Life[], seed: number): readonly ProcessCourse[] {
  let at = START;
  return lives.map((life, index) => {
    const [version, hours] = life;
    const startedAtMillis = at;
    at += hours * HOUR;
    const ends = index < lives.length - 1;
    return {
      startedAtMillis,
      pid: index,
      version,
      endedAtMillis: ends ? at : undefined,
      ended: ends ? 'stopped' : undefined,
      reason: undefined,
      ranMillis: hours * HOUR,
      floors: floorsOf(seed + index, startedAtMillis, life),
      floorsPer: 'sample',
    };
  });
}

function since(lives: readonly Life[], seed = 0) {
  const courses = coursesOf(lives, seed);
  const own = courses.at(-1)!;
  const { startedAtMillis } = own;
  const memories = processMemories(courses, { startedAtMillis, growth: memoryGrowth(own.floors) });
  return memorySince(memories, versionRuns({ processes: () => courses }));
}

describe('memorySince', () => {
  const LEVEL: Life = ['1.4.0', 3, 0];
  const YOUNG = 4 / 60;

  it('names the version whose process grows, from its first start, with the growth of the ledger', () => {
    const found = since([LEVEL, ['1.5.0', 2, 970]])!;
    expect(found).toMatchObject({ version: '1.5.0', atMillis: START + 3 * HOUR, of: 'heap' });
    expect(found.endedAtMillis).toBeUndefined();
    expect(Math.abs(found.growth.bytesPerHour / MB - 970)).toBeLessThan(5);
    const now = START + 5 * HOUR;
    expect(memorySinceWords(found, now)).toMatch(
      new RegExp(
        `^Memory grows since version 1\\.5\\.0 \\(${momentText(START + 3 * HOUR, now)}\\): 9[67]\\d\\.\\d ± [\\d.]+ MB an hour; level before\\.$`,
      ),
    );
  });

  it('also of a process that has ended, while the next is too young to judge', () => {
    const lives: readonly Life[] = [LEVEL, ['1.5.0', 2, 970], ['1.5.0', YOUNG, 970]];
    const found = since(lives)!;
    expect(found).toMatchObject({ version: '1.5.0', endedAtMillis: START + 5 * HOUR });
    expect(memorySinceWords(found, START + 6 * HOUR)).toMatch(
      /^Memory grows since version 1\.5\.0 .* MB an hour in the process from .* to .*; level before\.$/,
    );
  });

  it('is known by a bound of the version before, if that ran too short for a slope', () => {
    const found = since([
      ['1.4.0', 13 / 60, 0],
      ['1.5.0', 1, 500],
      ['1.5.0', YOUNG, 500],
    ])!;
    expect(found).toMatchObject({ version: '1.5.0', of: 'heap', before: 'bounded' });
    expect(memorySinceWords(found, START + 6 * HOUR)).toMatch(/; less than half as much before\.$/);
  });

  it('says that it grew then, once another version runs', () => {
    const found = since([LEVEL, ['1.5.0', 2, 970], ['1.5.1', YOUNG, 0]])!;
    expect(found.isLatest).toBe(false);
    expect(memorySinceWords(found, START + 6 * HOUR)).toMatch(/^Memory grew since version 1\.5\.0 /);
  });

  it('is not hidden by the climb outside the heap that a process of the version before made after its start', () => {
    const found = since([
      ['1.4.0', 0.4, 0, 200],
      ['1.5.0', 0.4, 500, 200],
      ['1.5.0', 0.1, 500, 200],
    ])!;
    expect(found).toMatchObject({ version: '1.5.0', of: 'heap', isLatest: true });
    expect(Math.abs(found.growth.bytesPerHour / MB - 500)).toBeLessThan(25);
  });

  it.each<readonly [string, readonly Life[]]>([
    ['neither grows', [LEVEL, ['1.5.0', 2, 0]]],
    [
      'the version before grew, too',
      [
        ['1.4.0', 3, 30],
        ['1.5.0', 2, 970],
      ],
    ],
    ['a process of the version before grew', [['1.4.0', 3, 30], LEVEL, ['1.5.0', 2, 970]]],
    [
      'the version before was too young to judge',
      [
        ['1.4.0', YOUNG, 0],
        ['1.5.0', 2, 970],
      ],
    ],
    [
      'the version before may have grown as much, by the bound that is known of it',
      [
        ['1.4.0', 13 / 60, 400],
        ['1.5.0', 2, 500],
      ],
    ],
    [
      'there was no other version',
      [
        ['1.5.0', 3, 0],
        ['1.5.0', 2, 970],
      ],
    ],
    ['another process of the version did not grow', [LEVEL, ['1.5.0', 3, 0], ['1.5.0', 2, 970]]],
    ['it grew, and the next version does not', [LEVEL, ['1.5.0', 2, 970], ['1.5.1', 2, 0]]],
  ])('says nothing if %s', (_, lives) => {
    expect(since(lives)).toBeUndefined();
  });

  it('claims nothing of 100 pairs of level processes', () => {
    const pairOf = (run: number): readonly Life[] => [
      ['1.4.0', 3, 0],
      ['1.5.0', 2 + (run % 3), 0],
    ];
    const claimed = Array.from({ length: 100 }, (_, run) => since(pairOf(run), 2 * run));
    expect(claimed.filter((each) => each !== undefined)).toEqual([]);
  });
});
