import { describe, expect, it } from '@jest/globals';
import type { RuntimeSample } from '../../../../otel/query.ts';
import { chartSamples, spanSamples } from '../../../../src/observatory/facts/runtime-course.ts';
import { RUNTIME_SAMPLE } from '../../../fixtures/still-runtime.ts';

const sample = (fromMillis: number, atMillis: number, cpuUtilization: number, of = 0): RuntimeSample => ({
  ...RUNTIME_SAMPLE,
  fromMillis,
  atMillis,
  cpuUtilization,
  processStartedAtMillis: of,
});

describe('chart points of values over a time span', () => {
  // At its start a process takes a sample of what it holds; of a fraction of a millisecond no share of a core can be told.
  const samples = [
    sample(399.85, 400, 1.01),
    sample(400, 30_400, 0.1),
    sample(30_400, 60_400, 0.2),
    sample(60_999.9, 61_000, 1.02, 60_500),
    sample(61_000, 91_000, 0.3, 60_500),
  ];

  it('leaves out the moment of a start, and begins where the next sample does', () => {
    const drawn = spanSamples(samples, (s) => s.cpuUtilization);
    expect(drawn.map(({ atMillis, value }) => [atMillis, value])).toEqual([
      [400, 0.1],
      [30_400, 0.1],
      [60_400, 0.2],
      [61_000, 0.3],
      [91_000, 0.3],
    ]);
  });

  it('misses nothing that is held at its end', () => {
    expect(chartSamples(samples, (s) => s.rssBytes)).toHaveLength(5);
  });
});
