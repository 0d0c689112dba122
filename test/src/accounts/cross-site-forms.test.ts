import { beforeAll, describe, expect, it } from '@jest/globals';
import { AdminServer, PASSWORD, type Visitor } from './admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeAll(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
  server.posts.create({ title: 'First', markdown: 'One.', status: 'published' });
});

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const mutatingRoutes = (): { method: string; path: string }[] =>
  server.routers.flatMap((router) =>
    router.stack.flatMap(({ methods, path }) =>
      methods
        .filter((method) => !SAFE.has(method))
        .map((method) => ({ method, path: String(path).replace(':id', '1') })),
    ),
  );
const state = (): string =>
  JSON.stringify(
    ['posts', 'sessions', 'accounts', 'settings', 'sign_in_attempts'].map((table) =>
      server.database.prepare(`SELECT * FROM ${table}`).all(),
    ),
  );

describe('every route that changes something', () => {
  it('is in the table', () => {
    expect(
      mutatingRoutes()
        .map(({ path }) => path)
        .sort(),
    ).toEqual([
      '/admin/media',
      '/admin/media/alt',
      '/admin/media/remove',
      '/admin/posts',
      '/admin/posts/1',
      '/admin/posts/1/delete',
      '/admin/posts/1/links',
      '/admin/posts/1/links/revoke',
      '/admin/posts/1/preview',
      '/admin/posts/1/restore',
      '/admin/posts/copy',
      '/admin/posts/preview',
      '/admin/posts/unsaved',
      '/admin/posts/unsaved/discard',
      '/admin/recovery',
      '/admin/redirects',
      '/admin/redirects/remove',
      '/admin/settings',
      '/admin/settings/passkeys',
      '/admin/settings/passkeys/remove',
      '/admin/settings/password',
      '/admin/settings/recovery-codes',
      '/admin/settings/sessions/end',
      '/admin/setup',
      '/admin/sign-in',
      '/admin/sign-in/passkey',
      '/admin/sign-out',
      '/admin/sign-out-everywhere',
      '/admin/tags',
      '/admin/tags/forget',
    ]);
  });

  it.each([
    ['from another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['from another host of this site', { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' }],
    [
      'from another site, by a browser without Fetch Metadata',
      { Origin: 'https://evil.example', 'Sec-Fetch-Site': '' },
    ],
    ['from nowhere, by a browser without Fetch Metadata', { Origin: 'null', 'Sec-Fetch-Site': '' }],
    ['with an origin that is none', { Origin: 'evil', 'Sec-Fetch-Site': 'same-origin' }],
  ])('refuses a form %s, even with cookies and token', async (_, headers) => {
    await owner.get('/admin');
    const before = state();
    for (const { path } of mutatingRoutes()) {
      const answer = await owner.post(
        path,
        { title: 'Evil', markdown: 'canary text', password: PASSWORD },
        headers,
      );
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.text).toContain('the form came from another site');
      expect(answer.text).not.toContain('canary text');
    }
    expect(state()).toBe(before);
  });

  it.each([
    ['no token', ''],
    ['a made-up one', 'salt.signature'],
  ])('refuses a form with %s', async (_, token) => {
    const before = state();
    for (const { path } of mutatingRoutes()) {
      const answer = await owner.post(path, { _csrf: token, password: PASSWORD });
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect(state()).toBe(before);
  });

  it('refuses everything without a session', async () => {
    await owner.get('/admin');
    for (const { path } of mutatingRoutes()) {
      const stranger = server.visitor();
      stranger.csrfToken = owner.csrfToken;
      expect([path, (await stranger.post(path, { password: PASSWORD })).status]).toEqual([path, 403]);
    }
  });

  it('refuses the token of another session', async () => {
    const second = server.visitor();
    await second.get('/admin/sign-in');
    await second.post('/admin/sign-in', { password: PASSWORD });
    await second.get('/admin');
    expect((await owner.post('/admin/posts', { _csrf: second.csrfToken, title: 'x' })).status).toBe(403);
    expect((await second.post('/admin/sign-out', {})).status).toBe(303);
  });

  it('accepts a form from a page under the no-referrer policy, whose origin is null', async () => {
    await owner.get('/admin/posts/new');
    const answer = await owner.post(
      '/admin/posts',
      { title: 'No referrer', status: 'draft' },
      { Origin: 'null' },
    );
    expect(answer.status).toBe(303);
  });

  it('reads forms only', async () => {
    const answer = await owner.post('/admin/posts', { title: 'x' }, { 'Content-Type': 'text/plain' });
    expect(answer.status).toBe(415);
  });
});

describe('a refused form', () => {
  it('is shown again completely if the session has ended, and can be sent again', async () => {
    const writer = server.visitor();
    await writer.get('/admin/sign-in');
    await writer.post('/admin/sign-in', { password: PASSWORD });
    await writer.get('/admin/posts/new');
    const cookie = writer.cookies.get('glasshouse_session')!;
    writer.cookies.delete('glasshouse_session');
    const text = '\nA long text </textarea><script>alert(1)</script>\nwith lines';
    const refused = await writer.post('/admin/posts', {
      title: 'Not "lost"',
      markdown: text,
      status: 'draft',
    });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('You are signed out; nothing is lost');
    expect(refused.text).toContain(`>\n${text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</textarea>`);
    expect(refused.text).toContain('name="title" value="Not &quot;lost&quot;"');
    expect(refused.text).not.toContain('<script');

    // Signed in again in another tab: the first answer carries a fresh token.
    writer.cookies.set('glasshouse_session', cookie);
    const offered = await writer.post('/admin/posts', {
      _csrf: 'old.token',
      title: 'Not "lost"',
      markdown: text,
      status: 'draft',
    });
    expect(offered.status).toBe(403);
    expect(offered.text).toContain('Send again');
    const saved = await writer.post('/admin/posts', { title: 'Not "lost"', markdown: text, status: 'draft' });
    expect(saved.status).toBe(303);
  });

  it('never shows a password again', async () => {
    const refused = await owner.post('/admin/settings/password', {
      _csrf: 'old.token',
      currentPassword: PASSWORD,
      password: 'canary-new-password',
      repeated: 'canary-new-password',
    });
    expect(refused.status).toBe(403);
    expect(refused.text).not.toMatch(/canary|amber lantern/);
  });
});
