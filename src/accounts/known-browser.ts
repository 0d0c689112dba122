import { createHmac, randomBytes } from 'node:crypto';
import { secretsEqual } from './secret-token.ts';
import type { Owner } from './owner-store.ts';

const ID_BYTES = 16;
export const BROWSER_TOKEN = /^[\w-]{22}\.[\w-]{43}$/;

/**
 * What a browser is given once it has signed in, so that guessers elsewhere cannot keep it out (OWASP's device cookies). It opens nothing.
 * Signed with a key that each new password replaces, so that a browser known before has to be made known again.
 */
export function createBrowserToken(owner: Owner): string {
  const id = randomBytes(ID_BYTES).toString('base64url');
  return `${id}.${signature(owner, id)}`;
}

/** The browser that a token was given to; undefined when it was not given by this blog, for this owner and password. */
export function knownBrowser(token: string | undefined, owner: Owner | undefined): string | undefined {
  if (token === undefined || owner === undefined) return undefined;
  const [id = '', signed = ''] = token.split('.');
  return secretsEqual(signed, signature(owner, id)) ? id : undefined;
}

function signature(owner: Owner, id: string): string {
  return createHmac('sha256', owner.browserKey).update(`browser ${owner.id} ${id}`).digest('base64url');
}
