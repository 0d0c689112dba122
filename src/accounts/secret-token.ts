import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;

/** 256 random bits in URL-safe letters: for cookies and links. */
export function createSecretToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What the database keeps of a token: SHA-256 in hexadecimal. The token has 256 random bits, so no slow hash is needed. */
export function digestOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Takes the same time wherever the two differ, and whatever their lengths are. */
export function secretsEqual(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * A token for one form, bound to a secret of the visitor. It differs in every page, so that compressed pages do not
 * give it away by their length.
 */
export function formTokenOf(secret: string): string {
  const salt = randomBytes(12).toString('base64url');
  return `${salt}.${signature(secret, salt)}`;
}

export function isFormToken(token: string, secret: string): boolean {
  const [salt = '', signed = ''] = token.split('.');
  return salt !== '' && secretsEqual(signed, signature(secret, salt));
}

function signature(secret: string, salt: string): string {
  return createHmac('sha256', secret).update(`form ${salt}`).digest('base64url');
}
