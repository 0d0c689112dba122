import { TomlDate } from 'smol-toml';
import { momentOf } from '../../markup/zoned-time.ts';

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([ap])\.?m\.?)?`;
const ZONE = String.raw`(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)`;
const REST = String.raw`(?:[T\s,]+${CLOCK}(?:\s*${ZONE})?)?`;
/** `2024-03-05`, `2024/3/5 7:05`, `2024-03-05T07:05:09.25+02`. */
const NUMERIC = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${REST}$`, 'i');
/** `5 March 2024`, `Tue, 05 Mar 2024 07:05:09 GMT`. */
const DAY_FIRST = new RegExp(
  String.raw`^(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?\.?\s+([a-z]{3,9})\.?,?\s+(\d{4})${REST}$`,
  'i',
);
/** `March 5, 2024`, `Tue Mar 5 2024 07:05`. */
const MONTH_FIRST = new RegExp(
  String.raw`^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})${REST}$`,
  'i',
);
const MAX_CHARACTERS = 60;

/**
 * Parses a front matter date to epoch milliseconds; a date without a time is midnight in the zone, a time without a zone is in
 * `clockZone`: UTC, as generators read them, but for Hugo. Undefined unless the whole text is understood, as a
 * partly parsed time would be wrong.
 */
export function sourceTime(value: unknown, timeZone: string, clockZone = 'UTC'): number | undefined {
  if (value instanceof TomlDate && value.isLocal())
    return sourceTime(value.toISOString(), timeZone, clockZone);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  if (typeof value !== 'string' || value.length > MAX_CHARACTERS) return undefined;
  const text = value.trim();
  const zones = { day: timeZone, clock: clockZone };
  const numeric = NUMERIC.exec(text);
  if (numeric !== null)
    return millisOf(numeric[1]!, Number(numeric[3]), numeric[4]!, numeric.slice(5), zones);
  const [dayFirst, monthFirst] = [DAY_FIRST.exec(text), MONTH_FIRST.exec(text)];
  if (dayFirst !== null)
    return millisOf(dayFirst[3]!, monthOf(dayFirst[2]!), dayFirst[1]!, dayFirst.slice(4), zones);
  if (monthFirst !== null)
    return millisOf(monthFirst[3]!, monthOf(monthFirst[1]!), monthFirst[2]!, monthFirst.slice(4), zones);
  return undefined;
}

function monthOf(word: string): number {
  const name = word.toLowerCase();
  return (
    MONTHS.findIndex((month) => month.startsWith(name) || (name === 'sept' && month === 'september')) + 1
  );
}

function millisOf(
  year: string,
  month: number,
  day: string,
  [hour, minute = '0', second = '0', fraction = '0', half, zone]: readonly (string | undefined)[],
  zones: { readonly day: string; readonly clock: string },
): number | undefined {
  const clock = Number(hour ?? '0');
  const hours = half === undefined ? clock : (clock % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const fields = [Number(year), month, Number(day), hours, Number(minute), Number(second)] as const;
  const [y, mo, d, h, mi, s] = fields;
  const millis = Date.UTC(y, mo - 1, d, h, mi, s, Math.floor(Number(`0.${fraction}`) * 1000));
  const date = new Date(millis);
  // Date.UTC would turn 31 February into March.
  const isReal =
    date.getUTCFullYear() === y &&
    date.getUTCMonth() === mo - 1 &&
    date.getUTCDate() === d &&
    h < 24 &&
    mi < 60 &&
    s < 60;
  if (!isReal) return undefined;
  if (zone === undefined) return momentOf(millis, hour === undefined ? zones.day : zones.clock);
  const offset = offsetMinutes(zone);
  return offset === undefined ? undefined : millis - offset * 60_000;
}

function offsetMinutes(zone: string): number | undefined {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (match === null) return 0;
  const [, sign, hours, minutes = '0'] = match;
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
