import type { OperationSummary, OperationType, SeriesSummary } from '../query.ts';
import type { RedBucket } from './red-bucket.ts';

/** A bucket as pages read it. */
export function summaryOf(bucket: RedBucket, rate: number): OperationSummary {
  return {
    count: bucket.count,
    errors: bucket.errors,
    clientErrors: bucket.clientErrors,
    aborted: bucket.aborted,
    slow: bucket.slow,
    totalMillis: bucket.durations.sumNanos / 1e6,
    durationMillis: bucket.durationSummary(),
    kept: bucket.kept,
    rate,
  };
}

/** Fields that only requests have. */
export function requestFactsOf(
  type: OperationType,
  bucket: RedBucket,
): Pick<SeriesSummary, 'statuses' | 'waited'> {
  if (type !== 'http') return {};
  return {
    statuses: bucket.statuses.of(bucket.count),
    waited: { count: bucket.waited, totalMillis: bucket.waitMicros / 1000 },
  };
}
