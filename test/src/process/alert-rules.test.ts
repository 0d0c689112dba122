import { describe, expect, it } from '@jest/globals';
import { DEFAULT_ALERT_RULES, parseAlertRules } from '../../../src/process/alert-rules.ts';
import { readBlogConfig } from '../../../src/process/config.ts';

const texts = (written: string): readonly string[] => parseAlertRules(written).map(({ text }) => text);
const DEFAULTS = DEFAULT_ALERT_RULES.split('; ');

describe('ALERT_RULES', () => {
  it('has defaults, which may stand among others', () => {
    expect(readBlogConfig({ env: {} }).alertRules.map(({ text }) => text)).toEqual(DEFAULTS);
    expect(texts('requests < 1 over 1h; defaults')).toEqual(['requests < 1 over 1h', ...DEFAULTS]);
  });

  it.each([
    ['5xx>5%', '5xx > 5% over 5m from 20'],
    [
      'p95 of "GET /search" > 0.3s over 600s for 90s from 5',
      'p95 of "GET /search" > 300ms over 10m for 90s from 5',
    ],
    ['failures of render >= 3 over 1h', 'failures of render >= 3 over 1h'],
    ['failed of "GET /a; \\"b\\"" > 0.5 % over 24h', 'failed of "GET /a; \\"b\\"" > 0.5% over 24h from 20'],
    ['requests < 1 over 60m for 1m', 'requests < 1 over 1h for 1m'],
    ['loop>1500ms', 'loop > 1500ms over 5m'],
    ['export failing for 10m', 'export failing for 10m'],
    ['export failing', 'export failing'],
    ['p95 of render>limit', 'p95 of render > limit over 5m from 20'],
    ['disk < 0.5GB for 10m', 'disk < 500MB for 10m'],
    ['disk < limit', 'disk < limit'],
    ['worst_route>limit', 'worst_route > limit over 5m from 20'],
    ['burn of "GET /a" > 6 over 6h', 'burn of "GET /a" > 6 over 6h'],
  ])('reads %s and writes every default out', (written, text) => {
    expect(texts(written)).toEqual([text]);
    expect(parseAlertRules(text)).toEqual(parseAlertRules(written));
  });

  it.each([
    ['', 'from 1 to 20 rules, got 0'],
    ['loop > 1s;'.repeat(21), 'from 1 to 20 rules, got 21'],
    ['nonsense', 'rule 1 (nonsense): the metrics are 5xx, failed,'],
    ['p95', 'rule 1 (p95): write a condition such as `> 5%`'],
    ['5xx > 5', '5xx is a share from 0% to 100%, got 5'],
    ['5xx > 101%', '5xx is a share from 0% to 100%, got 101%'],
    ['p95 > 1', 'p95 is a duration such as 300ms or 1s, got 1'],
    ['failures > 1.5', 'failures is a whole number, got 1.5'],
    ['5xx of database > 1%', '5xx counts requests'],
    [
      'p95 of nothing > 1s',
      'a subject is http, database, render, other or a quoted route such as "GET /search", got nothing',
    ],
    ['p95 of "search" > 1s', 'a route is a method and a path such as "GET /search", got "search"'],
    ['loop of http > 1s', 'loop takes no subject'],
    ['worst_route of "GET /a" > limit', 'worst_route takes no subject'],
    ['loop > 1s from 20', 'only shares and percentiles take `from`'],
    ['loop > 1s over 30s', 'after over, a length of whole seconds from 1m to 24h such as 5m, got 30s'],
    ['loop > 1s over 25h', 'after over, a length'],
    ['loop > 1s for 1.5s', 'after for, a length of whole seconds from 0m to 24h'],
    ['5xx > 1% from 0', 'after from, a count from 1, got 0'],
    ['5xx > 1% over 5m over 6m', 'over is there twice'],
    ['export > 1', 'write `export failing`'],
    ['export failing over 5m', 'export takes no `over`'],
    ['5xx failing', 'failing belongs to export'],
    [
      'p99 > limit',
      '`limit` is that of 5xx, of failed requests, of worst_route, of p95 of http, database and render',
    ],
    ['p95 of other > limit', '`limit` is that of'],
    ['disk < 5', 'disk is a size such as 500MB or 1GB, got 5'],
    ['disk < 1GB over 5m', 'disk takes no `over`'],
    ['disk of http < 1GB', 'disk takes no subject'],
    ['burn > fast', 'burn is a number such as 14.4, got fast'],
    ['burn of database > 1', 'burn counts requests'],
    ['loop > 1s; loop > 1000ms', 'the rule loop > 1s over 5m is there twice'],
  ])('refuses %j and says what is right', (written, problem) => {
    expect(() => parseAlertRules(written)).toThrow(problem);
  });

  it('names everything wrong in one error', () => {
    const read = (): unknown => readBlogConfig({ env: { ALERT_RULES: '5xx > 5; loop > 1s; p95 > x' } });
    expect(read).toThrow(
      /expected rules such as .*rule 1 \(5xx > 5\): .*; rule 3 \(p95 > x\): p95 is a duration/s,
    );
  });
});

describe('receivers of alerts', () => {
  it.each([
    { ALERT_WEBHOOK_URL: 'ftp://hooks.example/x' },
    { ALERT_EMAIL: 'nobody', ALERT_SMTP_URL: 'smtps://mail.example' },
    { ALERT_EMAIL: 'a@blog.example,\nb@blog.example>', ALERT_SMTP_URL: 'smtps://mail.example' },
    { ALERT_EMAIL: 'a@blog.example', ALERT_SMTP_URL: 'https://mail.example' },
    { ALERT_EMAIL: 'a@blog.example', ALERT_SMTP_URL: 'smtp://mail.example?secure=false' },
    { ALERT_PRIVATE_ADDRESSES: 'yes' },
    { ALERT_REMINDER: 'daily' },
    { ALERT_REMINDER: '1m' },
  ])('are refused: %o', (env) => {
    expect(() => readBlogConfig({ env })).toThrow(
      Object.keys(env).at(env.ALERT_EMAIL === 'a@blog.example' ? 1 : 0)!,
    );
  });

  it('by e-mail need a server', () => {
    expect(() => readBlogConfig({ env: { ALERT_EMAIL: 'me@blog.example' } })).toThrow(
      'ALERT_EMAIL="me@blog.example" (environment): expected ALERT_SMTP_URL to name the mail server',
    );
  });

  it('keep the secrets of their addresses out of errors', () => {
    const read = (): unknown =>
      readBlogConfig({ env: { ALERT_WEBHOOK_URL: 'hooks/canary', ALERT_SMTP_URL: 'smtp:canary' } });
    expect(read).toThrow(/ALERT_WEBHOOK_URL=\(hidden\).*ALERT_SMTP_URL=\(hidden\)/s);
    expect(read).not.toThrow(/canary/);
  });
});
