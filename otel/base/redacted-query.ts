import { isSecretName, SECRET_WORDS } from './secret-names.ts';

/** For instrumentation-http, which compares whole names: its own list plus every word of ours. */
export const REDACTED_QUERY_PARAMS: readonly string[] = [
  'Signature',
  'AWSAccessKeyId',
  'X-Goog-Signature',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'access_token',
  'api_key',
  ...SECRET_WORDS,
];

/** In place of what is a secret. */
export const REDACTED = 'REDACTED';
/** Paths that authenticate someone: their whole query is secret, whatever its names. */
const CREDENTIAL_PATH =
  /(?:^|[/._-])(?:sign-?(?:in|up)|log-?(?:in|on)|set-?up|register|(?:password-?)?(?:reset|recover\w*|forgot\w*)|password|verify|confirm|invite|invitation|activate|unsubscribe|magic(?:-?link)?|oauth2?|authorize|callback)(?:[/._-]|$)/i;
/** A URL within a URL is encoded once more at each level. */
const MAX_NESTING = 4;

/** Returns true for a value that is or contains a URL whose own query has a credential, such as `next` of a sign-in. */
function holdsSecret(value: string): boolean {
  let text = value;
  for (let depth = 0; depth < MAX_NESTING && /[=%]/.test(text); depth++) {
    for (const [, name] of text.matchAll(/(?<![\w.-])([\w.-]+)=/g)) if (isSecretName(name!)) return true;
    try {
      text = decodeURIComponent(text);
    } catch {
      return /%3d/i.test(text);
    }
  }
  return false;
}

/**
 * A normalised query without its `?`, in which the values of credentials are replaced by `REDACTED`; by name in any case, also in URLs within
 * values. For paths that sign in, set up or reset, everything is. Linear in the length of the query, which is the client's.
 */
export function redactedQuery(query: string, path: string): string {
  if (CREDENTIAL_PATH.test(path)) return REDACTED;
  const params = new URLSearchParams(query);
  const secret = new Set<string>();
  for (const [name, value] of params)
    if (!secret.has(name) && (isSecretName(name) || holdsSecret(value))) secret.add(name);
  // `set` and `getAll` read all parameters for each name: 0.1 s for a request of 15 KB.
  const safe = new URLSearchParams();
  const told = new Set<string>();
  for (const [name, value] of params) {
    if (!secret.has(name)) safe.append(name, value);
    else if (!told.has(name)) {
      safe.append(name, REDACTED);
      told.add(name);
    }
  }
  return safe.toString();
}
