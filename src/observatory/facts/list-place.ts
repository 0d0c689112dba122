import type { TracePlace } from '../../../otel/query.ts';

const PLACE = /^(\d{1,16}(?:\.\d{1,9})?)-(\d{1,16}(?:\.\d{1,9})?)-([\da-f]{1,64})$/;

/** A place in a list of traces for an address, to the nanosecond of a duration. */
export function placeText({ startMillis, durationMillis, traceId }: TracePlace): string {
  return `${startMillis}-${Math.round(durationMillis * 1e6) / 1e6}-${traceId}`;
}

/** Undefined if it is none. */
export function readPlace(text: string): TracePlace | undefined {
  const [, start, duration, traceId] = PLACE.exec(text) ?? [];
  if (traceId === undefined) return undefined;
  return { startMillis: Number(start), durationMillis: Number(duration), traceId };
}
