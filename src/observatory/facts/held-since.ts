import type { TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** The time from which every failed or slow trace is still held, or every ordinary one; undefined if that covers the range. */
export function heldSinceMillis(
  telemetry: Pick<TelemetryQuery, 'buffer' | 'history' | 'now'>,
  range: TimeRange,
  rank: 'mustKeep' | 'ordinary' = 'mustKeep',
): number | undefined {
  const buffer = telemetry.buffer()[rank];
  const history = telemetry.history()?.traces[rank];
  const isShort = history === undefined ? buffer.evicted > 0 : history.expired + history.dropped > 0;
  const oldest = Math.min(buffer.oldestMillis ?? telemetry.now(), history?.oldestMillis ?? Infinity);
  return isShort && oldest > range.fromMillis ? oldest : undefined;
}
