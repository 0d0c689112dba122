import { describe, expect, it } from '@jest/globals';
import type { RuntimeSample } from '../../../../otel/query.ts';
import { memoryTrend } from '../../../../src/observatory/sentences/memory-trend.ts';
import { RUNTIME_SAMPLE } from '../../../fixtures/still-runtime.ts';

const samples = (count: number, megabytes: (index: number) => number, stepMillis = 30_000): RuntimeSample[] =>
  Array.from({ length: count }, (_, index) => ({
    ...RUNTIME_SAMPLE,
    atMillis: index * stepMillis,
    rssBytes: megabytes(index) * 2 ** 20,
  }));

describe('memoryTrend', () => {
  it('recognises steady growth', () => {
    const trend = memoryTrend(samples(120, (index) => 90 + index));
    expect(trend.growing).toBe(true);
    expect(trend.grownBytes / 2 ** 20).toBeCloseTo(90, 0);
    expect(trend.overMillis).toBe(119 * 30_000);
  });

  it('covers one process: a new one has a new heap', () => {
    const before = samples(60, () => 400);
    const after = samples(60, () => 90).map((sample) => ({
      ...sample,
      atMillis: sample.atMillis + 7_200_000,
      processStartedAtMillis: RUNTIME_SAMPLE.processStartedAtMillis + 7_000_000,
    }));
    expect(memoryTrend([...before, ...after])).toMatchObject({ grownBytes: 0, overMillis: 59 * 30_000 });
  });

  it('leaves out unknown values', () => {
    const gap = samples(60, (index) => (index === 30 ? NaN : 90));
    expect(memoryTrend(gap).grownBytes).toBe(0);
  });

  it.each([
    ['no samples', []],
    ['one sample', samples(1, () => 90)],
    ['a level line', samples(120, () => 90)],
    ['a saw', samples(120, (index) => 90 + (index % 10) * 5)],
    ['a start that settles', samples(120, (index) => (index < 20 ? 60 + index * 3 : 120))],
    ['a little growth', samples(120, (index) => 900 + index / 10)],
    ['growth over five minutes', samples(30, (index) => 90 + index * 4, 10_000)],
    ['shrinking', samples(120, (index) => 200 - index)],
  ])('does not call %s growth', (_, drawn) => expect(memoryTrend(drawn).growing).toBe(false));
});
