import type { Context } from 'koa';

/** A header of the answer so far; empty when it is not set (Koa's own `response.get` then gives undefined, whatever its type says). */
export function responseHeader(ctx: Context, name: string): string {
  return String(ctx.res.getHeader(name) ?? '');
}
