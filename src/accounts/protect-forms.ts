// No library: CSRF packages need a parsed body before they decide, and discard the text of a form they refuse.
import type { Context, Middleware, Next } from 'koa';
import type { AccountCookies } from './account-cookies.ts';
import { isCrossSite } from './cross-site.ts';
import type { AdminSender } from './admin-sender.ts';
import type { OwnerStore } from './owner-store.ts';
import { formFields, MAX_FORM_BYTES, readForm, type FormLimit } from '../http/form-body.ts';
import { csrfTokenOf, sessionOf } from './load-session.ts';
import { ownersForms } from './owners-forms.ts';
import { refusalStatus, refusedPage, type RefusalReason } from './refused-page.ts';
import { FORM_TOKEN_FIELD, protectUpload } from './protect-upload.ts';
import { isFormToken } from '../process/secret-token.ts';
import { storageFailureOf } from '../db/storage-failure.ts';
import type { StorageWatch } from '../db/storage-watch.ts';

/** Size limits of bodies; no route reads a body any other way. */
const VISITOR_FORM: FormLimit = { maxBytes: 16_000 };
const OWNER_FORM: FormLimit = { maxBytes: MAX_FORM_BYTES, maxKeptBytes: 32_000_000 };
/** A file of 10,000 spans with every character escaped. */
const OWNER_FILE: FormLimit = {
  maxBytes: 32_000_000,
  tooLarge: 'The file is larger than 32 MB as sent by the form; the limit is 10,000 spans. Split the file.',
};

export interface FormProtection {
  /** For the owner's forms: refuses requests from other sites, without a session, or with another session's token. */
  readonly owner: Middleware;
  /** As `owner`, for forms that contain a file as text. */
  readonly ownerFile: Middleware;
  /**
   * For forms of the owner that upload a file: its token is the header X-CSRF-Token or a field before the file, which is not read without it.
   * The route finds the file with `uploadOf`; it is gone when the request is answered.
   */
  readonly ownerUpload: Middleware;
  /** For forms of visitors without a session: the token is signed with its own cookie. */
  readonly visitor: Middleware;
}

/**
 * Mounted before every route that changes something; accepts only forms sent from our own pages. It does not read the body of a form from
 * another site or from an unknown browser. A refused form of the owner is shown again with its text, so that nothing is lost, even after the
 * session ended in a known browser.
 */
export function protectForms(deps: {
  readonly cookies: AccountCookies;
  readonly publicUrl: string | undefined;
  readonly send: AdminSender;
  readonly owners: Pick<OwnerStore, 'find'>;
  readonly storage: StorageWatch;
  /** Returns a new name for an uploaded file. */
  readonly uploadFile: () => string;
}): FormProtection {
  const { cookies, publicUrl, send, storage } = deps;
  const owners = ownersForms(deps);

  function guard(
    limit: FormLimit,
    mayBeRead: (ctx: Context) => boolean,
    check: (ctx: Context, token: string) => boolean,
  ): Middleware {
    return async (ctx: Context, next: Next) => {
      if (ctx.method === 'GET' || ctx.method === 'HEAD') return next();
      ctx.set('Cache-Control', 'no-store');
      if (isCrossSite(ctx, publicUrl)) return refuse(ctx, 'cross-site');
      if (!mayBeRead(ctx)) return refuse(ctx, 'unknown');
      const size = await readForm(ctx, limit);
      const token = ctx.get('X-CSRF-Token') || formFields(ctx)[FORM_TOKEN_FIELD] || '';
      if (!check(ctx, token))
        return refuse(ctx, sessionOf(ctx) === undefined && limit !== VISITOR_FORM ? 'signed-out' : 'stale');
      if (size === 'too-large') return refuse(ctx, 'too-large');
      return limit === OWNER_FILE ? next() : write(ctx, next);
    };
  }

  /** The one place where a failed write (disk or database) becomes a page that still contains the form. */
  async function write(ctx: Context, next: () => Promise<unknown>): Promise<void> {
    if (storage.problem() !== undefined) return refuse(ctx, 'gone');
    try {
      await next();
    } catch (error) {
      const failure = storageFailureOf(error);
      if (failure === undefined) throw error;
      ctx.app.emit('error', error, ctx);
      return refuse(ctx, failure);
    }
    // An acknowledged write must be readable afterwards.
    if (storage.problem() !== undefined) refuse(ctx, 'gone');
  }

  const isOwnersBrowser = (ctx: Context): boolean => sessionOf(ctx) !== undefined || owners.isKnown(ctx);

  function refuse(ctx: Context, reason: RefusalReason): void {
    const fields = formFields(ctx);
    ctx.remove('Location');
    if (reason === 'locked') ctx.set('Retry-After', '5');
    const status = refusalStatus(reason);
    const csrfToken = reason === 'signed-out' ? owners.tokenOfRefused(ctx) : csrfTokenOf(ctx);
    const page = refusedPage({ reason, fields, path: ctx.path, csrfToken });
    if (ctx.accepts('html', 'json') === 'json') {
      ctx.status = status;
      // A script goes on with the session that the owner has now; the page asks for the same by its button.
      ctx.body = { error: { status, message: page.title }, ...(reason === 'stale' && { csrfToken }) };
    } else send(ctx, { status, bare: true, ...page });
  }

  return {
    owner: guard(OWNER_FORM, isOwnersBrowser, owners.accepts),
    ownerFile: guard(OWNER_FILE, isOwnersBrowser, owners.accepts),
    ownerUpload: protectUpload({ ...deps, owners, refuse, write }),
    visitor: guard(
      VISITOR_FORM,
      () => true,
      (ctx, token) => {
        const secret = cookies.formSecret(ctx);
        return secret !== undefined && isFormToken(token, secret);
      },
    ),
  };
}
