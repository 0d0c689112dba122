import type { TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** The rate is that of so long before. */
const BEFORE_MILLIS = 60_000;

/** Counts that processes lost which were killed, at most, by the rates before. */
export interface MissingCounts {
  readonly seconds: number;
  readonly requests: number;
  /** Of all types. */
  readonly operations: number;
  /** True if nothing else is missing. */
  readonly isAll: boolean;
}

/** Undefined if no process was killed in the range. */
export function missingCounts(
  telemetry: Pick<TelemetryQuery, 'coverage' | 'operations'>,
  range: TimeRange,
): MissingCounts | undefined {
  const { missing } = telemetry.coverage(range);
  const killed = missing.filter(({ reason }) => reason === 'killed');
  if (killed.length === 0) return undefined;
  let [seconds, requests, operations] = [0, 0, 0];
  for (const { fromMillis, toMillis } of killed) {
    const before = telemetry.coverage({ fromMillis: fromMillis - BEFORE_MILLIS, toMillis: fromMillis });
    const counted = telemetry.operations({ fromMillis: before.fromMillis, toMillis: before.toMillis });
    const part = (toMillis - fromMillis) / Math.max(1, before.toMillis - before.fromMillis);
    const all = Object.values(counted).reduce((sum, { count }) => sum + count, 0);
    seconds += (toMillis - fromMillis) / 1000;
    requests += counted.http.count * part;
    operations += all * part;
  }
  return {
    seconds,
    requests: Math.ceil(requests),
    operations: Math.ceil(operations),
    isAll: killed.length === missing.length,
  };
}
