import type { RuntimeSample } from '../../otel/query.ts';

/**
 * At most so many samples, neighbours made one: sizes as they were last, shares on average, the worst delay, the sum of pauses. A chart of
 * more would be a smear.
 */
export function runtimeCourse(
  samples: readonly RuntimeSample[],
  maxPoints: number,
): readonly RuntimeSample[] {
  const each = Math.ceil(samples.length / maxPoints);
  if (each <= 1) return samples;
  return Array.from({ length: Math.ceil(samples.length / each) }, (_, index) =>
    merged(samples.slice(index * each, (index + 1) * each)),
  );
}

function merged(some: readonly RuntimeSample[]): RuntimeSample {
  const sum = (pick: (sample: RuntimeSample) => number): number =>
    some.reduce((total, sample) => total + pick(sample), 0);
  const mean = (pick: (sample: RuntimeSample) => number): number => sum(pick) / some.length;
  return {
    ...some.at(-1)!,
    cpuUtilization: mean((sample) => sample.cpuUtilization),
    eventLoopUtilization: mean((sample) => sample.eventLoopUtilization),
    eventLoopDelayP50Millis: mean((sample) => sample.eventLoopDelayP50Millis),
    eventLoopDelayP99Millis: some.reduce(
      (worst, sample) => Math.max(worst, sample.eventLoopDelayP99Millis),
      0,
    ),
    gcPauseMillis: sum((sample) => sample.gcPauseMillis),
    gcCount: sum((sample) => sample.gcCount),
  };
}
