import { describe, expect, it } from '@jest/globals';
import { parseTrustedProxies } from '../../../otel/settings/trusted-proxies.ts';

describe('TRUSTED_PROXIES', () => {
  it.each([
    ['loopback', '127.0.0.1', true, true],
    ['loopback', '127.8.0.1', true, true],
    ['loopback', '::1', true, true],
    ['loopback', '::ffff:127.0.0.1', true, true],
    ['loopback', '10.0.0.1', false, true],
    ['loopback', 'fd00::7', false, true],
    ['loopback', '203.0.113.9', false, false],
    ['127.0.0.1', '10.0.0.1', false, false],
    ['private', '10.0.0.1', true, true],
    ['private', '127.0.0.1', false, false],
    ['192.0.2.1, 2001:db8::/32', '2001:db8:1::9', true, true],
    ['192.0.2.1 2001:db8::/32', '192.0.2.2', false, false],
    ['0.0.0.0/0', '203.0.113.9', true, true],
    ['none', '127.0.0.1', false, false],
    ['Loopback', 'fe80::1%eth0', false, true],
    ['loopback', '', false, false],
  ] as const)('%s: %s may connect as a proxy: %s; is one behind it: %s', (text, address, trusts, passes) => {
    const proxies = parseTrustedProxies(text);
    expect([proxies.trusts(address), proxies.passes(address)]).toEqual([trusts, passes]);
  });

  it.each([
    '',
    ' , ',
    'proxy.example',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0/8',
    'none, loopback',
    '*',
  ])('refuses %j', (text) =>
    expect(() => parseTrustedProxies(text)).toThrow('none, or a list of addresses and networks'),
  );
});
