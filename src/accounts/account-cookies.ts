import type { Context } from 'koa';
import { basePathOf } from '../base-path.ts';
import { ABSOLUTE_LIMIT_MILLIS } from './session-store.ts';
import { createSecretToken } from './secret-token.ts';

const SESSION = 'glasshouse_session';
const FORM = 'glasshouse_form';
const TOKEN = /^[\w-]{43}$/;

/**
 * The cookies of the desk: HttpOnly, SameSite=Lax, for the whole host or, below a path of it, for that path alone: a neighbour of the same
 * software does not take them for its own. Under https also Secure and, for a whole host, bound to it by name.
 */
export class AccountCookies {
  readonly #isSecure: boolean;
  readonly #path: string;
  readonly #prefix: string;

  constructor(options: { readonly publicUrl: string | undefined }) {
    this.#isSecure = options.publicUrl?.startsWith('https:') === true;
    this.#path = basePathOf(options.publicUrl) || '/';
    // What is bound to the host by name has to be for all of its paths.
    this.#prefix = !this.#isSecure ? '' : this.#path === '/' ? '__Host-' : '__Secure-';
  }

  sessionToken(ctx: Context): string | undefined {
    return this.#read(ctx, SESSION);
  }

  setSession(ctx: Context, token: string): void {
    this.#write(ctx, SESSION, token, ABSOLUTE_LIMIT_MILLIS);
  }

  clearSession(ctx: Context): void {
    this.#write(ctx, SESSION, '', 0);
  }

  formSecret(ctx: Context): string | undefined {
    return this.#read(ctx, FORM);
  }

  /** The visitor's own, or a new one that goes with this answer: signs the forms of those who have no session yet. */
  ensureFormSecret(ctx: Context): string {
    const known = this.formSecret(ctx);
    if (known !== undefined) return known;
    const made = createSecretToken();
    this.#write(ctx, FORM, made, undefined);
    return made;
  }

  #read(ctx: Context, name: string): string | undefined {
    const header = ctx.get('Cookie');
    if (!header.includes(name)) return undefined;
    for (const pair of header.split(';')) {
      const at = pair.indexOf('=');
      if (pair.slice(0, at).trim() !== this.#prefix + name) continue;
      const value = pair.slice(at + 1).trim();
      return TOKEN.test(value) ? value : undefined;
    }
    return undefined;
  }

  // Written here and not by ctx.cookies: that one refuses Secure cookies behind a proxy that ends TLS.
  #write(ctx: Context, name: string, value: string, maxAgeMillis: number | undefined): void {
    const parts = [`${this.#prefix}${name}=${value}`, `Path=${this.#path}`, 'HttpOnly', 'SameSite=Lax'];
    if (maxAgeMillis !== undefined) parts.push(`Max-Age=${Math.floor(maxAgeMillis / 1000)}`);
    if (this.#isSecure) parts.push('Secure');
    ctx.append('Set-Cookie', parts.join('; '));
  }
}
