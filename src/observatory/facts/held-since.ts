import type { TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** The time from which every failed or slow trace is still held; undefined if that covers the range. */
export function heldSinceMillis(telemetry: TelemetryQuery, range: TimeRange): number | undefined {
  const buffer = telemetry.buffer().mustKeep;
  const history = telemetry.history()?.traces.mustKeep;
  const isShort = history === undefined ? buffer.evicted > 0 : history.expired + history.dropped > 0;
  const oldest = Math.min(buffer.oldestMillis ?? telemetry.now(), history?.oldestMillis ?? Infinity);
  return isShort && oldest > range.fromMillis ? oldest : undefined;
}
