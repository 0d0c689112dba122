/** The day in a permalink: the post's date in the site's time zone, else the date in its file name. */
export function permalinkDay(
  millis: number | undefined,
  fileDay: string | undefined,
  timeZone: string | undefined,
  given: unknown,
): string | undefined {
  if (millis === undefined || given === undefined) return fileDay ?? dayIn(millis, 'UTC');
  // A date without a time is the same in every zone.
  const isDay = !(given instanceof Date) && !/\d:\d/.test(String(given));
  return dayIn(millis, isDay ? 'UTC' : (timeZone ?? 'UTC'));
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
