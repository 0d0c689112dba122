import { describe, expect, it } from '@jest/globals';
import { readTelemetryConfig, TelemetryConfigError } from '../../../otel/config.ts';
import { parseContextToken, parseTrustedContext } from '../../../otel/settings/trusted-context.ts';

const TOKEN = 'a-token-of-our-own-services';

describe('METRICS_TRUSTED_CONTEXT', () => {
  it.each([
    ['none', false, false, false, false],
    ['all', true, false, false, false],
    ['proxies', false, true, false, false],
    ['Loopback', false, false, true, false],
    ['proxies, private', false, true, false, true],
    ['10.1.0.0/16 ::1', false, false, false, true],
  ])('%s: all %s, proxies %s, 127.0.0.1 %s, 10.1.2.3 %s', (text, all, proxies, loopback, service) => {
    const context = parseTrustedContext(text);
    expect([
      context.all,
      context.proxies,
      context.clients.has('127.0.0.1'),
      context.clients.has('10.1.2.3'),
    ]).toEqual([all, proxies, loopback, service]);
  });

  it.each(['', ' , ', 'none, loopback', 'all 10.0.0.0/8', 'everybody', '10.0.0.0/33'])('refuses %j', (text) =>
    expect(() => parseTrustedContext(text)).toThrow('none, all, or a list of proxies'),
  );

  it('trusts nobody by default, whom the app names, or whom the environment names', () => {
    const all = (env: Record<string, string>, trustedContext?: string): boolean =>
      readTelemetryConfig({ env, trustedContext }).trustedContext.all;
    expect(all({})).toBe(false);
    expect(all({}, 'all')).toBe(true);
    expect(all({ METRICS_TRUSTED_CONTEXT: 'none' }, 'all')).toBe(false);
  });

  it('shows the default of the app', () => {
    const { settings } = readTelemetryConfig({ env: {}, trustedContext: 'private' });
    expect(settings).toContainEqual(
      expect.objectContaining({ name: 'METRICS_TRUSTED_CONTEXT', value: 'private', source: 'default' }),
    );
  });
});

describe('METRICS_TRUSTED_CONTEXT_TOKEN', () => {
  it.each(['short', 'fifteen-letters', 'with a space in it all', 'umlaut-äöü-0123456789', ''])(
    'refuses %j',
    (text) => expect(() => parseContextToken(text)).toThrow('at least 16 visible ASCII characters'),
  );

  it('is never shown, neither valid nor invalid', () => {
    const { settings, trustedContextToken } = readTelemetryConfig({
      env: { METRICS_TRUSTED_CONTEXT_TOKEN: ` ${TOKEN} ` },
    });
    expect(trustedContextToken).toBe(TOKEN);
    expect(JSON.stringify(settings)).not.toContain(TOKEN);
    const wrong = (): unknown =>
      readTelemetryConfig({ env: { METRICS_TRUSTED_CONTEXT_TOKEN: 'sesame-open' } });
    expect(wrong).toThrow(TelemetryConfigError);
    expect(wrong).toThrow(/^(?!.*sesame).*\(hidden\)/s);
  });
});
