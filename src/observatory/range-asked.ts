import type { TelemetryQuery } from '../../otel/query.ts';
import { chooseRange, fittingPreset, type ChosenRange } from './time-range.ts';

const HOUR_MILLIS = 3_600_000;
/** A bucket of the history that the start falls into may reach so far to both sides of it. */
const BUCKET_MILLIS = 60_000;

/** The range of the address; without one, as long as there is something to see: a blog started a minute ago has no hour to show. */
export function rangeAsked(
  telemetry: TelemetryQuery,
  query: Readonly<Record<string, string | undefined>>,
  now: number,
): ChosenRange {
  const asked = chooseRange(query, now);
  if (Object.keys(asked.query).length > 0 || !telemetry.enabled) return asked;
  const { startedAtMillis } = telemetry.process();
  const fitting = fittingPreset(now - startedAtMillis);
  return fitting.millis >= HOUR_MILLIS || hasHistory(telemetry, now - HOUR_MILLIS, startedAtMillis)
    ? asked
    : chooseRange(query, now, fitting);
}

/** Anything counted by a process before this one. */
function hasHistory(telemetry: TelemetryQuery, fromMillis: number, startedAtMillis: number): boolean {
  const toMillis = startedAtMillis - BUCKET_MILLIS;
  if (toMillis <= fromMillis) return false;
  const before = telemetry.operations({ fromMillis, toMillis });
  return Object.values(before).some(({ count }) => count > 0);
}
