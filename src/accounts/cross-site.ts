// No library: CSRF packages compare tokens and ignore Fetch Metadata and Origin, which refuse a foreign form before its body is read.
import type { Context } from 'koa';

/**
 * Returns true if a request that changes something comes from another site, by Fetch Metadata where the browser sends it, and by Origin.
 * For clients that send neither, the form's token decides.
 */
export function isCrossSite(ctx: Context, publicUrl: string | undefined): boolean {
  const fetchSite = ctx.get('Sec-Fetch-Site');
  if (fetchSite !== '' && fetchSite !== 'same-origin' && fetchSite !== 'none') return true;
  const origin = ctx.get('Origin');
  if (origin === '') return false;
  // A page under "no-referrer" posts with the origin null; Fetch Metadata tells whether it is ours.
  if (origin === 'null') return fetchSite !== 'same-origin';
  return !isOwnOrigin(origin, ctx.host, publicUrl);
}

// A proxy may lose the scheme, but not the host. Scripts in a browser can choose neither.
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
