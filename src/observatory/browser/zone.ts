/**
 * Tells the server the browser's time zone in a cookie, and loads the page once more, with its times in it: so nothing moves after it was drawn.
 * Not if the server had the cookie already, as it may not know the zone.
 */
const COOKIE = 'glasshouse_zone';
/** Browsers accept at most 400 days. */
const YEAR_SECONDS = 31_536_000;

const { zone: shown, zonePath: path } = document.getElementById('page')?.dataset ?? {};
const zone: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
const pair = `${COOKIE}=${zone}`;
const isKnown = (): boolean => document.cookie.split('; ').includes(pair);

if (zone !== undefined && shown !== undefined && path !== undefined && shown !== zone && !isKnown()) {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `${pair}; path=${path}; max-age=${YEAR_SECONDS}; samesite=lax${secure}`;
  if (isKnown()) location.reload();
}
