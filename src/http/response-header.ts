import type { Context } from 'koa';

/** Returns a response header, or an empty string if it is not set (Koa's `response.get` returns undefined then, despite its type). */
export function responseHeader(ctx: Context, name: string): string {
  return String(ctx.res.getHeader(name) ?? '');
}
