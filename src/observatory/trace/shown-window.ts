import type { TraceDetail } from '../../../otel/query.ts';

/** A part of the time of a trace, from its start on. */
export interface ShownWindow {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** Round enough for an address: a span of microseconds can still be told. */
const DIGITS = 4;
/** Air on both sides of what is looked at, as a part of it. */
const AIR = 0.04;

/** `zoom=12.5-40`: milliseconds after the start; undefined when it is not that, or not within the trace. */
export function readWindow(
  zoom: string | undefined,
  { durationMillis }: Pick<TraceDetail, 'durationMillis'>,
): ShownWindow | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,9})?)-(\d{1,12}(?:\.\d{1,9})?)$/.exec(zoom ?? '');
  if (match === null) return undefined;
  const fromMillis = Number(match[1]);
  const toMillis = Math.min(Number(match[2]), durationMillis);
  return fromMillis < toMillis ? { fromMillis, toMillis } : undefined;
}

/** The address' word for a part of a trace, with some air around it. */
export function windowAround(
  span: Pick<TraceDetail, 'startMillis' | 'durationMillis'>,
  trace: Pick<TraceDetail, 'startMillis' | 'durationMillis'>,
): string {
  const from = span.startMillis - trace.startMillis;
  const air = span.durationMillis * AIR;
  const word = (millis: number): string =>
    String(Number(Math.min(Math.max(0, millis), trace.durationMillis).toFixed(DIGITS)));
  return `${word(from - air)}-${word(from + span.durationMillis + air)}`;
}
