import type { TelemetryQuery } from '../../otel/query.ts';
import { chooseRange, fittingPreset, type ChosenRange } from './time-range.ts';

const HOUR_MILLIS = 3_600_000;

/** The range of the address; without one, as long as there is something to see: a blog started a minute ago has no hour to show. */
export function rangeAsked(
  telemetry: TelemetryQuery,
  query: Readonly<Record<string, string | undefined>>,
  now: number,
): ChosenRange {
  const asked = chooseRange(query, now);
  if (Object.keys(asked.query).length > 0 || !telemetry.enabled) return asked;
  const fitting = fittingPreset(now - telemetry.countedFromMillis());
  return fitting.millis >= HOUR_MILLIS ? asked : chooseRange(query, now, fitting);
}
