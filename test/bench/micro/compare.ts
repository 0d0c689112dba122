import { median } from '../median.ts';

/** Long against the clock, and short enough that most batches pass without a preemption or a garbage collection. */
const BATCH = 200;

/**
 * Median nanoseconds per call by which `subject` is slower than `base`, of `batches` batches of each. They alternate, each gets fresh
 * inputs from `make`, and making them is not timed. Wall clock: CPU time is too coarse for a batch this short.
 */
export function addedNanos<T>(options: {
  readonly batches: number;
  /** Calls in a batch; default 200. */
  readonly calls?: number;
  readonly make: () => T;
  readonly subject: (input: T) => void;
  /** What the subject has put off is done within its time. */
  readonly settle?: () => void;
  readonly base: (input: T) => void;
}): number {
  const { batches, calls = BATCH, make, subject, settle = () => {}, base } = options;
  const time = (work: (input: T) => void, finish: () => void): number => {
    const inputs = Array.from({ length: calls }, make);
    const before = performance.now();
    for (const input of inputs) work(input);
    finish();
    return ((performance.now() - before) * 1e6) / calls;
  };
  const gaps: number[] = [];
  // The first fifth only warms up.
  for (let batch = -Math.ceil(batches / 5); batch < batches; batch++) {
    const isSubjectFirst = batch % 2 === 0;
    const timeSubject = (): number => time(subject, settle);
    const timeBase = (): number => time(base, settle);
    const first = isSubjectFirst ? timeSubject() : timeBase();
    const second = isSubjectFirst ? timeBase() : timeSubject();
    if (batch >= 0) gaps.push(isSubjectFirst ? first - second : second - first);
  }
  return median(gaps);
}
