import { describe, expect, it } from '@jest/globals';
import { redactedQuery } from '../../../otel/base/redacted-query.ts';
import { isSecretName } from '../../../otel/base/secret-names.ts';
import { shownRequest } from '../../../src/observatory/transfer/shown-request.ts';
import { searchTrace } from '../../fixtures/trace-sketches.ts';

const SECRET = [
  'token',
  'refresh_token',
  'refresh',
  'idToken',
  'X-Api-Key',
  'PASSWORD',
  'userPassword',
  'pass',
  'userpass',
  'pw',
  'new_pw',
  'passcode',
  'hash',
  'emailHash',
  'invite',
  'invitation-code',
  'sid',
  'otp',
  'sessionkey',
  'SAMLResponse-assertion',
  'code_verifier',
  '_csrf',
  'x'.repeat(300),
];
const PLAIN = [
  'q',
  'page',
  'author',
  'keyboard',
  'keyword',
  'monkey',
  'sort',
  'from',
  'encoding',
  'barcode',
  'pinned',
  'passage',
  'hashtag',
  'compass',
];

/** One list decides what is not recorded and what the cURL line drops. */
describe('isSecretName', () => {
  it.each(SECRET)('treats %s as a credential, in traces as in the cURL line', (name) => {
    expect(isSecretName(name)).toBe(true);
    expect(redactedQuery(`${name}=clear`, '/')).toBe(`${name}=REDACTED`);
    expect(redactedQuery(`next=${encodeURIComponent(`/a?${name}=clear`)}`, '/')).not.toContain('clear');
    const span = searchTrace('ab'.repeat(16), 0).spans[0]!;
    const attributes = { ...span.attributes, 'url.query': `${name}=clear` };
    expect(shownRequest({ ...span, attributes })!.url).not.toContain('clear');
  });

  it.each(PLAIN)('does not redact %s', (name) => {
    expect(isSecretName(name)).toBe(false);
    expect(redactedQuery(`${name}=clear`, '/')).toBe(`${name}=clear`);
  });
});
