import { beforeEach, describe, expect, it } from '@jest/globals';
import { addressSubject, waitAfter, type Guesser } from '../../../src/accounts/sign-in-throttle.ts';
import { AdminServer, PASSWORD, type Visitor } from './admin-server.ts';

let server: AdminServer;
let visitor: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  await server.owner();
  visitor = server.visitor();
  await visitor.get('/admin/sign-in');
});

const stranger = (address: string): Guesser => ({ kind: 'stranger', address });
const tryWith = (password: string) => visitor.post('/admin/sign-in', { password });

describe('SignInThrottle', () => {
  it('answers 429 after three failures, over a restart too, until the pause is over', async () => {
    for (let i = 0; i < 3; i++) expect((await tryWith(`wrong ${i}`)).status).toBe(403);
    const held = await tryWith(PASSWORD);
    expect([held.status, held.headers['retry-after']]).toEqual([429, '1']);
    expect(held.text).toContain('Try again in 1 second, or run “npm run owner-link” on the blog’s machine.');

    await server.restart();
    expect((await tryWith(PASSWORD)).status).toBe(429);
    server.nowMillis += 1000;
    expect((await tryWith('wrong again')).status).toBe(403);
    expect((await tryWith(PASSWORD)).headers['retry-after']).toBe('2');
    server.nowMillis += 2000;
    expect((await tryWith(PASSWORD)).status).toBe(303);
    await server.visitor().get('/admin/sign-in');
    expect(server.accounts.throttle.waitMillis(stranger('127.0.0.1'))).toBe(0);
  });

  it('counts attempts that run at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => tryWith(`wrong ${i}`)));
    expect(answers.filter(({ status }) => status === 403).length).toBeLessThanOrEqual(3);
    expect(answers.every(({ status }) => status === 403 || status === 429)).toBe(true);
  });

  it('slows guessing from many addresses, but not an address where the owner signed in', () => {
    const { throttle } = server.accounts;
    throttle.begin(stranger('192.0.2.1')).succeed();
    for (let i = 0; i < 16; i++) throttle.begin(stranger(`198.51.100.${i}`));
    expect(throttle.waitMillis(stranger('203.0.113.9'))).toBe(60_000);
    expect(throttle.waitMillis(stranger('192.0.2.1'))).toBe(0);
  });

  it('forgets after a day', () => {
    const { throttle } = server.accounts;
    for (let i = 0; i < 30; i++) throttle.begin(stranger('198.51.100.1'));
    expect(throttle.waitMillis(stranger('198.51.100.1'))).toBe(900_000);
    server.nowMillis += 24 * 60 * 60_000;
    expect(throttle.waitMillis(stranger('198.51.100.1'))).toBe(0);
    throttle.begin(stranger('198.51.100.1'));
    expect(
      server.database.prepare('SELECT count(*) FROM sign_in_attempts WHERE succeeded = 0').pluck().get(),
    ).toBe(2);
  });

  it('never waits longer than its curve when the clock was set back', () => {
    const { throttle } = server.accounts;
    for (let i = 0; i < 4; i++) throttle.begin(stranger('198.51.100.1'));
    server.nowMillis -= 3_600_000;
    expect(throttle.waitMillis(stranger('198.51.100.1'))).toBe(2000);
  });
});

describe('waitAfter', () => {
  it('is 0 at first, then doubles up to its limit', () => {
    const curve = { free: 3, maxMillis: 10_000 };
    expect([0, 2, 3, 4, 5, 6, 7, 5000].map((failures) => waitAfter(failures, curve))).toEqual([
      0, 0, 1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
  });
});

describe('addressSubject', () => {
  it.each([
    ['192.0.2.7', 'address:192.0.2.7'],
    ['::ffff:192.0.2.7', 'address:192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', 'address:2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::1', 'address:2001:db8:1:2::/64'],
    ['::1', 'address:0:0:0:0::/64'],
    ['fe80::1%eth0', 'address:fe80:0:0:0::/64'],
  ])('%s counts as %s', (ip, subject) => {
    expect(addressSubject(ip)).toBe(subject);
  });
});
