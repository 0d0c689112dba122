import type { SpanRow } from '../../../otel/query.ts';

/** Percent of the trace, clamped, as spans may start before their root or end after it. */
export function barGeometry(
  span: Pick<SpanRow, 'startMillis' | 'durationMillis'>,
  startMillis: number,
  durationMillis: number,
  /** Minimum width that is visible. */
  minPercent = 0.3,
): { readonly left: number; readonly width: number } {
  const whole = durationMillis > 0 ? durationMillis : 1;
  const clamp = (value: number): number => (Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : 0);
  const left = clamp(((span.startMillis - startMillis) / whole) * 100);
  const right = clamp(((span.startMillis + span.durationMillis - startMillis) / whole) * 100);
  const width = Math.max(right - left, minPercent);
  return { left: Math.min(left, 100 - width), width };
}
