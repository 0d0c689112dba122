import type { Context } from 'koa';

/** Redirects after a form to a page that is fetched with GET. */
export function seeOther(ctx: Context, path: string): void {
  ctx.redirect(path);
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
}
