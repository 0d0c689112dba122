import { bucketMidNanos, BUCKET_COUNT, DurationSketch } from '../../../otel/aggregate/duration-sketch.ts';
import { addedNanos } from './compare.ts';
import type { Figure } from './figure.ts';

/** One count, and the bytes of a sketch that has seen everything from a microsecond to an hour. */
export function measureSketch(batches: number): readonly Figure[] {
  const sketch = new DurationSketch();
  let sum = 0;
  const added = addedNanos({
    batches,
    make: () => 1e3 * 10 ** (Math.random() * 6),
    subject: (nanos) => sketch.add(nanos),
    base: (nanos) => void (sum += nanos),
  });
  const full = new DurationSketch();
  for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) full.add(bucketMidNanos(bucket));
  if (!(sum > 0)) throw new Error('the base of the sketch was not measured');
  return [
    { what: 'sketch update', value: added, unit: 'ns', target: 50 },
    { what: 'sketch of the full range', value: full.bytes, unit: 'bytes', target: 4500 },
  ];
}
