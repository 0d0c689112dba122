import { TomlDate } from 'smol-toml';

/**
 * The day in a permalink: the post's date, else the date in its file name.
 * @param zones Of the site, for times; of a date without one, which `sourceTime` has read in it.
 */
export function permalinkDay(
  millis: number | undefined,
  fileDay: string | undefined,
  zones: { readonly site: string | undefined; readonly ofDays: string },
  given: unknown,
): string | undefined {
  if (millis === undefined || given === undefined) return fileDay ?? dayIn(millis, zones.ofDays);
  const isDay =
    given instanceof Date ? given instanceof TomlDate && given.isDate() : !/\d:\d/.test(String(given));
  return dayIn(millis, isDay ? zones.ofDays : (zones.site ?? 'UTC'));
}

function dayIn(millis: number | undefined, timeZone: string): string | undefined {
  if (millis === undefined) return undefined;
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return parts.format(millis);
}

/** Jekyll 4.3's `:title`: keeps letters, digits and unreserved characters; other runs become one hyphen. */
export function jekyllSlug(name: string): string {
  return name
    .replace(/\.+$/, '')
    .replaceAll(/[^\p{M}\p{L}\p{Nd}._~!$&'()+,;=@]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}

/** Hugo 0.111's address: lower case, blanks as hyphens, most other signs removed. Undefined if nothing is left. */
export function hugoPath(folder: string, name: string): string | undefined {
  const own = name.split('/').map(hugoSegment).filter(Boolean);
  return own.length === 0
    ? undefined
    : [...folder.split('/').map(hugoSegment).filter(Boolean), ...own].join('/');
}

function hugoSegment(part: string): string {
  return (
    part
      .normalize('NFC')
      .trim()
      // Go lower-cases İ without the dot above.
      .replaceAll('İ', 'i')
      .toLowerCase()
      .replaceAll(/\s+/g, '-')
      .replaceAll(/[^\p{M}\p{L}\p{Nd}._+~@#-]/gu, '')
  );
}
