import { median } from '../median.ts';

/** Long against the clock, and short enough that most batches pass without a preemption or a garbage collection. */
const BATCH = 200;

/**
 * Median nanoseconds per call by which `subject` is slower than `base`, of `batches` batches of each. They alternate, each gets fresh
 * inputs from `make`, and making them is not timed. Wall clock: CPU time is too coarse for a batch this short.
 */
export function addedNanos<T>(options: {
  readonly batches: number;
  readonly make: () => T;
  readonly subject: (input: T) => void;
  readonly base: (input: T) => void;
}): number {
  const { batches, make, subject, base } = options;
  const time = (work: (input: T) => void): number => {
    const inputs = Array.from({ length: BATCH }, make);
    const before = performance.now();
    for (const input of inputs) work(input);
    return ((performance.now() - before) * 1e6) / BATCH;
  };
  const gaps: number[] = [];
  // The first fifth only warms up.
  for (let batch = -Math.ceil(batches / 5); batch < batches; batch++) {
    const isSubjectFirst = batch % 2 === 0;
    const first = time(isSubjectFirst ? subject : base);
    const second = time(isSubjectFirst ? base : subject);
    if (batch >= 0) gaps.push(isSubjectFirst ? first - second : second - first);
  }
  return median(gaps);
}
