/** The day in a permalink: of the post's own date, where the site's day begins; else of its file's name. */
export function permalinkDay(
  millis: number | undefined,
  fileDay: string | undefined,
  timeZone: string | undefined,
  given: unknown,
): string | undefined {
  if (millis === undefined || given === undefined) return fileDay ?? dayIn(millis, 'UTC');
  // A day without a time is that day everywhere.
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

/** Jekyll 4.3's `:title`: letters, digits and what an address shows as it is; runs of others become one hyphen. */
export function jekyllSlug(name: string): string {
  return name
    .replace(/\.+$/, '')
    .replaceAll(/[^\p{M}\p{L}\p{Nd}._~!$&'()+,;=@]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}

/** Hugo 0.111's address: lower case, blanks as hyphens, most signs left out. Undefined when nothing of the name is left. */
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
      // Go's lower case of it has no dot above.
      .replaceAll('İ', 'i')
      .toLowerCase()
      .replaceAll(/\s+/g, '-')
      .replaceAll(/[^\p{M}\p{L}\p{Nd}._+~@#-]/gu, '')
  );
}
