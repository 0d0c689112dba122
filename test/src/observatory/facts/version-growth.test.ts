import { describe, expect, it } from '@jest/globals';
import type { MemoryFloor, ProcessCourse } from '../../../../otel/query.ts';
import { RandomSource } from '../../../../src/demo/random-source.ts';
import { memoryGrowth } from '../../../../src/observatory/facts/memory-growth.ts';
import { processMemories } from '../../../../src/observatory/facts/process-memory.ts';
import { versionGrowth } from '../../../../src/observatory/facts/version-growth.ts';

const MB = 1_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A process: its version, how many minutes it ran, and by how many MB an hour its heap grew. */
type Life = readonly [version: string | undefined, minutes: number, perHour: number];

/** What is known of the version of the last one, which runs. */
function known(lives: readonly Life[]) {
  let at = Date.UTC(2026, 2, 14, 12, 0, 0);
  const courses = lives.map(([version, minutes, perHour], index): ProcessCourse => {
    const random = new RandomSource(index * 7919 + 1);
    const startedAtMillis = at;
    at += minutes * MINUTE;
    const floors = Array.from({ length: minutes }, (_, minute): MemoryFloor => {
      const ranMillis = (minute + 1) * MINUTE;
      const heapBytes = (60 + (perHour * minute) / 60 + random.next()) * MB;
      const [rssBytes, usedBytes] = [heapBytes + 40 * MB, heapBytes];
      return { atMillis: startedAtMillis + ranMillis, ranMillis, heapBytes, rssBytes, usedBytes };
    });
    const isOver = index < lives.length - 1;
    return {
      startedAtMillis,
      pid: index,
      version,
      endedAtMillis: isOver ? at : undefined,
      ended: isOver ? 'stopped' : undefined,
      reason: undefined,
      ranMillis: minutes * MINUTE,
      floors,
      floorsPer: 'sample',
    };
  });
  const { startedAtMillis, floors } = courses.at(-1)!;
  const memories = processMemories(courses, { startedAtMillis, growth: memoryGrowth(floors) });
  return versionGrowth(memories, startedAtMillis);
}

describe('versionGrowth', () => {
  const YOUNG: Life = ['1.5.0', 4, 0];

  it('is that of the newest judged process of the version that runs, with what the ledger has', () => {
    const found = known([['1.4.0', 90, 0], ['1.5.0', 90, 500], ['1.5.0', 6, 0], YOUNG])!;
    expect(found.version).toBe('1.5.0');
    expect(Math.abs(found.growth.bytesPerHour / MB - 500)).toBeLessThan(5);
    expect(found.overMillis).toBeLessThanOrEqual(1.5 * HOUR);
  });

  it.each<readonly [string, readonly Life[]]>([
    ['another version grew', [['1.4.0', 90, 500], YOUNG]],
    [
      'the version is not known',
      [
        [undefined, 90, 500],
        [undefined, 4, 0],
      ],
    ],
    [
      'the process that runs is judged',
      [
        ['1.5.0', 90, 500],
        ['1.5.0', 60, 0],
      ],
    ],
    [
      'that shows no large growth',
      [
        ['1.5.0', 90, 500],
        ['1.5.0', 12, 0],
      ],
    ],
    ['the newest judged one did not grow', [['1.5.0', 90, 500], ['1.5.0', 90, 0], YOUNG]],
    ['there is none before', [YOUNG]],
  ])('is not known if %s', (_, lives) => expect(known(lives)).toBeUndefined());
});
