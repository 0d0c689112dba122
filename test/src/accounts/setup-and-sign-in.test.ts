import { beforeEach, describe, expect, it } from '@jest/globals';
import { AdminServer, PASSWORD } from './admin-server.ts';

const DAY = 24 * 60 * 60 * 1000;
let server: AdminServer;
beforeEach(async () => {
  server = await new AdminServer().start();
});

const tokenOf = (path: string): string => new URL(path, server.origin).searchParams.get('token')!;

describe('set-up link', () => {
  it('creates a session with a password at full cost, and ends it', async () => {
    server = await new AdminServer({ passwordCost: undefined }).start();
    const visitor = server.visitor();
    expect((await visitor.get('/admin')).headers.location).toBe('/admin/sign-in?next=%2Fadmin');
    const link = server.accounts.setupLinks.create()!;
    expect(link.expiresAtMillis).toBe(server.nowMillis + DAY);

    const page = await visitor.get(link.path);
    expect(page.status).toBe(200);
    expect(page.headers['cache-control']).toBe('no-store');
    const token = tokenOf(link.path);
    const done = await visitor.post('/admin/setup', {
      token,
      name: 'Ada  L.',
      password: PASSWORD,
      repeated: PASSWORD,
    });
    expect([done.status, done.headers.location]).toEqual([303, '/admin']);
    expect(server.site.author).toBe('Ada L.');
    expect(server.accounts.owners.find()!.passwordHash).toMatch(/^\$scrypt\$ln=17,r=8,p=1,x=1\$/);

    expect((await visitor.get('/admin')).text).toContain('Posts');
    const cookie = visitor.cookieHeader;
    const out = await visitor.post('/admin/sign-out', {});
    expect([out.status, out.headers.location]).toEqual([303, '/admin/sign-in?signed-out']);
    const replayed = await server.ask('/admin', { headers: { Cookie: cookie, Accept: 'text/html' } });
    expect(replayed.status).toBe(303);

    await visitor.get('/admin/sign-in?next=/admin/settings');
    const back = await visitor.post('/admin/sign-in', { password: PASSWORD, next: '/admin/settings' });
    expect([back.status, back.headers.location]).toEqual([303, '/admin/settings']);
    expect((await visitor.get('/admin/settings')).status).toBe(200);
  });

  it('is refused when it was used, with a page that says so', async () => {
    await server.owner();
    const visitor = server.visitor();
    expect(server.accounts.setupLinks.create()).toBeUndefined();
    const row = server.database.prepare('SELECT used_at FROM setup_tokens').all();
    expect(row).toEqual([{ used_at: server.nowMillis }]);
    const again = await visitor.get(`/admin/setup?token=${'a'.repeat(43)}`);
    expect(again.status).toBe(404);
    expect(again.text).toContain('Sign in</a> with the password');
  });

  it('works once, also for two requests at the same time', async () => {
    const link = server.accounts.setupLinks.create()!;
    const visitors = [server.visitor(), server.visitor()];
    await Promise.all(visitors.map((visitor) => visitor.get(link.path)));
    const fields = { token: tokenOf(link.path), password: PASSWORD, repeated: PASSWORD };
    const answers = await Promise.all(visitors.map((visitor) => visitor.post('/admin/setup', fields)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410]);
    expect((await visitors[0]!.get(link.path)).text).toContain('This link has been used');
    expect(server.database.prepare('SELECT count(*) FROM accounts').pluck().get()).toBe(1);
  });

  it('expires after a day, and a new start voids the older ones', async () => {
    const first = server.accounts.setupLinks.create()!;
    const second = server.accounts.setupLinks.create()!;
    const visitor = server.visitor();
    expect((await visitor.get(first.path)).status).toBe(404);
    expect((await visitor.get(second.path)).status).toBe(200);
    server.nowMillis += DAY;
    const late = await visitor.post('/admin/setup', {
      token: tokenOf(second.path),
      password: PASSWORD,
      repeated: PASSWORD,
    });
    expect(late.status).toBe(410);
    expect(late.text).toContain('This link has expired');
    expect(server.accounts.owners.find()).toBeUndefined();
  });

  it.each([
    ['short', 'short', 'has 5 characters; it needs at least 12'],
    ['aaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaa', 'is easy to guess'],
    ['Password1234!', 'Password1234!', 'a common password, word'],
    [PASSWORD, `${PASSWORD}.`, 'The passwords differ'],
  ])('says what is wrong with %j', async (password, repeated, message) => {
    const link = server.accounts.setupLinks.create()!;
    const visitor = server.visitor();
    await visitor.get(link.path);
    const answer = await visitor.post('/admin/setup', {
      token: tokenOf(link.path),
      password,
      repeated,
      name: 'Kept <b>',
    });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(message);
    expect(answer.text).toContain('value="Kept &lt;b&gt;"');
    expect(answer.text).not.toContain(PASSWORD);
    expect(server.accounts.setupLinks.state(tokenOf(link.path))).toBe('valid');
  });
});

describe('sign-in', () => {
  it('says the same for a wrong password and for a blog without an owner', async () => {
    const before = server.visitor();
    await before.get('/admin/sign-in');
    const nobody = await before.post('/admin/sign-in', { password: PASSWORD });
    await server.owner();
    const visitor = server.visitor();
    await visitor.get('/admin/sign-in');
    const wrong = await visitor.post('/admin/sign-in', { password: 'wrong' });
    expect([nobody.status, wrong.status]).toEqual([403, 403]);
    const withoutToken = (text: string): string => text.replace(/name="_csrf" value="[^"]+"/, '');
    expect(withoutToken(wrong.text)).toBe(withoutToken(nobody.text));
  });

  it('accepts a password exactly as it was set', async () => {
    const link = server.accounts.setupLinks.create()!;
    const visitor = server.visitor();
    await visitor.get(link.path);
    const composed = 'glück im grünen haus';
    await visitor.post('/admin/setup', {
      token: tokenOf(link.path),
      password: composed,
      repeated: composed,
    });
    await visitor.get('/admin/sign-in');
    const other = server.visitor();
    await other.get('/admin/sign-in');
    expect((await other.post('/admin/sign-in', { password: composed.normalize('NFD') })).status).toBe(403);
    expect((await other.post('/admin/sign-in', { password: composed })).status).toBe(303);
  });

  it('rotates the session: the one before ends', async () => {
    const owner = await server.owner();
    const before = owner.cookieHeader;
    const stranger = server.visitor();
    await stranger.get('/admin/sign-in');
    for (const [name, value] of stranger.cookies) owner.cookies.set(name, value);
    owner.csrfToken = stranger.csrfToken;
    await owner.post('/admin/sign-in', { password: PASSWORD });
    expect(owner.cookieHeader).not.toBe(before);
    expect((await server.ask('/admin', { headers: { Cookie: before, Accept: 'text/html' } })).status).toBe(
      303,
    );
    expect(server.accounts.sessions.list()).toHaveLength(1);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '\\/evil.example',
    'javascript:alert(1)',
    '/..//evil.example',
    '/%0d%0aSet-Cookie:x=1/../..//evil.example',
    'admin',
    '/admin/sign-out',
    '',
  ])('never leads to another site: %j', async (next) => {
    await server.owner();
    const visitor = server.visitor();
    const page = await visitor.get(`/admin/sign-in?next=${encodeURIComponent(next)}`);
    expect(page.text).toContain('name="next" value="/admin"');
    const answer = await visitor.post('/admin/sign-in', { password: PASSWORD, next });
    expect([answer.status, answer.headers.location]).toEqual([303, '/admin']);
  });
});
