import type { TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** Since when every trace that failed or was slow is there; undefined when that is all of the range. */
export function heldSinceMillis(telemetry: TelemetryQuery, range: TimeRange): number | undefined {
  const buffer = telemetry.buffer().mustKeep;
  const history = telemetry.history()?.traces.mustKeep;
  const isShort = history === undefined ? buffer.evicted > 0 : history.expired + history.dropped > 0;
  const oldest = Math.min(buffer.oldestMillis ?? telemetry.now(), history?.oldestMillis ?? Infinity);
  return isShort && oldest > range.fromMillis ? oldest : undefined;
}
