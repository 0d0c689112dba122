import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { readForm } from '../http/form-body.ts';
import { sessionOf } from './load-session.ts';
import { secretsEqual } from '../process/secret-token.ts';

/**
 * Lets only the owner in. A visitor of a page is redirected to sign-in and back; any other request gets 401 from the error
 * renderer. Routes that accept the owner's forms use `protectForms(…).owner` instead, which also keeps the submitted text.
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

interface BearerOptions {
  readonly metricsToken: string | undefined;
  readonly basePath: string;
  readonly log: Pick<Logger, 'warn'>;
}

/** For /admin/metrics and /metrics: lets in the owner or a program with METRICS_TOKEN. Errors are JSON. */
export function ownerOrBearer(options: BearerOptions): Middleware {
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.state['errorFormat'] = 'json';
    if (hasToken(ctx, options) || sessionOf(ctx) !== undefined) return next();
    refuse(ctx, `Sign in at ${options.basePath}/admin/sign-in, or send ${TOKEN_WORDS}.`);
  };
}

const TOKEN_WORDS = '“Authorization: Bearer …” with the value of METRICS_TOKEN';

/** For forms of programs: requires METRICS_TOKEN, as a browser would send the owner's cookie for any page; then reads the form. Errors are JSON. */
export function bearerForm(options: BearerOptions, maxBytes: number): Middleware {
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.state['errorFormat'] = 'json';
    if (!hasToken(ctx, options)) refuse(ctx, `Send ${TOKEN_WORDS}.`);
    await readForm(ctx, { maxBytes, tooLarge: `The form is larger than ${maxBytes} bytes.` });
    return next();
  };
}

/** A wrong token is logged. */
function hasToken(ctx: Context, { metricsToken, log }: BearerOptions): boolean {
  const [, given] = /^Bearer +([\x21-\x7e]+) *$/i.exec(ctx.get('Authorization')) ?? [];
  if (given === undefined) return false;
  if (metricsToken !== undefined && secretsEqual(given, metricsToken)) return true;
  log.warn({ event: 'bearer.refused', address: ctx.ip, path: ctx.path }, 'wrong bearer token');
  return false;
}

function refuse(ctx: Context, message: string): never {
  ctx.throw(401, message, {
    headers: { 'WWW-Authenticate': 'Bearer realm="glasshouse metrics"', 'Cache-Control': 'no-store' },
  });
}

/** For the telemetry pages: a program with METRICS_TOKEN may read their facts as JSON or CSV, everything else is the owner's. */
export function ownerOrBearerData(options: BearerOptions): Middleware {
  const [owner, bearer] = [ownerOnly(options.basePath), ownerOrBearer(options)];
  return (ctx, next) =>
    ctx.get('Authorization') !== '' && wantsData(ctx) ? bearer(ctx, next) : owner(ctx, next);
}

const DATA_FORMATS: readonly unknown[] = ['json', 'csv'];

function wantsData(ctx: Context): boolean {
  const { format } = ctx.query;
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return false;
  return format === undefined ? ctx.accepts('html', 'json') === 'json' : DATA_FORMATS.includes(format);
}

function wantsPage(ctx: Context): boolean {
  const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
  return isRead && ctx.get('HX-Request') === '' && ctx.accepts('html', 'json') === 'html';
}
