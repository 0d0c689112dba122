import type { MemoryFloor, RuntimeSample } from '../query.ts';

/**
 * Floors of one process, from its samples in the order in which they were taken. Its time is the sum of its samples, which were measured by the
 * monotonic clock: neither a step of the system's clock nor a suspended machine is in it.
 *
 * @param toMillis The process is the one that was sampled last until then.
 */
export function memoryFloors(samples: readonly RuntimeSample[], toMillis: number): readonly MemoryFloor[] {
  const isNow = toMillis >= (samples.at(-1)?.atMillis ?? 0);
  const until = isNow ? samples : samples.filter(({ atMillis }) => atMillis <= toMillis);
  const started = until.at(-1)?.processStartedAtMillis;
  const floors: MemoryFloor[] = [];
  let ranMillis = 0;
  for (const sample of until) {
    if (sample.processStartedAtMillis !== started) continue;
    const { atMillis, fromMillis, heapFloorBytes: heapBytes, rssFloorBytes: rssBytes } = sample;
    ranMillis += atMillis - fromMillis;
    if (!Number.isNaN(heapBytes)) floors.push({ atMillis, ranMillis, heapBytes, rssBytes });
  }
  return floors;
}
