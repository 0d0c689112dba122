import { describe, expect, it } from '@jest/globals';
import type { RuntimeSample } from '../../../otel/query.ts';
import { runtimeCourse } from '../../../src/observatory/runtime-course.ts';

const sample = (atMillis: number, more: Partial<RuntimeSample> = {}): RuntimeSample => ({
  atMillis,
  rssBytes: 100,
  heapUsedBytes: 40,
  heapTotalBytes: 60,
  externalBytes: 5,
  cpuUtilization: 0.5,
  eventLoopDelayP50Millis: 1,
  eventLoopDelayP99Millis: 2,
  eventLoopUtilization: 0.5,
  gcPauseMillis: 1,
  gcCount: 1,
  activeHandles: 3,
  ...more,
});

describe('runtimeCourse', () => {
  it('leaves few samples as they are', () => {
    const few = [sample(1), sample(2)];
    expect(runtimeCourse(few, 2)).toBe(few);
    expect(runtimeCourse([], 2)).toEqual([]);
  });

  it('keeps the last size, the mean share, the worst delay and all pauses of those it puts together', () => {
    const course = runtimeCourse(
      [
        sample(1, { rssBytes: 900, cpuUtilization: 1, eventLoopDelayP99Millis: 800 }),
        sample(2, { rssBytes: 300, cpuUtilization: 0, gcPauseMillis: 9, gcCount: 4 }),
        sample(3),
      ],
      2,
    );
    expect(course).toHaveLength(2);
    expect(course[0]).toMatchObject({
      atMillis: 2,
      rssBytes: 300,
      cpuUtilization: 0.5,
      eventLoopDelayP99Millis: 800,
      gcPauseMillis: 10,
      gcCount: 5,
    });
    expect(course[1]).toEqual(sample(3));
  });

  it('never gives more than asked for', () => {
    for (const count of [99, 100, 101, 2880])
      expect(
        runtimeCourse(
          Array.from({ length: count }, (_, at) => sample(at)),
          100,
        ).length,
      ).toBeLessThanOrEqual(100);
  });
});
