import type { Context } from 'koa';
import type { AccountCookies } from './account-cookies.ts';
import { knownBrowser, secretOfRefusedForms } from './known-browser.ts';
import { isSessionLive, sessionOf } from './load-session.ts';
import type { OwnerStore } from './owner-store.ts';
import { formTokenOf, isFormToken } from '../process/secret-token.ts';

export interface OwnersForms {
  /** Returns true for a browser that has signed in before. */
  readonly isKnown: (ctx: Context) => boolean;
  /** Returns true if the request has a session and a token of it, or of a form that this browser was refused without one. */
  readonly accepts: (ctx: Context, token: string) => boolean;
  /** The token of a form that is refused as the session has ended: once signed in, one click sends it again. */
  readonly tokenOfRefused: (ctx: Context) => string | undefined;
}

/** Tells which forms are the owner's. */
export function ownersForms(deps: {
  readonly cookies: AccountCookies;
  readonly owners: Pick<OwnerStore, 'find'>;
}): OwnersForms {
  const { cookies, owners } = deps;

  function isOfRefused(ctx: Context, token: string): boolean {
    const secret = cookies.formSecret(ctx);
    const owner = owners.find();
    if (secret === undefined || owner === undefined) return false;
    return isFormToken(token, secretOfRefusedForms(owner, secret));
  }

  return {
    isKnown: (ctx) => knownBrowser(cookies.browserToken(ctx), owners.find()) !== undefined,
    accepts(ctx, token) {
      const session = sessionOf(ctx);
      // The body may have arrived slowly, and the session may have ended meanwhile.
      if (session === undefined || !isSessionLive(ctx)) return false;
      return isFormToken(token, session.formSecret) || isOfRefused(ctx, token);
    },
    tokenOfRefused(ctx) {
      const owner = owners.find();
      return owner && formTokenOf(secretOfRefusedForms(owner, cookies.ensureFormSecret(ctx)));
    },
  };
}
