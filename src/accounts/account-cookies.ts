import type { Context } from 'koa';
import { basePathOf } from '../http/base-path.ts';
import { BROWSER_TOKEN } from './known-browser.ts';
import { ABSOLUTE_LIMIT_MILLIS } from './session-store.ts';
import { createSecretToken } from '../process/secret-token.ts';

const SESSION = 'glasshouse_session';
const FORM = 'glasshouse_form';
const BROWSER = 'glasshouse_browser';
const TOKEN = /^[\w-]{43}$/;
/** Renewed with each sign-in; browsers accept at most 400 days. */
const BROWSER_MILLIS = 365 * 24 * 60 * 60 * 1000;

/**
 * The cookies of the admin pages: HttpOnly, SameSite=Lax, for the whole host or, with a base path, for that path only, so that another
 * blog on the same host does not read them. Under https (by PUBLIC_URL or a trusted proxy) also Secure, with a `__Host-` or `__Secure-` name.
 */
export class AccountCookies {
  readonly #isHttps: boolean;
  readonly #path: string;

  constructor(options: { readonly publicUrl: string | undefined }) {
    this.#isHttps = options.publicUrl?.startsWith('https:') === true;
    this.#path = basePathOf(options.publicUrl) || '/';
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

  browserToken(ctx: Context): string | undefined {
    return this.#read(ctx, BROWSER, BROWSER_TOKEN);
  }

  setBrowser(ctx: Context, token: string): void {
    this.#write(ctx, BROWSER, token, BROWSER_MILLIS);
  }

  formSecret(ctx: Context): string | undefined {
    return this.#read(ctx, FORM);
  }

  /** Returns the visitor's form secret, or sets a new one; it signs forms of visitors without a session. */
  ensureFormSecret(ctx: Context): string {
    const known = this.formSecret(ctx);
    if (known !== undefined) return known;
    const made = createSecretToken();
    this.#write(ctx, FORM, made, undefined);
    return made;
  }

  #isSecure(ctx: Context): boolean {
    return this.#isHttps || ctx.protocol === 'https';
  }

  #fullName(ctx: Context, name: string): string {
    if (!this.#isSecure(ctx)) return name;
    // A `__Host-` cookie must have the path `/`.
    return `${this.#path === '/' ? '__Host-' : '__Secure-'}${name}`;
  }

  #read(ctx: Context, name: string, pattern = TOKEN): string | undefined {
    const header = ctx.get('Cookie');
    if (!header.includes(name)) return undefined;
    const fullName = this.#fullName(ctx, name);
    for (const pair of header.split(';')) {
      const at = pair.indexOf('=');
      if (pair.slice(0, at).trim() !== fullName) continue;
      const value = pair.slice(at + 1).trim();
      return pattern.test(value) ? value : undefined;
    }
    return undefined;
  }

  // Not by ctx.cookies, which refuses Secure cookies behind a proxy that terminates TLS.
  #write(ctx: Context, name: string, value: string, maxAgeMillis: number | undefined): void {
    const parts = [`${this.#fullName(ctx, name)}=${value}`, `Path=${this.#path}`, 'HttpOnly', 'SameSite=Lax'];
    if (maxAgeMillis !== undefined) parts.push(`Max-Age=${Math.floor(maxAgeMillis / 1000)}`);
    if (this.#isSecure(ctx)) parts.push('Secure');
    ctx.append('Set-Cookie', parts.join('; '));
  }
}
