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
    for (const [, name] of text.matchAll(/([\w.-]{1,257})=/g)) if (isSecretName(name!)) return true;
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
 * values. For paths that sign in, set up or reset, everything is.
 */
export function redactedQuery(query: string, path: string): string {
  if (CREDENTIAL_PATH.test(path)) return REDACTED;
  const params = new URLSearchParams(query);
  for (const name of new Set(params.keys()))
    if (isSecretName(name) || params.getAll(name).some(holdsSecret)) params.set(name, REDACTED);
  return params.toString();
}
