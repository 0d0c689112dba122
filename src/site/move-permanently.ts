import type { Context } from 'koa';

/** How long a browser may cache the redirect of what moved. */
const MOVED_CACHE = 'public, max-age=3600';

/** The query of the request, or what is left of it, goes along, unless the address has its own. */
export function movePermanently(ctx: Context, address: string, rest: string = ctx.search): undefined {
  const [path, fragment] = address.split('#', 2);
  const query = path!.includes('?') ? '' : rest;
  ctx.redirect(`${path}${query}${fragment === undefined ? '' : `#${fragment}`}`);
  ctx.status = 301;
  ctx.set('Cache-Control', MOVED_CACHE);
}
