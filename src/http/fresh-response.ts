import { createHash } from 'node:crypto';
import type { Context } from 'koa';

/** A complete response with its validators. */
export interface FreshResponse {
  /** Use bytes for a response that is sent again: a string is encoded each time. */
  readonly body: string | Buffer;
  readonly type: string;
  readonly lastModifiedMillis: number;
  /** Default: `no-cache`, may be stored but must be revalidated. */
  readonly cacheControl?: string;
  /** Given if the body was hashed before. */
  readonly etag?: string;
}

/** A strong validator: the hash of the bytes. */
export function bodyEtag(body: string | Buffer): string {
  return `"${createHash('sha1').update(body).digest('base64url')}"`;
}

/** Answers 200, or 304 if the client's ETag or, without one, its date is current. HEAD gets the headers of GET. */
export function sendFresh(ctx: Context, response: FreshResponse): void {
  ctx.status = 200;
  ctx.type = response.type;
  ctx.set('ETag', response.etag ?? bodyEtag(response.body));
  ctx.set('Last-Modified', new Date(response.lastModifiedMillis).toUTCString());
  ctx.set('Cache-Control', response.cacheControl ?? 'no-cache');
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.body = response.body;
}
