import { beforeEach, describe, expect, it } from '@jest/globals';
import { AdminServer, PASSWORD, type Visitor } from './admin-server.ts';

const COOKIE = 'glasshouse_browser';
let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

/** A guesser at work for six minutes at seven requests a second; every request is from an address of its own. */
async function rotate(seconds: number, then: () => Promise<void>): Promise<number> {
  const stranger = server.visitor();
  await stranger.get('/admin/sign-in');
  let guesses = 0;
  for (let i = 0; i < seconds; i++) {
    server.nowMillis += 1000;
    const headers = { 'X-Forwarded-For': `203.0.${i >> 8}.${i & 255}` };
    const { status } = await stranger.post('/admin/sign-in', { password: `wrong ${i}` }, headers);
    if (status === 403) guesses += 1;
    if (i % 60 === 59) await then();
  }
  return guesses;
}

async function signOut(visitor: Visitor): Promise<void> {
  await visitor.get('/admin/settings');
  await visitor.post('/admin/sign-out', {});
  await visitor.get('/admin/sign-in');
}

describe('a browser that has signed in before', () => {
  it('signs in while strangers guess from ever new addresses, and over a restart', async () => {
    await signOut(owner);
    const statuses: number[] = [];
    const guesses = await rotate(360, async () => {
      if (statuses.length === 3) await server.restart();
      await owner.get('/admin/sign-in');
      const answer = await owner.post('/admin/sign-in', { password: PASSWORD });
      statuses.push(answer.status);
      await signOut(owner);
    });
    expect(statuses).toEqual([303, 303, 303, 303, 303, 303]);
    expect(guesses).toBeLessThan(30);
    const stranger = server.visitor();
    await stranger.get('/admin/sign-in');
    const shut = await stranger.post(
      '/admin/sign-in',
      { password: PASSWORD },
      { 'X-Forwarded-For': '198.51.100.7' },
    );
    expect(shut.status).toBe(429);
    expect(shut.text).toContain('npm run owner-link');
  });

  it('is not kept waiting by a crowd of strangers whose passwords are being checked', async () => {
    await signOut(owner);
    const check = server.accounts.checkPassword;
    const kinds: string[] = [];
    server.accounts.checkPassword = (password, from) => {
      kinds.push(from);
      return check(password, from);
    };
    await owner.post('/admin/sign-in', { password: PASSWORD });
    const stranger = server.visitor();
    await stranger.get('/admin/sign-in');
    await stranger.post('/admin/sign-in', { password: 'wrong' });
    expect(kinds).toEqual(['browser', 'stranger']);
  });

  it('has a budget of its own, which its failures use up', async () => {
    await signOut(owner);
    for (let i = 0; i < 3; i++)
      expect((await owner.post('/admin/sign-in', { password: `wrong ${i}` })).status).toBe(403);
    expect((await owner.post('/admin/sign-in', { password: PASSWORD })).status).toBe(429);
    const stranger = server.visitor();
    await stranger.get('/admin/sign-in');
    expect((await stranger.post('/admin/sign-in', { password: PASSWORD })).status).toBe(303);
    server.nowMillis += 1000;
    expect((await owner.post('/admin/sign-in', { password: PASSWORD })).status).toBe(303);
  });

  it('keeps its cookie over signing out', async () => {
    const token = owner.cookies.get(COOKIE);
    expect(token).toMatch(/^[\w-]{22}\.[\w-]{43}$/);
    await signOut(owner);
    expect(owner.cookies.get(COOKIE)).toBe(token);
  });

  it('is no longer known after a new password, except the browser that set it', async () => {
    const other = server.visitor();
    await other.get('/admin/sign-in');
    await other.post('/admin/sign-in', { password: PASSWORD });
    await owner.get('/admin/settings');
    const password = 'other words altogether now';
    await owner.post('/admin/settings/password', { currentPassword: PASSWORD, password, repeated: password });
    await signOut(owner);
    await other.get('/admin/sign-in');
    server.logged = '';
    await other.post('/admin/sign-in', { password });
    await owner.post('/admin/sign-in', { password });
    expect(server.logged.match(/"browser":"\w+"/g)).toEqual(['"browser":"unknown"', '"browser":"known"']);
  });

  it.each(['', 'a'.repeat(66), `${'a'.repeat(22)}.${'b'.repeat(43)}`])(
    'cannot be made up: %j',
    async (value) => {
      await signOut(owner);
      owner.cookies.set(COOKIE, value);
      server.logged = '';
      await owner.post('/admin/sign-in', { password: PASSWORD });
      expect(server.logged).toContain('"browser":"unknown"');
    },
  );
});

describe('a new password', () => {
  it('uses the budget of its session, so that strangers cannot block the owner', async () => {
    await rotate(60, () => Promise.resolve());
    await owner.get('/admin/settings');
    const fields = {
      currentPassword: 'wrong',
      password: 'some other words here',
      repeated: 'some other words here',
    };
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await owner.post('/admin/settings/password', fields));
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 429]);
  });
});
