import type { RuntimeSample } from '../../../otel/query.ts';
import type { ChartLine } from '../charts/line-chart.ts';

type Pick = (sample: RuntimeSample) => number;

/** What a chart draws of samples: each from where it begins, and a line of its own for each process. */
export function chartSamples(samples: readonly RuntimeSample[], pick: Pick): ChartLine['samples'] {
  return samples.map((sample) => ({
    atMillis: sample.atMillis,
    fromMillis: sample.fromMillis,
    of: sample.processStartedAtMillis,
    value: pick(sample),
  }));
}

/** Of a shorter time no share, delay or rate can be told: the sample at the start is of a fraction of a millisecond. */
const SHORTEST_MILLIS = 100;

/** Whether what is told of its time, rather than of its end, means something. */
export function hasSpan({ fromMillis, atMillis }: RuntimeSample): boolean {
  return atMillis - fromMillis >= SHORTEST_MILLIS;
}

/** What a chart draws of shares and delays, which are of the time of a sample: a process's first begins where its time does. */
export function spanSamples(samples: readonly RuntimeSample[], pick: Pick): ChartLine['samples'] {
  const begun = new Set<number>();
  return chartSamples(samples.filter(hasSpan), pick).flatMap((sample) => {
    if (begun.has(sample.of)) return [sample];
    begun.add(sample.of);
    return [{ ...sample, atMillis: sample.fromMillis }, sample];
  });
}

/** For a sparkline: NaN where another process goes on. */
export function sparkValues(samples: readonly RuntimeSample[], pick: Pick): readonly number[] {
  return samples.flatMap((sample, index) => {
    const before = samples[index - 1];
    const goesOn = before === undefined || before.processStartedAtMillis === sample.processStartedAtMillis;
    return goesOn ? [pick(sample)] : [NaN, pick(sample)];
  });
}

/** The highest that is known; 0 without any. */
export function highest(samples: readonly RuntimeSample[], pick: Pick): number {
  return samples.reduce((most, sample) => (pick(sample) > most ? pick(sample) : most), 0);
}
