import { html, type Html } from './html.ts';

// A formatter takes ~50 µs to create, so they are cached by language and zone; languages come from posts, so their number is bounded.
const MAX_FORMATTERS = 64;
const formatters = new Map<string, Intl.DateTimeFormat>();

type Style = 'long' | 'short' | 'month' | 'longMonthName' | 'shortMonthName';
const STYLES: Readonly<Record<Style, Intl.DateTimeFormatOptions>> = {
  long: { day: 'numeric', month: 'long', year: 'numeric' },
  short: { day: 'numeric', month: 'short', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
  longMonthName: { month: 'long' },
  shortMonthName: { month: 'short' },
};

function formatter(language: string, style: Style, timeZone: string): Intl.DateTimeFormat {
  const key = `${style} ${language} ${timeZone}`;
  let found = formatters.get(key);
  if (found === undefined) {
    if (formatters.size >= MAX_FORMATTERS) formatters.clear();
    const options = { ...STYLES[style], timeZone };
    try {
      // Day before month: 14 March 2026.
      found = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, options);
    } catch {
      found = new Intl.DateTimeFormat('en-GB', options);
    }
    formatters.set(key, found);
  }
  return found;
}

/** A day of the zone in words: `14 March 2026`, or short `14 Mar 2026`, or `March 2026`. */
export function dateText(millis: number, language: string, style: Style, timeZone = 'UTC'): string {
  // British English abbreviates to "Sept"; four letters would break the column.
  return formatter(language, style, timeZone)
    .format(millis)
    .replace(/\bSept\b/, 'Sep');
}

/** What a `<time>` element is written for. */
export interface TimeReader {
  readonly language: string;
  /** IANA name: the day that is shown is the one there. */
  readonly timeZone: string;
}

/** A `<time>` element with the exact moment, showing the day. */
export function timeElement(
  millis: number,
  { language, timeZone }: TimeReader,
  style: Style,
  className: string,
): Html {
  return html`<time class="${className}" datetime="${new Date(millis).toISOString()}"
    >${dateText(millis, language, style, timeZone)}</time
  >`;
}

/** The month's name by its number, 1–12. */
export function monthName(month: number, language: string, length: 'long' | 'short'): string {
  return dateText(
    Date.UTC(2024, month - 1, 1),
    language,
    length === 'long' ? 'longMonthName' : 'shortMonthName',
  );
}
