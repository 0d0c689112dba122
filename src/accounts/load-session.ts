import type { Context, Middleware } from 'koa';
import type { AccountCookies } from './account-cookies.ts';
import { formTokenOf } from '../process/secret-token.ts';
import type { Session, SessionStore } from './session-store.ts';

interface LoadSessionDependencies {
  readonly sessions: SessionStore;
  readonly cookies: AccountCookies;
}

const SESSION = Symbol('session');

type StateOf = Pick<Context, 'state'> & { readonly state: { [SESSION]?: RequestSession } };

/** A request's session, looked up on first access, so that pages for readers run no statement for it. */
class RequestSession {
  readonly #deps: LoadSessionDependencies;
  readonly #ctx: Context;
  #isKnown = false;
  #session: Session | undefined;

  constructor(deps: LoadSessionDependencies, ctx: Context) {
    this.#deps = deps;
    this.#ctx = ctx;
  }

  get session(): Session | undefined {
    if (!this.#isKnown) {
      const token = this.#deps.cookies.sessionToken(this.#ctx);
      this.#session = token === undefined ? undefined : this.#deps.sessions.find(token);
      this.#isKnown = true;
    }
    return this.#session;
  }

  get isLive(): boolean {
    return this.#session !== undefined && this.#deps.sessions.isLive(this.#session.id);
  }
}

/** Lets `sessionOf` find the session of each request. */
export function loadSession(deps: LoadSessionDependencies): Middleware {
  return (ctx, next) => {
    const { state }: StateOf = ctx;
    state[SESSION] = new RequestSession(deps, ctx);
    return next();
  };
}

/** The owner's session; undefined for everyone else. */
export function sessionOf({ state }: StateOf): Session | undefined {
  return state[SESSION]?.session;
}

/** Looks the session up again, after a wait in which it may have ended. */
export function isSessionLive({ state }: StateOf): boolean {
  return state[SESSION]?.isLive === true;
}

/** The token for this page's forms; undefined without a session. */
export function csrfTokenOf(ctx: Pick<Context, 'state'>): string | undefined {
  const session = sessionOf(ctx);
  return session && formTokenOf(session.formSecret);
}
