import type { Context, Middleware } from 'koa';
import type { AccountCookies } from './account-cookies.ts';
import { formTokenOf } from './secret-token.ts';
import type { Session, SessionStore } from './session-store.ts';

/** Makes `ctx.state.session` known to whoever asks. It is looked up then, once, so pages for readers cost no statement. */
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

/** Who asks; undefined for everybody but the owner. */
export function sessionOf(ctx: Pick<Context, 'state'>): Session | undefined {
  return (ctx.state as { readonly session?: Session }).session;
}

/** Asks again, for who looked before it waited: the session may have ended since. */
export function isSessionLive(ctx: Pick<Context, 'state'>): boolean {
  return (ctx.state as { readonly isSessionLive?: () => boolean }).isSessionLive?.() === true;
}

/** What the forms of this page carry; undefined without a session. */
export function csrfTokenOf(ctx: Pick<Context, 'state'>): string | undefined {
  const session = sessionOf(ctx);
  return session && formTokenOf(session.formSecret);
}
