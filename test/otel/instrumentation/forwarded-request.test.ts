import { describe, expect, it } from '@jest/globals';
import { forwardedRequest, type ForwardedWords } from '../../../otel/instrumentation/forwarded-request.ts';
import { parseTrustedProxies } from '../../../otel/settings/trusted-proxies.ts';

function told(words: Partial<ForwardedWords>, proxies = 'loopback') {
  const nothing = {
    forwarded: undefined,
    forwardedFor: undefined,
    forwardedHost: undefined,
    forwardedProto: undefined,
  };
  const { clientAddress, host, proto } = forwardedRequest(
    { peerAddress: '127.0.0.1', ...nothing, ...words },
    parseTrustedProxies(proxies),
  );
  return [clientAddress, host, proto];
}

describe('forwardedRequest', () => {
  it('trusts only a trusted peer', () => {
    const words = {
      peerAddress: '10.0.0.9',
      forwarded: 'for=203.0.113.7;host=evil.example;proto=https',
      forwardedFor: '203.0.113.7',
      forwardedHost: 'evil.example',
      forwardedProto: 'https',
    };
    expect(told(words)).toEqual(['10.0.0.9', undefined, undefined]);
    expect(told({ ...words, peerAddress: undefined })).toEqual([undefined, undefined, undefined]);
    expect(told(words, 'none')).toEqual(['10.0.0.9', undefined, undefined]);
    expect(told(words, '10.0.0.0/8')).toEqual(['203.0.113.7', 'evil.example', 'https']);
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7, 10.0.0.1, 127.0.0.1', '203.0.113.7'],
    ['10.0.0.5', '10.0.0.5'],
    ['made up, 203.0.113.7:4711', '203.0.113.7'],
    ['2001:DB8::7', '2001:db8::7'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['203.0.113.7, unknown', '127.0.0.1'],
    ['203.0.113.7, unknown, 10.0.0.1', '10.0.0.1'],
    ['<script>, %%%', '127.0.0.1'],
    ['203.0.113.7,', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    [' ', '127.0.0.1'],
    [`${'1.2.3.4, '.repeat(1000)}203.0.113.7`, '127.0.0.1'],
  ])('walks X-Forwarded-For %j from the right', (forwardedFor, address) => {
    expect(told({ forwardedFor })[0]).toBe(address);
  });

  it('skips the listed proxies, and no others', () => {
    const forwardedFor = '198.51.100.1, 203.0.113.7, 192.0.2.1';
    expect(told({ forwardedFor }, '127.0.0.1, 192.0.2.0/24')[0]).toBe('203.0.113.7');
    expect(told({ forwardedFor: '203.0.113.7, 10.0.0.1' }, '127.0.0.1')[0]).toBe('10.0.0.1');
  });

  it.each([
    ['for=203.0.113.7;proto=https;host=blog.example', ['203.0.113.7', 'blog.example', 'https']],
    [
      'for=198.51.100.1;host=evil.example, for="203.0.113.7:4711";proto=HTTPS',
      ['203.0.113.7', undefined, 'https'],
    ],
    [
      'for=203.0.113.7;proto=https;host=blog.example, for=10.0.0.2;proto=http',
      ['203.0.113.7', 'blog.example', 'https'],
    ],
    ['For="[2001:db8:cafe::17]:4711"', ['2001:db8:cafe::17', undefined, undefined]],
    ['for=203.0.113.7, for=_hidden', ['127.0.0.1', undefined, undefined]],
    ['for="203.0.113.7', ['127.0.0.1', undefined, undefined]],
    ['malformed', ['127.0.0.1', undefined, undefined]],
  ])('reads Forwarded: %s', (forwarded, expected) => {
    expect(told({ forwarded })).toEqual(expected);
  });

  it('uses the scheme and host of the client’s hop', () => {
    const forwardedFor = '203.0.113.7, 10.0.0.1';
    expect(told({ forwardedFor, forwardedProto: 'https, http', forwardedHost: 'blog.example' })).toEqual([
      '203.0.113.7',
      'blog.example',
      'https',
    ]);
    expect(told({ forwardedHost: 'blog.example', forwardedProto: 'https' })).toEqual([
      '127.0.0.1',
      'blog.example',
      'https',
    ]);
    expect(told({ forwardedFor, forwardedProto: 'gopher' })[2]).toBeUndefined();
  });

  it('trusts neither of two headers that name two clients: the client wrote one of them', () => {
    const words = { forwarded: 'for=198.51.100.1;host=evil.example', forwardedFor: '203.0.113.7' };
    expect(told(words)).toEqual(['127.0.0.1', undefined, undefined]);
    expect(told({ ...words, forwarded: 'for=203.0.113.7;proto=https' })).toEqual([
      '203.0.113.7',
      undefined,
      'https',
    ]);
    expect(told({ ...words, forwarded: ';;;=' })[0]).toBe('203.0.113.7');
  });
});
