import { html, type Html } from '../../markup/html.ts';

export { spanText } from '../../markup/span-text.ts';

const DAY = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `13:41`, in the server's zone, as all times of the observatory. */
export function clockText(millis: number): string {
  const at = new Date(millis);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `23 Nov` */
export function dayText(millis: number): string {
  const at = new Date(millis);
  return `${at.getDate()} ${MONTHS[at.getMonth()] ?? ''}`;
}

/** `13:41:07.312`, preceded by the day unless it is today. */
export function momentText(millis: number, now: number, withMillis = false): string {
  if (!Number.isFinite(millis)) return '–';
  const at = new Date(millis);
  const time = `${clockText(millis)}:${two(at.getSeconds())}${withMillis ? `.${String(at.getMilliseconds()).padStart(3, '0')}` : ''}`;
  return new Date(now).toDateString() === at.toDateString() ? time : `${dayText(millis)} ${time}`;
}

/** In shorter ranges, ticks need seconds. */
const SECONDS_MILLIS = 600_000;

/** A tick label: a time for ranges up to two days, with seconds if needed, else a day. */
export function tickText(millis: number, rangeMillis: number): string {
  if (rangeMillis > 2 * DAY) return dayText(millis);
  const seconds = new Date(millis).getSeconds();
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
