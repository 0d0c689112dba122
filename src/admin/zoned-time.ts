const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,3})?)?$/;
const MINUTE_MILLIS = 60_000;
const DAY_MILLIS = 24 * 60 * MINUTE_MILLIS;

/** The zone's offset from UTC at a moment, in milliseconds. */
function offsetAt(millis: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(millis);
  const number = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    number('year'),
    number('month') - 1,
    number('day'),
    number('hour'),
    number('minute'),
    number('second'),
  );
  return wall - Math.floor(millis / 1000) * 1000;
}

/** Formats a moment for a datetime-local field: `2026-03-14T12:00`. */
export function toLocalInput(millis: number, timeZone: string): string {
  return new Date(millis + offsetAt(millis, timeZone)).toISOString().slice(0, 16);
}

/**
 * Converts the value of a datetime-local field to a moment; undefined if it is not a date. In a skipped hour the offset before the
 * change applies; of a repeated hour, the first one is meant.
 */
export function fromLocalInput(text: string, timeZone: string): number | undefined {
  const match = LOCAL.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second = 0] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number?,
  ];
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(wall);
  const isReal =
    year >= 1000 &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!isReal) return undefined;
  const offsets = [offsetAt(wall - DAY_MILLIS, timeZone), offsetAt(wall + DAY_MILLIS, timeZone)];
  const exact = offsets
    .map((offset) => wall - offset)
    .filter((millis) => millis + offsetAt(millis, timeZone) === wall);
  return exact.length > 0 ? Math.min(...exact) : wall - offsets[0]!;
}
