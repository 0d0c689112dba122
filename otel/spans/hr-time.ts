import type { HrTime } from '@opentelemetry/api';

/** Adds nanoseconds, which may be negative, rounded to whole ones. */
export function plusNanos([seconds, nanos]: HrTime, more: number): HrTime {
  const sum = Math.round(nanos + more);
  const carry = Math.floor(sum / 1e9);
  return [seconds + carry, sum - carry * 1e9];
}
