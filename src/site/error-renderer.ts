import { STATUS_CODES } from 'node:http';
import type { Context, Middleware } from 'koa';
import type { Render } from '../markup/render.ts';
import { noteUnknownAddress } from '../http/router.ts';
import { storageFailureOf } from '../db/storage-failure.ts';
import { errorPage, type ErrorFacts } from './error-page.ts';
import type { Layout } from './layout.ts';
import type { Origin } from '../http/absolute-url.ts';
import { responseHeader } from '../http/response-header.ts';

interface HttpError {
  readonly status?: unknown;
  readonly expose?: unknown;
  readonly message?: unknown;
  readonly headers?: unknown;
}

/** Headers of the response that the error replaces. */
const STALE_HEADERS = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Length',
  'Content-Range',
  'Content-Type',
  'ETag',
  'Last-Modified',
];
const MISSING = 'Page not found.';
const BROKEN = 'The server failed to answer this request.';

/**
 * Turns errors of the middleware inside it, and addresses without a route, into responses: HTML, JSON
 * (`{ error: { status, message, requestId } }`) or plain text, by Accept. Refused forms (`protect-forms.ts`) and requests that Node refuses
 * (`client-errors.ts`) have responses of their own. Put it inside the middleware that sets X-Request-ID. Faults (5xx) go to the app's
 * `error` event; their messages and stacks never leave the process. A route for programs sets `ctx.state.errorFormat = 'json'`.
 */
export function createErrorRenderer(deps: {
  readonly render: Render;
  readonly layout: Layout;
  readonly origin: Origin;
  readonly hasAbout: () => boolean;
  readonly hasSearch: boolean;
}): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false)
        show(ctx, { status: 404, message: MISSING });
    } catch (thrown) {
      const error = thrown instanceof Object ? thrown : new Error(`${String(thrown)} was thrown`);
      const status = statusOf(error);
      if (status >= 500) ctx.app.emit('error', error, ctx);
      if (ctx.headerSent || ctx.respond === false) throw error as Error;
      show(ctx, { status, message: messageOf(error, status), headers: (error as HttpError).headers });
    }
  };

  function show(ctx: Context, failure: { status: number; message: string; headers?: unknown }): void {
    if (failure.status === 404) noteUnknownAddress();
    for (const name of STALE_HEADERS) ctx.remove(name);
    ctx.body = null;
    ctx.status = failure.status;
    ctx.set('Cache-Control', failure.status >= 500 || failure.status === 401 ? 'no-store' : 'no-cache');
    if (typeof failure.headers === 'object' && failure.headers !== null)
      ctx.set(failure.headers as Record<string, string>);
    const facts: ErrorFacts = {
      status: failure.status,
      message: failure.message,
      requestId: responseHeader(ctx, 'X-Request-ID'),
      path: ctx.path,
      hasSearch: deps.hasSearch,
    };
    ctx.vary('Accept');
    const format = ctx.state['errorFormat'] === 'json' ? 'json' : ctx.accepts('html', 'json', 'text');
    if (format === 'json') {
      ctx.type = 'application/json; charset=utf-8';
      ctx.body = JSON.stringify({
        error: { status: facts.status, message: facts.message, requestId: facts.requestId },
      });
    } else if (format === 'html') {
      ctx.type = 'text/html; charset=utf-8';
      ctx.body = page(ctx, facts);
    } else {
      ctx.type = 'text/plain; charset=utf-8';
      ctx.body = `${facts.status} ${facts.message}\n`;
    }
  }

  // What broke the page may break the layout too; this fallback needs neither.
  function page(ctx: Context, facts: ErrorFacts): string {
    try {
      const setting = { origin: deps.origin(ctx), hasAbout: deps.hasAbout() };
      return deps.render('error', () => deps.layout(errorPage(facts), setting));
    } catch {
      return `<!DOCTYPE html><html lang="en"><title>${facts.status}</title><p>${facts.status}: the server failed to render this page.</p></html>`;
    }
  }
}

function statusOf(error: unknown): number {
  if (storageFailureOf(error) !== undefined) return 503;
  const status = (error as HttpError | null)?.status;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : 500;
}

function messageOf(error: unknown, status: number): string {
  const { expose, message } = error as HttpError;
  // http-errors uses the status text when the caller gave no message.
  const given = typeof message === 'string' && message !== '' && message !== STATUS_CODES[status];
  if (status < 500 && expose === true && given) return message;
  return status === 404 ? MISSING : status >= 500 ? BROKEN : 'The server cannot answer this request.';
}
