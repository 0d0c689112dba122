import type { Context, Middleware, Next } from 'koa';
import type { AccountCookies } from './account-cookies.ts';
import { isCrossSite } from './cross-site.ts';
import type { DeskSender } from './desk-sender.ts';
import { formBody, formFields, MAX_FORM_BYTES } from './form-body.ts';
import { csrfTokenOf, isSessionLive, sessionOf } from './load-session.ts';
import { refusedPage } from './refused-page.ts';
import { isFormToken } from './secret-token.ts';

export const FORM_TOKEN_FIELD = '_csrf';
const MAX_VISITOR_FORM_BYTES = 16 * 1024;

export interface FormProtection {
  /** For the owner's forms: refuses other sites, then forms without a session or with a token of another one. */
  readonly owner: Middleware;
  /** For forms before there is a session: the token is signed with a cookie of its own. */
  readonly visitor: Middleware;
}

/**
 * Stands before every route that changes something, reads its form and lets it through only when it was sent from a page of ours. A
 * refused form of the owner is shown back whole, so that nothing written is lost; a form of another site is not even read.
 */
export function protectForms(deps: {
  readonly cookies: AccountCookies;
  readonly publicUrl: string | undefined;
  readonly send: DeskSender;
}): FormProtection {
  const { cookies, publicUrl, send } = deps;

  function guard(maxBytes: number, check: (ctx: Context, token: string) => boolean): Middleware {
    const read = formBody(maxBytes);
    return async (ctx: Context, next: Next) => {
      if (ctx.method === 'GET' || ctx.method === 'HEAD') return next();
      ctx.set('Cache-Control', 'no-store');
      if (isCrossSite(ctx, publicUrl)) return refuse(ctx, 'cross-site');
      await read(ctx, async () => {
        const token = ctx.get('X-CSRF-Token') || formFields(ctx)[FORM_TOKEN_FIELD] || '';
        if (check(ctx, token)) await next();
        else
          refuse(ctx, sessionOf(ctx) === undefined && maxBytes === MAX_FORM_BYTES ? 'signed-out' : 'stale');
      });
    };
  }

  function refuse(ctx: Context, reason: 'cross-site' | 'signed-out' | 'stale'): void {
    const fields = reason === 'cross-site' ? {} : formFields(ctx);
    send(ctx, {
      status: 403,
      bare: true,
      ...refusedPage({ reason, fields, path: ctx.path, csrfToken: csrfTokenOf(ctx) }),
    });
  }

  return {
    owner: guard(MAX_FORM_BYTES, (ctx, token) => {
      const session = sessionOf(ctx);
      // The form may have come in slowly, and the session ended on the way.
      return session !== undefined && isFormToken(token, session.formSecret) && isSessionLive(ctx);
    }),
    visitor: guard(MAX_VISITOR_FORM_BYTES, (ctx, token) => {
      const secret = cookies.formSecret(ctx);
      return secret !== undefined && isFormToken(token, secret);
    }),
  };
}
