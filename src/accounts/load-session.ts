import type { Context, Middleware } from 'koa';
import type { AccountCookies } from './account-cookies.ts';
import { formTokenOf } from '../process/secret-token.ts';
import type { Session, SessionStore } from './session-store.ts';

/** Defines `ctx.state.session`, which is looked up on first access, so pages for readers run no statement for it. */
export function loadSession(deps: {
  readonly sessions: SessionStore;
  readonly cookies: AccountCookies;
}): Middleware {
  return (ctx, next) => {
    let isKnown = false;
    let session: Session | undefined;
    Object.defineProperty(ctx.state, 'session', {
      configurable: true,
      enumerable: false,
      get(): Session | undefined {
        if (!isKnown) {
          const token = deps.cookies.sessionToken(ctx);
          session = token === undefined ? undefined : deps.sessions.find(token);
          isKnown = true;
        }
        return session;
      },
    });
    Object.defineProperty(ctx.state, 'isSessionLive', {
      enumerable: false,
      value: () => session !== undefined && deps.sessions.isLive(session.id),
    });
    return next();
  };
}

/** The owner's session; undefined for everyone else. */
export function sessionOf(ctx: Pick<Context, 'state'>): Session | undefined {
  return (ctx.state as { readonly session?: Session }).session;
}

/** Looks the session up again, after a wait in which it may have ended. */
export function isSessionLive(ctx: Pick<Context, 'state'>): boolean {
  return (ctx.state as { readonly isSessionLive?: () => boolean }).isSessionLive?.() === true;
}

/** The token for this page's forms; undefined without a session. */
export function csrfTokenOf(ctx: Pick<Context, 'state'>): string | undefined {
  const session = sessionOf(ctx);
  return session && formTokenOf(session.formSecret);
}
