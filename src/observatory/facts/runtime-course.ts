import type { RuntimeSample } from '../../../otel/query.ts';
import type { ChartLine } from '../charts/line-chart.ts';

type Pick = (sample: RuntimeSample) => number;

/** Converts samples to chart points, with one line per process. */
export function chartSamples(samples: readonly RuntimeSample[], pick: Pick): ChartLine['samples'] {
  return samples.map((sample) => ({
    atMillis: sample.atMillis,
    fromMillis: sample.fromMillis,
    of: sample.processStartedAtMillis,
    value: pick(sample),
  }));
}

/** Shorter samples give no meaningful share, delay or rate: the first one covers a fraction of a millisecond. */
const SHORTEST_MILLIS = 100;

/** True if the sample's values over its time span are meaningful. */
export function hasSpan({ fromMillis, atMillis }: RuntimeSample): boolean {
  return atMillis - fromMillis >= SHORTEST_MILLIS;
}

/** Chart points of shares and delays, which cover the time span of a sample. */
export function spanSamples(samples: readonly RuntimeSample[], pick: Pick): ChartLine['samples'] {
  const begun = new Set<number>();
  return chartSamples(samples.filter(hasSpan), pick).flatMap((sample) => {
    if (begun.has(sample.of)) return [sample];
    begun.add(sample.of);
    return [{ ...sample, atMillis: sample.fromMillis }, sample];
  });
}

/** What was left of the heap after full collections, joined from one to the next of the same process. */
export function floorSamples(samples: readonly RuntimeSample[]): ChartLine['samples'] {
  const before = new Map<number, number>();
  return chartSamples(samples, (sample) => sample.heapFloorBytes)
    .filter(({ value }) => !Number.isNaN(value))
    .map((sample) => {
      const fromMillis = before.get(sample.of) ?? sample.fromMillis;
      before.set(sample.of, sample.atMillis);
      return { ...sample, fromMillis };
    });
}

/** For a sparkline: of each sample the newest floor of its process. */
export function newestFloors(samples: readonly RuntimeSample[]): RuntimeSample[] {
  const newest = new Map<number, number>();
  return samples.map((sample) => {
    const { processStartedAtMillis: started, heapFloorBytes: bytes } = sample;
    if (!Number.isNaN(bytes)) newest.set(started, bytes);
    return { ...sample, heapFloorBytes: newest.get(started) ?? NaN };
  });
}

/** For a sparkline: NaN between two processes. */
export function sparkValues(samples: readonly RuntimeSample[], pick: Pick): readonly number[] {
  return samples.flatMap((sample, index) => {
    const before = samples[index - 1];
    const goesOn = before === undefined || before.processStartedAtMillis === sample.processStartedAtMillis;
    return goesOn ? [pick(sample)] : [NaN, pick(sample)];
  });
}

/** The highest known value; 0 without any. */
export function highest(samples: readonly RuntimeSample[], pick: Pick): number {
  return samples.reduce((most, sample) => (pick(sample) > most ? pick(sample) : most), 0);
}
