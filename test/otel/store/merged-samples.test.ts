import { describe, expect, it } from '@jest/globals';
import type { RuntimeSample } from '../../../otel/query.ts';
import { mergedSample, sampleCourse } from '../../../otel/store/merged-samples.ts';
import { SAMPLE } from './store-fixture.ts';

const sample = (atMillis: number, more: Partial<RuntimeSample> = {}): RuntimeSample => ({
  ...SAMPLE,
  fromMillis: atMillis - 10,
  atMillis,
  ...more,
});

describe('mergedSample', () => {
  it('keeps the last size, the mean share, maxima, and the sum of pauses', () => {
    expect(
      mergedSample([
        sample(10, {
          rssBytes: 900,
          rssMaxBytes: 950,
          cpuUtilization: 1,
          eventLoopDelayP99Millis: 80,
          eventLoopDelayMaxMillis: 800,
          gcPauseMillis: 1,
          gcPauseMaxMillis: 1,
          heapFloorBytes: 70,
          rssFloorBytes: 700,
        }),
        sample(20, {
          rssBytes: 300,
          rssMaxBytes: 300,
          cpuUtilization: 0,
          gcPauseMillis: 9,
          gcPauseMaxMillis: 5,
          gcCount: 4,
          openFilesMax: 1024,
          heapFloorBytes: NaN,
          rssFloorBytes: 600,
        }),
      ]),
    ).toEqual({
      ...SAMPLE,
      fromMillis: 0,
      atMillis: 20,
      rssBytes: 300,
      rssMaxBytes: 950,
      cpuUtilization: 0.5,
      eventLoopDelayP99Millis: 80,
      eventLoopDelayMaxMillis: 800,
      gcPauseMillis: 10,
      gcPauseMaxMillis: 5,
      gcCount: 6,
      openFilesMax: 1024,
      heapFloorBytes: 70,
      rssFloorBytes: 600,
    });
  });

  it('weighs a share by its period', () => {
    const long = sample(90, { fromMillis: 0, cpuUtilization: 1 });
    expect(mergedSample([long, sample(100, { cpuUtilization: 0 })]).cpuUtilization).toBeCloseTo(0.9);
  });

  it('takes maxima from known values', () => {
    const known = sample(1, { rssMaxBytes: 70 });
    const unknown = sample(2, { rssMaxBytes: NaN });
    expect(mergedSample([known, unknown]).rssMaxBytes).toBe(70);
    expect(mergedSample([unknown, unknown]).rssMaxBytes).toBeNaN();
  });
});

describe('sampleCourse', () => {
  const range = { fromMillis: 0, toMillis: 3000 };

  it('leaves few samples as they are', () => {
    const few = [sample(1), sample(2)];
    expect(sampleCourse(few, range, 2)).toBe(few);
    expect(sampleCourse([], range, 2)).toEqual([]);
  });

  it('merges neither different processes nor across a gap wider than a point', () => {
    const before = Array.from({ length: 50 }, (_, index) => sample(index * 10));
    const after = before.map((each) => ({
      ...each,
      atMillis: each.atMillis + 2000,
      processStartedAtMillis: 1,
    }));
    const course = sampleCourse([...before, ...after], range, 10);
    expect(course.map((each) => [each.processStartedAtMillis, each.atMillis])).toEqual([
      [SAMPLE.processStartedAtMillis, 290],
      [SAMPLE.processStartedAtMillis, 490],
      [1, 2090],
      [1, 2390],
      [1, 2490],
    ]);
  });

  it.each([99, 100, 101, 2880])('returns no more than requested from %d', (count) => {
    const many = Array.from({ length: count }, (_, index) => sample((index * 3000) / count));
    expect(sampleCourse(many, range, 100).length).toBeLessThanOrEqual(100);
  });
});
