import type { HrTime } from '@opentelemetry/api';

/** One measurement of a histogram and the span that it comes from. */
export interface Exemplar {
  /** Seconds. */
  readonly value: number;
  readonly time: HrTime;
  readonly traceId: string;
  readonly spanId: string;
}
