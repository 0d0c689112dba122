const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;
const MINUTE_MILLIS = 60_000;
const DAY_MILLIS = 24 * 60 * MINUTE_MILLIS;
/** Since then, zones change their offset at whole minutes; some did a minute after midnight. */
const MINUTES_MILLIS = Date.UTC(1975, 0);
const MAX_ZONES = 20;
const MAX_OFFSETS = 20_000;

/** A zone that was asked for: a formatter takes 50 µs to make, and 2 µs to use. */
interface KnownZone {
  readonly format: Intl.DateTimeFormat;
  /** Offsets by minute since the epoch. */
  readonly offsets: Map<number, number>;
}

const zones = new Map<string, KnownZone>();

function zoneOf(timeZone: string): KnownZone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (zones.size >= MAX_ZONES) zones.clear();
  const zone = { format, offsets: new Map<number, number>() };
  zones.set(timeZone, zone);
  return zone;
}

/** Returns true for UTC, an offset, and names of the IANA database that this Node knows. */
export function isTimeZone(name: string): boolean {
  try {
    return zoneOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** The zone's offset from UTC at a moment, in milliseconds; throws RangeError for an unknown zone. */
export function offsetAt(millis: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const { format, offsets } = zoneOf(timeZone);
  if (!(millis >= MINUTES_MILLIS)) return offsetIn(format, millis);
  const minute = Math.floor(millis / MINUTE_MILLIS);
  const known = offsets.get(minute);
  if (known !== undefined) return known;
  if (offsets.size >= MAX_OFFSETS) offsets.clear();
  const offset = offsetIn(format, millis);
  offsets.set(minute, offset);
  return offset;
}

function offsetIn(format: Intl.DateTimeFormat, millis: number): number {
  const parts = format.formatToParts(millis);
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

/**
 * The moments at which clocks of the zone show a time, given as if it were UTC: two in a repeated hour, none in a skipped one, else one. In
 * ascending order.
 */
export function momentsOf(wallMillis: number, timeZone: string): readonly number[] {
  const offsets = [offsetAt(wallMillis - DAY_MILLIS, timeZone), offsetAt(wallMillis + DAY_MILLIS, timeZone)];
  return [...new Set(offsets)]
    .map((offset) => wallMillis - offset)
    .filter((millis) => millis + offsetAt(millis, timeZone) === wallMillis)
    .sort((a, b) => a - b);
}

/** The day that a calendar in the zone shows at a moment; months count from 1. */
export function dayIn(
  millis: number,
  timeZone: string,
): { readonly year: number; readonly month: number; readonly day: number } {
  const local = new Date(millis + offsetAt(millis, timeZone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() };
}

/** The first moment of a month in the zone; months count from 1, and the thirteenth is the next January. */
export function startOfMonth(year: number, month: number, timeZone: string): number {
  const wall = new Date(Date.UTC(2000, month - 1));
  wall.setUTCFullYear(wall.getUTCFullYear() + year - 2000);
  return momentOf(wall.getTime(), timeZone);
}

/** The first moment at which clocks of the zone show a time, given as if it were UTC; for a skipped one, the offset before the change applies. */
export function momentOf(wallMillis: number, timeZone: string): number {
  const [first] = momentsOf(wallMillis, timeZone);
  return first ?? wallMillis - offsetAt(wallMillis - DAY_MILLIS, timeZone);
}

/** Formats a moment for a datetime-local field, to the minute or second: `2026-03-14T12:00`. */
export function toLocalInput(millis: number, timeZone: string, to: 'minute' | 'second' = 'minute'): string {
  const local = new Date(millis + offsetAt(millis, timeZone)).toISOString();
  return local.slice(0, to === 'minute' ? 16 : 19);
}

/** Formats a moment for reading, to the minute: `2026-03-14 12:00`. */
export function toLocalText(millis: number, timeZone: string): string {
  return toLocalInput(millis, timeZone).replace('T', ' ');
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
  return isReal ? momentOf(wall, timeZone) : undefined;
}
