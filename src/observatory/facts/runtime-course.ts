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
