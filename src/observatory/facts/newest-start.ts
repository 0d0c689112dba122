import type { Marker, OperationType, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** The newest start of another version within a range, or else the newest start, and whether traces since then are held. */
export interface NewestStart {
  readonly marker: Marker;
  readonly isHeld: boolean;
}

/** Undefined if no process started in the range. */
export function newestStart(
  telemetry: Pick<TelemetryQuery, 'markers' | 'traces'>,
  range: TimeRange,
  of: { readonly type?: OperationType; readonly series: string },
): NewestStart | undefined {
  const starts = telemetry
    .markers(range)
    .filter(({ kind, atMillis }) => kind === 'start' && atMillis > range.fromMillis);
  const marker = starts.findLast(({ versions }) => versions !== undefined) ?? starts.at(-1);
  if (marker === undefined) return undefined;
  const since = { fromMillis: marker.atMillis, toMillis: range.toMillis };
  return { marker, isHeld: telemetry.traces({ ...of, range: since, limit: 1 }).total > 0 };
}
