import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;

/** 256 random bits, base64url: for cookies and links. */
export function createSecretToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** The stored digest of a token: SHA-256 in hex. The token has 256 random bits, so no slow hash is needed. */
export function digestOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares in constant time, whatever the lengths. */
export function secretsEqual(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * A token for one form, bound to a secret of the visitor. It differs on every page, so that the length of compressed pages
 * does not reveal it (BREACH).
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
