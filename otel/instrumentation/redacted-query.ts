/** Query parameters whose values are credentials; instrumentation-http's own list, and ours. */
export const REDACTED_QUERY_PARAMS: readonly string[] = [
  'sig',
  'Signature',
  'AWSAccessKeyId',
  'X-Goog-Signature',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'token',
  'access_token',
  'code',
  'key',
  'api_key',
  'password',
  'secret',
];

/** A query without its `?`, normalised, the values of credentials replaced by `REDACTED`. */
export function redactedQuery(query: string): string {
  const params = new URLSearchParams(query);
  for (const name of REDACTED_QUERY_PARAMS) if (params.has(name)) params.set(name, 'REDACTED');
  return params.toString();
}
