import { html, type Html } from '../../markup/html.ts';
import { momentsOf } from '../../markup/zoned-time.ts';
import { offsetText, shownZone, wallTime } from './zone.ts';

export { spanText } from '../../markup/span-text.ts';

const DAY = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `13:41`, in the shown zone, as all times of the observatory. */
export function clockText(millis: number): string {
  const at = wallTime(millis);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** `23 Nov` */
export function dayText(millis: number): string {
  const at = wallTime(millis);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''}`;
}

/** `13:41:07.312`, preceded by the day unless it is today, and followed by the offset in an hour that clocks show twice. */
export function momentText(millis: number, now: number, withMillis = false): string {
  if (!Number.isFinite(millis)) return '–';
  const at = wallTime(millis);
  const fraction = withMillis ? `.${String(at.getUTCMilliseconds()).padStart(3, '0')}` : '';
  const which = momentsOf(at.getTime(), shownZone()).length > 1 ? ` ${offsetText(millis)}` : '';
  const time = `${clockText(millis)}:${two(at.getUTCSeconds())}${fraction}${which}`;
  return dayOf(wallTime(now)) === dayOf(at) ? time : `${dayText(millis)} ${time}`;
}

function dayOf(wall: Date): number {
  return Math.floor(wall.getTime() / DAY);
}

/** In shorter ranges, ticks need seconds. */
const SECONDS_MILLIS = 600_000;

/** A tick label: a time for ranges up to two days, with seconds if needed, else a day. */
export function tickText(millis: number, rangeMillis: number): string {
  if (rangeMillis > 2 * DAY) return dayText(millis);
  const seconds = wallTime(millis).getUTCSeconds();
  return rangeMillis <= SECONDS_MILLIS && seconds > 0
    ? `${clockText(millis)}:${two(seconds)}`
    : clockText(millis);
}

/** A `time` element with the exact time in its title. */
export function moment(millis: number, now: number, withMillis = false): Html {
  if (!Number.isFinite(millis)) return html`–`;
  const iso = new Date(millis).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${momentText(millis, now, withMillis)}</time>`;
}
