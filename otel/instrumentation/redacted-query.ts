import { isSecretName, SECRET_WORDS } from '../base/secret-names.ts';

/** For instrumentation-http, which compares whole names: its own list and every word of ours. */
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

const REDACTED = 'REDACTED';
/** Where the query is about who somebody is: none of it is for others, whatever its names. */
const CREDENTIAL_PATH =
  /(?:^|[/._-])(?:sign-?(?:in|up)|log-?(?:in|on)|set-?up|register|(?:password-?)?(?:reset|recover\w*|forgot\w*)|password|verify|confirm|invite|invitation|activate|unsubscribe|magic(?:-?link)?|oauth2?|authorize|callback)(?:[/._-]|$)/i;
/** An address within an address is encoded once more each time. */
const MAX_NESTING = 4;

/** A value that is or holds an address whose own query has a credential, as `next` of a sign-in does. */
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
 * A query without its `?`, normalised, the values of credentials replaced by `REDACTED`; by their names in any case, also in an address
 * that a value holds. Of a path that signs somebody in, sets up or resets, all of it is.
 */
export function redactedQuery(query: string, path: string): string {
  if (CREDENTIAL_PATH.test(path)) return REDACTED;
  const params = new URLSearchParams(query);
  for (const name of new Set(params.keys()))
    if (isSecretName(name) || params.getAll(name).some(holdsSecret)) params.set(name, REDACTED);
  return params.toString();
}
