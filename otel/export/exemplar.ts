import type { HrTime } from '@opentelemetry/api';
import type { DataPoint } from '@opentelemetry/sdk-metrics';

/** One measurement of a histogram and the span that it comes from. */
export interface Exemplar {
  /** Seconds. */
  readonly value: number;
  readonly time: HrTime;
  readonly traceId: string;
  readonly spanId: string;
}

/** A point of the kit's histograms; those of the SDK have no exemplars. */
export interface PointWithExemplars<T> extends DataPoint<T> {
  /** At most one for each fixed bucket of the metric, ascending. */
  readonly exemplars: readonly Exemplar[];
}

export function exemplarsOf(point: DataPoint<unknown>): readonly Exemplar[] {
  return hasExemplars(point) ? point.exemplars : [];
}

function hasExemplars(point: DataPoint<unknown>): point is PointWithExemplars<unknown> {
  return 'exemplars' in point;
}
