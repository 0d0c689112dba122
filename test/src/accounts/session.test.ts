import { beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AdminServer, METRICS_TOKEN, PASSWORD } from './admin-server.ts';

const DAY = 24 * 60 * 60 * 1000;
let server: AdminServer;
beforeEach(async () => {
  server = await new AdminServer().start();
});

describe('session cookie', () => {
  it('is HttpOnly and SameSite=Lax on plain http', async () => {
    const visitor = server.visitor();
    const link = server.accounts.setupLinks.create()!;
    const page = await visitor.get(link.path);
    const form = page.headers['set-cookie']!.join();
    expect(form).toMatch(/^glasshouse_form=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const token = new URL(link.path, server.origin).searchParams.get('token')!;
    const done = await visitor.post('/admin/setup', { token, password: PASSWORD, repeated: PASSWORD });
    expect(done.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^glasshouse_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=7776000$/,
      ),
      expect.stringMatching(
        /^glasshouse_browser=[\w-]{22}\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000$/,
      ),
    ]);
  });

  it('is Secure and bound to the host where the blog is served over https', async () => {
    server = await new AdminServer({ publicUrl: 'https://blog.example' }).start();
    const owner = await server.owner();
    expect([...owner.cookies.keys()]).toEqual([
      '__Host-glasshouse_form',
      '__Host-glasshouse_session',
      '__Host-glasshouse_browser',
    ]);
    const out = await owner.post('/admin/sign-out', {}, { Origin: 'https://blog.example' });
    expect(out.headers['set-cookie']).toEqual([
      '__Host-glasshouse_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure',
    ]);
    const bare = owner.cookieHeader.replaceAll('__Host-', '');
    expect((await server.ask('/admin', { headers: { Cookie: bare, Accept: 'text/html' } })).status).toBe(303);
  });

  it('is of the path alone where the blog is below one', async () => {
    server = await new AdminServer({ publicUrl: 'https://blog.example/notes' }).start();
    const owner = await server.owner();
    expect([...owner.cookies.keys()]).toEqual([
      '__Secure-glasshouse_form',
      '__Secure-glasshouse_session',
      '__Secure-glasshouse_browser',
    ]);
    const out = await owner.post('/admin/sign-out', {}, { Origin: 'https://blog.example' });
    expect(out.headers['set-cookie']).toEqual([
      '__Secure-glasshouse_session=; Path=/notes; HttpOnly; SameSite=Lax; Max-Age=0; Secure',
    ]);
  });

  it('is nowhere in the files of the blog', async () => {
    const owner = await server.owner();
    const link = owner.cookies.get('glasshouse_session')!;
    server.database.pragma('wal_checkpoint(TRUNCATE)');
    const bytes = readdirSync(server.folder)
      .filter((name) => name.startsWith('blog.db'))
      .map((name) => readFileSync(join(server.folder, name), 'latin1'))
      .join('');
    expect(bytes).toContain(server.accounts.sessions.list()[0]!.id);
    expect(bytes).not.toContain(link);
    expect(bytes).not.toContain(PASSWORD);
  });
});

