import type { Context } from 'koa';

/**
 * True when a request that changes something comes from another site: by Fetch Metadata where the browser sends it, and by Origin.
 * Programs that send neither are left to the form's token.
 */
export function isCrossSite(ctx: Context, publicUrl: string | undefined): boolean {
  const fetchSite = ctx.get('Sec-Fetch-Site');
  if (fetchSite !== '' && fetchSite !== 'same-origin' && fetchSite !== 'none') return true;
  const origin = ctx.get('Origin');
  if (origin === '') return false;
  // A page under "no-referrer" posts with the origin null; Fetch Metadata has already said that it is ours.
  if (origin === 'null') return fetchSite !== 'same-origin';
  return !isOwnOrigin(origin, ctx.host, publicUrl);
}

// Behind a proxy the scheme may be lost on the way, the host is not; a browser lets nobody choose either.
function isOwnOrigin(origin: string, host: string, publicUrl: string | undefined): boolean {
  try {
    const url = new URL(origin);
    return (
      url.host === host.toLowerCase() || (publicUrl !== undefined && url.origin === new URL(publicUrl).origin)
    );
  } catch {
    return false;
  }
}
