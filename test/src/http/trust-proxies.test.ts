import { describe, expect, it } from '@jest/globals';
import { parseTrustedProxies } from '../../../otel/kit.ts';
import { AdminServer, PASSWORD } from '../accounts/admin-server.ts';

let server: AdminServer;
const through = (address: string) => ({ 'X-Forwarded-For': address, Origin: 'https://blog.example' });

describe('a proxy that is trusted', () => {
  it('identifies visitors, so that only the guessing one is throttled', async () => {
    server = await new AdminServer({ publicUrl: 'https://blog.example' }).start();
    await server.owner();
    const guesser = server.visitor();
    await guesser.get('/admin/sign-in');
    const guess = (password: string, address: string) =>
      guesser.post('/admin/sign-in', { password }, through(address));
    for (let i = 0; i < 3; i++) expect((await guess(`wrong ${i}`, '203.0.113.9')).status).toBe(403);
    expect((await guess('wrong', '203.0.113.9')).status).toBe(429);
    // What a visitor says of itself stands before what the proxy says of it.
    expect((await guess('wrong', '192.0.2.7, 203.0.113.9')).status).toBe(429);
    expect((await guess(PASSWORD, '192.0.2.7')).status).toBe(303);
    expect(server.logged).toContain('"address":"203.0.113.9"');
  });

  it('states the scheme: cookies are Secure and bound to the host, HSTS is sent', async () => {
    server = await new AdminServer().start();
    const visitor = server.visitor();
    const secure = await visitor.get('/admin/sign-in', { 'X-Forwarded-Proto': 'https' });
    expect(secure.headers['set-cookie']!.join()).toMatch(/^__Host-glasshouse_form=\S+; Path=\/; .*; Secure$/);
    expect(secure.headers['strict-transport-security']).toBe('max-age=31536000');
    const plain = await visitor.get('/admin/sign-in');
    expect(plain.headers['set-cookie']!.join()).toMatch(
      /^glasshouse_form=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(plain.headers['strict-transport-security']).toBeUndefined();
  });

  it('states the host', async () => {
    server = await new AdminServer().start();
    const feed = await server.ask('/feed.rss', {
      headers: { 'X-Forwarded-Host': 'blog.example', 'X-Forwarded-Proto': 'https' },
    });
    expect(feed.text).toContain('https://blog.example/');
  });
});

describe('the origin of a form', () => {
  it('is the host that a trusted proxy states, and no other', async () => {
    server = await new AdminServer().start();
    await server.owner();
    const signIn = async (origin: string) => {
      const visitor = server.visitor();
      const forwarded = { 'X-Forwarded-Host': 'blog.example', 'X-Forwarded-Proto': 'https' };
      await visitor.get('/admin/sign-in', forwarded);
      const headers = { ...forwarded, Origin: origin, 'Sec-Fetch-Site': '' };
      return (await visitor.post('/admin/sign-in', { password: PASSWORD }, headers)).status;
    };
    expect(await signIn('https://blog.example')).toBe(303);
    expect(await signIn('https://evil.example')).toBe(403);
    expect(await signIn(server.origin)).toBe(403);
  });
});

describe('any other client', () => {
  it('is not believed', async () => {
    server = await new AdminServer({ trustedProxies: parseTrustedProxies('none') }).start();
    await server.owner();
    const guesser = server.visitor();
    await guesser.get('/admin/sign-in');
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) {
      const headers = { 'X-Forwarded-For': `203.0.113.${i}` };
      statuses.push((await guesser.post('/admin/sign-in', { password: 'wrong' }, headers)).status);
    }
    expect(statuses).toEqual([403, 403, 403, 429]);
    const feed = await server.ask('/feed.rss', {
      headers: { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' },
    });
    expect(feed.text).not.toContain('evil.example');
    expect(feed.headers['strict-transport-security']).toBeUndefined();
  });
});
