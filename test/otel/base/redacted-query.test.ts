import { describe, expect, it } from '@jest/globals';
import { redactedQuery } from '../../../otel/base/redacted-query.ts';
import { expectLinear } from '../../fixtures/linear-time.ts';

describe('redactedQuery', () => {
  it.each([
    ['token=a&page=2', 'token=REDACTED&page=2'],
    ['TOKEN=a&Password=b', 'TOKEN=REDACTED&Password=REDACTED'],
    ['reset_token=a&apiKey=b&new-password=c', 'reset_token=REDACTED&apiKey=REDACTED&new-password=REDACTED'],
    ['token=a&token=b', 'token=REDACTED'],
    ['next=%2Fa%3Ftoken%3Db', 'next=REDACTED'],
    ['next=%252Fa%253Ftoken%253Db', 'next=REDACTED'],
    ['next=%2Fa%3Fpage%3D2', 'next=%2Fa%3Fpage%3D2'],
    ['q=tea+and+tokenizers&page=2', 'q=tea+and+tokenizers&page=2'],
    ['q=%E0%A4%A&page=2', 'q=%EF%BF%BD%25A&page=2'],
    ['keyword=a&barcode=b&pinned=c', 'keyword=a&barcode=b&pinned=c'],
  ])('%s becomes %s', (query, expected) => {
    expect(redactedQuery(query, '/search')).toBe(expected);
  });

  it.each([
    '/admin/sign-in',
    '/demo/sign-in',
    '/admin/setup',
    '/admin/setup/',
    '/login',
    '/password-reset',
    '/reset/now',
    '/oauth/callback',
    '/Account/SignIn',
  ])('keeps nothing of the query of %s', (path) => {
    expect(redactedQuery('a-bare-secret&next=/', path)).toBe('REDACTED');
  });

  it.each(['/2026/05/signing-in-the-rain', '/presets', '/search', '/', '/tags/passwords'])(
    'redacts by name at %s',
    (path) => {
      expect(redactedQuery('page=2', path)).toBe('page=2');
    },
  );

  it('finds a secret after a name that is longer than any', () => {
    expect(redactedQuery(`a=${'b'.repeat(300)}%3Dc&token=a&x=1&token=b`, '/')).toBe(
      'a=REDACTED&token=REDACTED&x=1',
    );
  });

  it.each([
    ['of many names', (size: number) => numbered(size, '')],
    ['of many secrets', (size: number) => numbered(size, '_key')],
    ['of one long value', (size: number) => `a=${'b'.repeat(10 * size)}`],
    ['of many nested names', (size: number) => `a=${'b%3D'.repeat(size)}`],
  ])('takes time in proportion to the length of a query %s', async (_, make) => {
    await expectLinear((size) => redactedQuery(make(size), '/'), 1000);
  });
});

function numbered(size: number, ending: string): string {
  return Array.from({ length: size }, (_, i) => `${i.toString(36)}${ending}=1`).join('&');
}
