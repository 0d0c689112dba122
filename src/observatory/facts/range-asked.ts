import type { TelemetryQuery } from '../../../otel/query.ts';
import { asCounted, chooseRange, fittingPreset, knownSince, type ChosenRange } from './time-range.ts';

const HOUR_MILLIS = 3_600_000;

/** The range of the address; without one, as much as there are counts for, up to an hour. */
export function rangeAsked(
  telemetry: TelemetryQuery,
  query: Readonly<Record<string, string | undefined>>,
  now: number,
): ChosenRange {
  const asked = chooseRange(query, now);
  if (!telemetry.enabled) return asked;
  const since = telemetry.countedFromMillis();
  const fitting = fittingPreset(now - since);
  const unasked = Object.keys(asked.query).length === 0;
  const range = unasked && fitting.millis < HOUR_MILLIS ? chooseRange(query, now, fitting) : asked;
  return knownSince(asCounted(range, telemetry.coverage(range), now), since);
}
