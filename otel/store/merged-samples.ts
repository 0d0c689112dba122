import type { RuntimeSample, TimeRange } from '../query.ts';

type Pick = (sample: RuntimeSample) => number;

/**
 * Merges neighbouring samples of one process: sizes and percentiles as the last or the mean value, maxima as the maximum of all, floors as
 * the minimum, pauses as their sum. A value unknown in one sample is taken from the others.
 */
export function mergedSample(some: readonly RuntimeSample[]): RuntimeSample {
  const first = some[0]!;
  const last = some.at(-1)!;
  if (some.length === 1) return first;
  const known = (pick: Pick): RuntimeSample[] => some.filter((sample) => !Number.isNaN(pick(sample)));
  const most = (pick: Pick): number =>
    known(pick).reduce((highest, sample) => Math.max(highest, pick(sample)), -Infinity);
  const highest = (pick: Pick): number => (known(pick).length === 0 ? NaN : most(pick));
  const lowest = (pick: Pick): number => -highest((sample) => -pick(sample));
  const sum = (pick: Pick): number => some.reduce((total, sample) => total + pick(sample), 0);
  const lengthOf = ({ fromMillis, atMillis }: RuntimeSample): number => Math.max(1, atMillis - fromMillis);
  const mean = (pick: Pick): number => sum((sample) => pick(sample) * lengthOf(sample)) / sum(lengthOf);
  return {
    ...last,
    fromMillis: first.fromMillis,
    rssMaxBytes: highest((sample) => sample.rssMaxBytes),
    cpuUtilization: mean((sample) => sample.cpuUtilization),
    eventLoopUtilization: mean((sample) => sample.eventLoopUtilization),
    eventLoopDelayP50Millis: mean((sample) => sample.eventLoopDelayP50Millis),
    eventLoopDelayP99Millis: highest((sample) => sample.eventLoopDelayP99Millis),
    eventLoopDelayMaxMillis: highest((sample) => sample.eventLoopDelayMaxMillis),
    gcPauseMillis: sum((sample) => sample.gcPauseMillis),
    gcPauseMaxMillis: highest((sample) => sample.gcPauseMaxMillis),
    gcCount: sum((sample) => sample.gcCount),
    openFilesMax: highest((sample) => sample.openFilesMax),
    heapFloorBytes: lowest((sample) => sample.heapFloorBytes),
    rssFloorBytes: lowest((sample) => sample.rssFloorBytes),
  };
}

/** One sample per process and per non-empty part of the range, divided into `maxPoints` equal parts. */
export function sampleCourse(
  samples: readonly RuntimeSample[],
  { fromMillis, toMillis }: TimeRange,
  maxPoints: number,
): readonly RuntimeSample[] {
  if (samples.length <= maxPoints) return samples;
  const width = (toMillis - fromMillis) / maxPoints;
  const parts = Map.groupBy(
    samples,
    ({ processStartedAtMillis, atMillis }) =>
      `${processStartedAtMillis} ${Math.floor((atMillis - fromMillis) / width)}`,
  );
  return [...parts.values()].map(mergedSample).sort((a, b) => a.atMillis - b.atMillis);
}
