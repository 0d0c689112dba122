import { describe, expect, it } from '@jest/globals';
import { parseTrustedProxies } from '../../../otel/kit.ts';
import { AdminServer, PASSWORD } from './admin-server.ts';

let server: AdminServer;

const guesses = async (addresses: readonly string[], more: Readonly<Record<string, string>> = {}) => {
  const guesser = server.visitor();
  await guesser.get('/admin/sign-in', more);
  const statuses: number[] = [];
  for (const address of addresses) {
    const headers = { 'X-Forwarded-For': address, ...more };
    statuses.push((await guesser.post('/admin/sign-in', { password: 'wrong' }, headers)).status);
  }
  return statuses;
};

describe('behind a trusted proxy', () => {
  it('throttles a client by the address that the proxy appended, whatever the client sent before it', async () => {
    server = await new AdminServer().start();
    await server.owner();
    expect(
      await guesses([
        '203.0.113.9',
        '192.0.2.1, 203.0.113.9',
        '192.0.2.2, 203.0.113.9',
        '192.0.2.3,203.0.113.9',
      ]),
    ).toEqual([403, 403, 403, 429]);
    expect(server.logged).toContain('"address":"203.0.113.9"');
    expect(server.logged).not.toContain('"address":"192.0.2.1"');
  });

  it('makes cookies Secure, bound to the host and answers HSTS when the proxy says https', async () => {
    server = await new AdminServer().start();
    const visitor = server.visitor();
    const { headers } = await visitor.get('/admin/sign-in', {
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Proto': 'https',
    });
    expect(headers['set-cookie']?.[0]).toMatch(/^__Host-glasshouse_form=[^;]+; Path=\/; .*; Secure$/);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });
});

describe('without a trusted proxy', () => {
  it('uses the socket’s address and plain http, whatever headers say', async () => {
    server = await new AdminServer({ trustedProxies: parseTrustedProxies('192.0.2.1') }).start();
    await server.owner();
    const addresses = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4'];
    expect(await guesses(addresses, { 'X-Forwarded-Proto': 'https' })).toEqual([403, 403, 403, 429]);
    const { headers } = await server.visitor().get('/admin/sign-in', { 'X-Forwarded-Proto': 'https' });
    expect(headers['set-cookie']?.[0]).not.toContain('Secure');
    expect(headers['strict-transport-security']).toBeUndefined();
  });
});

describe('a known browser', () => {
  /** More than any throttle forgives, from ever new addresses. */
  const storm = () => guesses(Array.from({ length: 30 }, (_, index) => `203.0.113.${index}`));

  it('signs in with the right password at once while strangers guess, over a restart too', async () => {
    server = await new AdminServer().start();
    const owner = await server.owner();
    await owner.post('/admin/sign-out', {});
    await owner.get('/admin/sign-in');
    const statuses = await storm();
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(15);
    await server.restart();
    const signIn = (visitor: typeof owner) =>
      visitor.post('/admin/sign-in', { password: PASSWORD }, { 'X-Forwarded-For': '203.0.113.77' });
    expect((await signIn(owner)).status).toBe(303);
    const unknown = server.visitor();
    await unknown.get('/admin/sign-in');
    expect((await signIn(unknown)).status).toBe(429);
  });

  it('has a budget of its own, and none with a cookie of its own making', async () => {
    server = await new AdminServer().start();
    const owner = await server.owner();
    await owner.post('/admin/sign-out', {});
    await owner.get('/admin/sign-in');
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++)
      statuses.push((await owner.post('/admin/sign-in', { password: `wrong ${index}` })).status);
    expect(statuses).toEqual([403, 403, 403, 429]);

    await storm();
    const forger = server.visitor();
    await forger.get('/admin/sign-in');
    forger.cookies.set('glasshouse_browser', `${'A'.repeat(22)}.${'B'.repeat(43)}`);
    const answer = await forger.post(
      '/admin/sign-in',
      { password: PASSWORD },
      { 'X-Forwarded-For': '203.0.113.99' },
    );
    expect(answer.status).toBe(429);
  });

  it('is no longer known after the password was changed elsewhere', async () => {
    server = await new AdminServer().start();
    const owner = await server.owner();
    const before = owner.cookies.get('glasshouse_browser')!;
    await owner.get('/admin/settings');
    const password = 'violet harbours seldom freeze over';
    await owner.post('/admin/settings/password', { currentPassword: PASSWORD, password, repeated: password });
    await storm();
    const other = server.visitor();
    await other.get('/admin/sign-in');
    other.cookies.set('glasshouse_browser', before);
    const headers = { 'X-Forwarded-For': '203.0.113.98' };
    expect((await other.post('/admin/sign-in', { password }, headers)).status).toBe(429);
    await owner.get('/admin/settings');
    await owner.post('/admin/sign-out', {});
    await owner.get('/admin/sign-in');
    expect((await owner.post('/admin/sign-in', { password }, headers)).status).toBe(303);
  });
});
