import type { HrTime } from '@opentelemetry/api';

/** `more` nanoseconds later, or earlier when it is negative; rounded to whole ones. */
export function plusNanos([seconds, nanos]: HrTime, more: number): HrTime {
  const sum = Math.round(nanos + more);
  const carry = Math.floor(sum / 1e9);
  return [seconds + carry, sum - carry * 1e9];
}
