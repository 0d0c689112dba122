/**
 * Words that mark a value as a credential, wherever they stand in a name; the one list for the kit and its pages. Names are split at case and
 * punctuation: `resetToken`, `X-Amz-Signature`, `new_pw`.
 */
export const SECRET_WORDS: readonly string[] =
  `token tokens key keys apikey secret secrets pass passwd password passwords passphrase passcode passkey pwd pw pin auth authentication
   authorization code otp totp mfa session sessionid sid sig signature hmac salt hash csrf xsrf jwt bearer credential credentials cookie
   nonce state assertion saml verifier ticket refresh invite invitation recovery`
    .trim()
    .split(/\s+/);

const WORDS: ReadonlySet<string> = new Set(SECRET_WORDS);
/** Compounds in lower case: `authtoken`, `sessionkey`, `userhash`. */
const WITHIN =
  /token|secret|passw|passphrase|passcode|apikey|signature|credential|csrf|xsrf|bearer|cookie|session|authorization|(?:pass|pwd|pw|hash|key)$/;
/** Ordinary words that end like one of those. */
const HARMLESS = /^(?:monkey|turkey|donkey|hockey|whiskey|jockey|compass|bypass)$/;
const MAX_NAME = 256;

/** Returns true if the value of a query field or header of this name is a secret. Names longer than any real one count as secret. */
export function isSecretName(name: string): boolean {
  if (name.length > MAX_NAME) return true;
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .some((word) => WORDS.has(word) || (WITHIN.test(word) && !HARMLESS.test(word)));
}

/** Returns true for an unparsable text that may be a URL with a password, query or fragment; such a text is never echoed. */
export function mayHoldSecret(text: string): boolean {
  return /[@?#]/.test(text);
}
