import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { sessionOf } from './load-session.ts';
import { secretsEqual } from './secret-token.ts';

/**
 * Lets the owner in and nobody else. Who opens a page is sent to sign in and comes back; everything else gets 401, drawn by the error
 * renderer. Routes that take the owner's forms use `protectForms(…).owner` instead, which also keeps what was written.
 */
export function ownerOnly(basePath = ''): Middleware {
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    if (sessionOf(ctx) !== undefined) return next();
    if (wantsPage(ctx)) {
      ctx.status = 303;
      ctx.redirect(`/admin/sign-in?next=${encodeURIComponent(ctx.url)}`);
      return;
    }
    ctx.throw(401, `Sign in at ${basePath}/admin/sign-in first.`, {
      headers: { 'Cache-Control': 'no-store' },
    });
  };
}

/** For /admin/metrics and /metrics, and nothing else: the owner, or a program with the token of METRICS_TOKEN. Always answers as JSON. */
export function ownerOrBearer(options: {
  readonly metricsToken: string | undefined;
  readonly basePath: string;
  readonly log: Pick<Logger, 'warn'>;
}): Middleware {
  const { metricsToken, basePath, log } = options;
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.state['errorFormat'] = 'json';
    const [, given] = /^Bearer +([\x21-\x7e]+) *$/i.exec(ctx.get('Authorization')) ?? [];
    const isScraper = metricsToken !== undefined && given !== undefined && secretsEqual(given, metricsToken);
    if (isScraper || sessionOf(ctx) !== undefined) return next();
    if (given !== undefined)
      log.warn({ event: 'bearer.refused', address: ctx.ip, path: ctx.path }, 'a bearer token was wrong');
    ctx.throw(
      401,
      `Sign in at ${basePath}/admin/sign-in, or send “Authorization: Bearer …” with the value of METRICS_TOKEN.`,
      {
        headers: { 'WWW-Authenticate': 'Bearer realm="glasshouse metrics"', 'Cache-Control': 'no-store' },
      },
    );
  };
}

function wantsPage(ctx: Context): boolean {
  const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
  return isRead && ctx.get('HX-Request') === '' && ctx.accepts('html', 'json') === 'html';
}
