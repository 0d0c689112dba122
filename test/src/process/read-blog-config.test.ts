import { describe, expect, it } from '@jest/globals';
import { readTelemetryConfig, type TelemetryConfigError } from '../../../otel/config.ts';
import { DEFAULT_TRUSTED_PROXIES } from '../../../otel/kit.ts';
import { parseAlertRules } from '../../../src/process/alert-rules.ts';
import { BLOG_SETTINGS, BlogConfigError, readBlogConfig } from '../../../src/process/config.ts';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readBlogConfig({ env });
  } catch (error) {
    return (error as BlogConfigError).problems.map(({ variable, value }) => `${variable}=${value}`);
  }
  return [];
}

describe('readBlogConfig', () => {
  it('has a default for every setting', () => {
    expect(readBlogConfig({ env: {} })).toEqual({
      host: '127.0.0.1',
      port: 3000,
      publicUrl: undefined,
      dataDir: 'data',
      pageCacheBytes: 32 * 1024 * 1024,
      logLevel: 'info',
      metricsToken: undefined,
      trustedProxies: DEFAULT_TRUSTED_PROXIES,
      backupFolder: undefined,
      backupEvery: 86_400_000,
      backupKeep: 14,
      alertWebhookUrl: undefined,
      alertEmail: undefined,
      alertSmtpUrl: undefined,
      alertRules: parseAlertRules('defaults'),
      alertReminder: 86_400_000,
      heartbeatUrl: undefined,
      alertPrivateAddresses: false,
    });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(readBlogConfig({ env: {} }))).toBe(true);
  });

  it('prefers the environment over .env over the default', () => {
    const config = readBlogConfig({ env: { PORT: '8080' }, dotEnv: { PORT: '9090', HOST: '::1' } });
    expect(config).toMatchObject({ port: 8080, host: '::1', logLevel: 'info' });
  });

  it('takes an empty value for none', () => {
    expect(readBlogConfig({ env: { PORT: '', DATA_DIR: ' ' }, dotEnv: { PORT: '81' } })).toMatchObject({
      port: 81,
      dataDir: 'data',
    });
  });

  it('takes the cache in megabytes, none included', () => {
    expect(readBlogConfig({ env: { PAGE_CACHE_MB: '0' } }).pageCacheBytes).toBe(0);
    expect(readBlogConfig({ env: { PAGE_CACHE_MB: '64' } }).pageCacheBytes).toBe(67_108_864);
  });

  it('takes port 0 and cuts the slash off PUBLIC_URL', () => {
    const config = readBlogConfig({ env: { PORT: '0', PUBLIC_URL: 'https://blog.example/notes/' } });
    expect(config).toMatchObject({ port: 0, publicUrl: 'https://blog.example/notes' });
  });

  it.each(['/notes', '/a/b', '/~ada/blog-2', '/gr%C3%B6%C3%9Fe'])(
    'takes the path %s as where the blog is mounted',
    (path) => {
      const publicUrl = `https://blog.example${path}`;
      expect(readBlogConfig({ env: { PUBLIC_URL: publicUrl } })).toMatchObject({ publicUrl });
    },
  );

  it.each([
    { PORT: '65536' },
    { PORT: '-1' },
    { PORT: '80.5' },
    { PORT: 'http' },
    { DATA_DIR: 'a\u0007b' },
    { HOST: 'two words' },
    { PUBLIC_URL: 'blog.example' },
    { PUBLIC_URL: 'ftp://blog.example' },
    { PUBLIC_URL: 'https://blog.example//notes' },
    { PUBLIC_URL: 'https://blog.example/a/../notes' },
    { PUBLIC_URL: 'https://blog.example/no;tes' },
    { PUBLIC_URL: 'https://blog.example/no tes' },
    { PUBLIC_URL: 'https://blog.example/admin' },
    { PUBLIC_URL: 'https://blog.example/tags/notes' },
    { PUBLIC_URL: 'https://blog.example/2026' },
    { LOG_LEVEL: 'verbose' },
    { TRUSTED_PROXIES: 'proxy.example' },
    { TRUSTED_PROXIES: 'none, 10.0.0.1' },
  ])('refuses %o', (env: Record<string, string>) => {
    const [name, value] = Object.entries(env)[0]!;
    expect(problemsOf(env)).toEqual([`${name}=${JSON.stringify(value)}`]);
  });

  it.each([
    'https://me:canary@blog.example/',
    'https://canary@blog.example',
    'https://:canary@blog.example',
    'https://me:can/ary@blog.example',
    'https://me:x@canary@blog.example',
    'me:canary@blog.example',
    'https://me:canary?x@blog.example',
    'https://blog.example/?token=canary',
    'blog.example?token=canary',
    'https://blog.example/#canary',
  ])('refuses PUBLIC_URL=%s without printing its secret', (publicUrl) => {
    const read = (): unknown => readBlogConfig({ env: { PUBLIC_URL: publicUrl } });
    expect(read).toThrow(
      /PUBLIC_URL=\(hidden\) \(environment\): expected an http or https address without a user name, password and query/,
    );
    expect(read).not.toThrow(/canary|can\/ary/);
  });

  it('lists everything wrong at once, with what was expected, and no secret', () => {
    const read = (): unknown =>
      readBlogConfig({ env: { PORT: 'x', LOG_LEVEL: 'loud', METRICS_TOKEN: 'canary' } });
    expect(read).toThrow(BlogConfigError);
    expect(read).toThrow(
      /PORT="x" \(environment\): expected a whole number from 0 to 65535\n {2}LOG_LEVEL="loud" \(environment\): expected one of fatal, .*\n {2}METRICS_TOKEN=\(hidden\) \(environment\): expected at least 16/,
    );
    expect(read).not.toThrow(/canary/);
  });

  it.each(['canary-of-16-chars', 'a.b_c~d+e/f-g0123==', ` ${'x'.repeat(300)} `])(
    'takes the token %j',
    (token) => {
      expect(readBlogConfig({ env: { METRICS_TOKEN: token } }).metricsToken).toBe(token.trim());
    },
  );

  it.each(['fifteen-letters', 'sixteen letters!!', 'sixteen=letters-in', 'grün-und-sechzehn'])(
    'refuses the token %j',
    (token) => expect(problemsOf({ METRICS_TOKEN: token })).toEqual(['METRICS_TOKEN=(hidden)']),
  );

  it.each(['', ' ', 'none', 'loopback', '10.0.0.0/8, ::1', 'proxy.example', 'none, 10.0.0.1'])(
    'agrees with telemetry about TRUSTED_PROXIES=%j',
    (text) => {
      const env = { TRUSTED_PROXIES: text };
      const telemetry = ((): readonly string[] => {
        try {
          readTelemetryConfig({ env });
        } catch (error) {
          return (error as TelemetryConfigError).problems.map(
            ({ variable, value }) => `${variable}=${value}`,
          );
        }
        return [];
      })();
      expect(telemetry).toEqual(problemsOf(env));
    },
  );

  it('describes every setting once', () => {
    const names = BLOG_SETTINGS.map((setting) => setting.name);
    expect(new Set(names).size).toBe(names.length);
    expect(BLOG_SETTINGS.every((setting) => setting.meaning !== '')).toBe(true);
  });
});
