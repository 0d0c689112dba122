import { offsetAt } from '../../markup/zoned-time.ts';

const MINUTES_OF_HOUR = 60;
let shown = 'UTC';

/**
 * Runs `draw`, which is synchronous, with times in an IANA zone, and returns its result. A zone in a variable, because a time stands in some eighty
 * sentences, cells and axes, and drawing a page never waits.
 */
export function inZone<T>(zone: string, draw: () => T): T {
  const before = shown;
  shown = zone;
  try {
    return draw();
  } finally {
    shown = before;
  }
}

/** The zone of times that are drawn now; UTC unless within `inZone`. */
export function shownZone(): string {
  return shown;
}

/** The time that clocks of the shown zone have, as if it were UTC. */
export function wallTime(millis: number): Date {
  return new Date(millis + offsetAt(millis, shown));
}

/** `UTC+1`, `UTC−3:30`, `UTC`: the offset of the shown zone at a moment. */
export function offsetText(millis: number): string {
  const minutes = Math.round(offsetAt(millis, shown) / 60_000);
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const rest = size % MINUTES_OF_HOUR;
  const hours = Math.floor(size / MINUTES_OF_HOUR);
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** `Europe/Berlin, UTC+1`, or `UTC`. */
export function zoneText(millis: number): string {
  const offset = offsetText(millis);
  return shown === offset ? shown : `${shown}, ${offset}`;
}
