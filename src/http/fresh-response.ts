import { createHash } from 'node:crypto';
import type { Context } from 'koa';

/** A whole answer with what a client needs to ask again cheaply. */
export interface FreshResponse {
  /** Bytes where the same answer is sent again: text is made into bytes anew each time. */
  readonly body: string | Buffer;
  readonly type: string;
  readonly lastModifiedMillis: number;
  /** Default: may be kept, must be asked about. */
  readonly cacheControl?: string;
  /** Given when the body was made and hashed before. */
  readonly etag?: string;
}

/** A strong validator: the hash of the bytes. */
export function bodyEtag(body: string | Buffer): string {
  return `"${createHash('sha1').update(body).digest('base64url')}"`;
}

/** Answers 200, or 304 when the client's ETag or, without one, its date is current. HEAD gets GET's headers. */
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
