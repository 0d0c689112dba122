import type { DataPoint } from '@opentelemetry/sdk-metrics';
import type { Exemplar } from '../base/exemplar.ts';

/** A point of the kit's histograms; those of the SDK have no exemplars. */
export interface PointWithExemplars<T> extends DataPoint<T> {
  /** At most one for each fixed bucket of the metric. */
  readonly exemplars: readonly Exemplar[];
}

export function exemplarsOf(point: DataPoint<unknown>): readonly Exemplar[] {
  return hasExemplars(point) ? point.exemplars : [];
}

export function hasExemplars<T>(point: DataPoint<T>): point is PointWithExemplars<T> {
  return 'exemplars' in point;
}
