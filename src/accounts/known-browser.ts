import { createHmac, randomBytes } from 'node:crypto';
import { secretsEqual } from '../process/secret-token.ts';
import type { Owner } from './owner-store.ts';

const ID_BYTES = 16;
export const BROWSER_TOKEN = /^[\w-]{22}\.[\w-]{43}$/;

/**
 * The token of a browser that has signed in, so that password guessing elsewhere does not throttle it (OWASP's device cookies). It grants no
 * access. It is signed with a key that each new password replaces, so browsers must sign in again to be known.
 */
export function createBrowserToken(owner: Owner): string {
  const id = randomBytes(ID_BYTES).toString('base64url');
  return `${id}.${signature(owner, id)}`;
}

/** Returns the browser's id; undefined if the token was not issued by this blog for this owner and password. */
export function knownBrowser(token: string | undefined, owner: Owner | undefined): string | undefined {
  if (token === undefined || owner === undefined) return undefined;
  const [id = '', signed = ''] = token.split('.');
  return secretsEqual(signed, signature(owner, id)) ? id : undefined;
}

/**
 * The secret of forms that were refused as the session had ended, for `formTokenOf`: it outlives the sign-in, unlike a session's, is good for one
 * browser, and is made only here, so that a planted cookie is of no use. `browserSecret` is that of forms of visitors.
 */
export function secretOfRefusedForms(owner: Owner, browserSecret: string): string {
  return createHmac('sha256', owner.browserKey)
    .update(`refused form ${owner.id} ${browserSecret}`)
    .digest('base64url');
}

function signature(owner: Owner, id: string): string {
  return createHmac('sha256', owner.browserKey).update(`browser ${owner.id} ${id}`).digest('base64url');
}
