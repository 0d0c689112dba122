import type { RuntimeSample } from '../../../otel/query.ts';

/** The trend of resident memory over the samples. */
export interface MemoryTrend {
  readonly growing: boolean;
  /** Mean of the last quarter minus mean of the first; negative if it shrank. */
  readonly grownBytes: number;
  readonly overMillis: number;
}

/** Growth is reported if it is at least a fifth and 20 MB, within at least ten minutes, and if memory still rises at the end. */
const MIN_GROWTH = 0.2;
const MIN_BYTES = 20_000_000;
const MIN_MILLIS = 600_000;
const MIN_SAMPLES = 12;

const mean = (samples: readonly RuntimeSample[]): number =>
  samples.reduce((sum, sample) => sum + sample.rssBytes, 0) / samples.length;

/** Uses the last process only: a new process has a new heap. */
export function memoryTrend(all: readonly RuntimeSample[]): MemoryTrend {
  const last = all.at(-1);
  const samples = all.filter(
    (sample) =>
      sample.processStartedAtMillis === last?.processStartedAtMillis && !Number.isNaN(sample.rssBytes),
  );
  const [first] = samples;
  if (first === undefined || last === undefined) return { growing: false, grownBytes: 0, overMillis: 0 };
  const overMillis = last.atMillis - first.atMillis;
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const [early, middle, late] = [
    samples.slice(0, quarter),
    samples.slice(quarter, -quarter),
    samples.slice(-quarter),
  ];
  const grownBytes = mean(late) - mean(early);
  const enough = samples.length >= MIN_SAMPLES && overMillis >= MIN_MILLIS;
  // A step followed by a plateau is not growth: the second half must keep rising.
  const goesOn = middle.length > 0 && mean(late) - mean(middle) > grownBytes * 0.2;
  return {
    growing: enough && goesOn && grownBytes >= MIN_BYTES && grownBytes >= mean(early) * MIN_GROWTH,
    grownBytes,
    overMillis,
  };
}