describe('SessionStore', () => {
  it('ends a session after 14 days without a visit, and after 90 in any case', async () => {
    const { sessions } = server.accounts;
    await server.owner();
    const id = server.accounts.owners.find()!.id;
    const busy = sessions.create(id, '').token;
    for (let day = 0; day < 89; day++) {
      server.nowMillis += DAY;
      expect(sessions.find(busy)).toBeDefined();
    }
    server.nowMillis += DAY;
    expect(sessions.find(busy)).toBeUndefined();
    const left = sessions.create(id, '').token;
    server.nowMillis += 14 * DAY;
    expect(sessions.find(left)).toBeUndefined();
  });

  it('writes at most once a minute that it was seen', async () => {
    const { sessions } = server.accounts;
    await server.owner();
    const { token } = sessions.create(server.accounts.owners.find()!.id, '');
    const changes = async (): Promise<number> => {
      await setImmediate();
      return server.database.prepare('SELECT total_changes()').pluck().get() as number;
    };
    const before = await changes();
    server.nowMillis += 59_999;
    sessions.find(token);
    expect(await changes()).toBe(before);
    server.nowMillis += 1;
    sessions.find(token);
    sessions.find(token);
    expect(await changes()).toBe(before + 1);
  });

  it('keeps a session that is seen while its file takes no write', async () => {
    const { sessions } = server.accounts;
    await server.owner();
    const { token, session } = sessions.create(server.accounts.owners.find()!.id, '');
    server.database.pragma('query_only = ON');
    for (let day = 0; day < 20; day++) {
      server.nowMillis += DAY;
      expect(sessions.find(token)!.lastSeenAtMillis).toBe(server.nowMillis - DAY);
      await setImmediate();
    }
    server.database.pragma('query_only = OFF');
    server.nowMillis += DAY;
    sessions.find(token);
    await setImmediate();
    const written = server.database.prepare('SELECT last_seen_at FROM sessions WHERE token_hash = ?').pluck();
    expect(written.get(session.id)).toBe(server.nowMillis);
  });

  it('says whether one is live without counting that as a visit', async () => {
    const { sessions } = server.accounts;
    await server.owner();
    const { token, session } = sessions.create(server.accounts.owners.find()!.id, '');
    server.nowMillis += 14 * DAY - 1;
    expect(sessions.isLive(session.id)).toBe(true);
    server.nowMillis += 1;
    expect([sessions.isLive(session.id), sessions.find(token)]).toEqual([false, undefined]);
  });

  it('holds fifty at most', async () => {
    await server.owner();
    for (let i = 0; i < 60; i++)
      server.accounts.sessions.create(server.accounts.owners.find()!.id, `browser ${i}`);
    expect(server.accounts.sessions.list()).toHaveLength(50);
  });
});

describe('loadSession', () => {
  it('runs no statement for pages of readers, with and without a cookie', async () => {
    const owner = await server.owner();
    server.sessionStatements = 0;
    await server.ask('/');
    await owner.get('/');
    expect(server.sessionStatements).toBe(0);
    await owner.get('/admin');
    expect(server.sessionStatements).toBe(1);
  });

  it.each(['', 'short', "x' OR 1=1 --", 'a'.repeat(43), 'é'.repeat(43)])(
    'takes no session from the cookie %j',
    async (value) => {
      await server.owner();
      const cookie = Buffer.from(`glasshouse_session=${value}`).toString('latin1');
      expect((await server.ask('/admin', { headers: { Cookie: cookie, Accept: 'text/html' } })).status).toBe(
        303,
      );
    },
  );
});

describe('bearer token', () => {
  const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}`, Accept: 'text/html' } });

  it.each(['/admin/metrics', '/metrics'])('opens %s', async (path) => {
    expect((await server.ask(path, bearer(METRICS_TOKEN))).status).toBe(200);
    const refused = await server.ask(path, bearer(`${METRICS_TOKEN}x`));
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toContain('Bearer');
    expect(JSON.parse(refused.text)).toMatchObject({ error: { status: 401 } });
    expect((await server.ask(path)).status).toBe(401);
  });

  it('opens nothing else', async () => {
    for (const path of [
      '/admin',
      '/admin/posts',
      '/admin/posts/new',
      '/admin/settings',
      '/admin/posts/1/edit',
    ]) {
      expect((await server.ask(path, bearer(METRICS_TOKEN))).status).toBe(303);
      const { headers } = bearer(METRICS_TOKEN);
      const asProgram = await server.ask(path, { headers: { ...headers, Accept: 'application/json' } });
      expect(asProgram.status).toBe(401);
    }
    const posted = await server.ask('/admin/posts', { method: 'POST', ...bearer(METRICS_TOKEN) });
    expect(posted.status).toBe(403);
  });
});
