import type { TraceDetail } from '../../../otel/query.ts';

/** A part of a trace's time, relative to its start. */
export interface ShownWindow {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** Decimals in the address: enough for spans of microseconds. */
const DIGITS = 4;
/** Margin on both sides, as a share of the selection. */
const AIR = 0.04;

/** Parses `zoom=12.5-40`, milliseconds after the start; undefined if invalid or outside the trace. */
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

/** Formats a part of a trace for `zoom`, with a margin. */
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
