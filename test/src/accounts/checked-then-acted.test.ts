import { beforeEach, describe, expect, it } from '@jest/globals';
import { verifyPassword } from '../../../src/accounts/password-hash.ts';
import { AdminServer, PASSWORD, type Visitor } from './admin-server.ts';

const THEIRS = 'the thief chose these words';
const OURS = 'the owner chose other words';
let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

/** The next so many checks of a password are done and then held, as on a slow machine. */
function holdChecks(count: number): { readonly held: Promise<void>; release(): void } {
  const check = server.accounts.checkPassword;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let left = count;
  let allHeld = (): void => {};
  const held = new Promise<void>((resolve) => (allHeld = resolve));
  server.accounts.checkPassword = async (password, from) => {
    const isHeld = left > 0;
    left -= 1;
    const checked = await check(password, from);
    if (left === 0) allHeld();
    if (isHeld) await released;
    return checked;
  };
  return { held, release };
}

async function signedIn(): Promise<Visitor> {
  const visitor = server.visitor();
  await visitor.get('/admin/sign-in');
  await visitor.post('/admin/sign-in', { password: PASSWORD });
  await visitor.get('/admin/settings');
  return visitor;
}

const change = (visitor: Visitor, password: string) =>
  visitor.post('/admin/settings/password', { currentPassword: PASSWORD, password, repeated: password });

describe('a sign-in that is being checked', () => {
  it('is rejected if the password changed meanwhile', async () => {
    const thief = server.visitor();
    await thief.get('/admin/sign-in');
    await owner.get('/admin/settings');
    const checks = holdChecks(1);
    const signIn = thief.post('/admin/sign-in', { password: PASSWORD });
    await checks.held;
    expect((await change(owner, OURS)).headers.location).toBe('/admin/settings?done=password');
    checks.release();
    expect((await signIn).status).toBe(403);
    expect((await thief.get('/admin')).status).toBe(303);
    expect(server.accounts.sessions.list()).toHaveLength(1);
    expect((await owner.get('/admin/settings?done=password')).text).toContain('every other session ended');
  });

  it('is rejected if the owner signed out everywhere meanwhile', async () => {
    const thief = server.visitor();
    await thief.get('/admin/sign-in');
    await owner.get('/admin/settings');
    const checks = holdChecks(1);
    const signIn = thief.post('/admin/sign-in', { password: PASSWORD });
    await checks.held;
    await owner.post('/admin/sign-out-everywhere', {});
    checks.release();
    expect((await signIn).status).toBe(403);
    expect(server.accounts.sessions.list()).toEqual([]);
  });
});

describe('a change of the password that is being checked', () => {
  it('is rejected if another one is faster', async () => {
    const thief = await signedIn();
    await owner.get('/admin/settings');
    const checks = holdChecks(2);
    const changes = [change(owner, OURS), change(thief, THEIRS)] as const;
    await checks.held;
    checks.release();
    const answers = await Promise.all(changes);
    expect(answers.map(({ headers }) => headers.location).sort()).toEqual([
      '/admin/settings?done=password',
      '/admin/sign-in?ended',
    ]);
    const winner = answers[0].headers.location === '/admin/settings?done=password' ? OURS : THEIRS;
    expect(await verifyPassword(winner, server.accounts.owners.find()!.passwordHash)).toBe(true);
    expect(server.accounts.sessions.list()).toHaveLength(1);
  });

  it('is rejected if its session ended meanwhile', async () => {
    const thief = await signedIn();
    await owner.get('/admin/settings');
    const [session] = server.accounts.sessions.list().filter(({ id }) => id !== sessionIdOf(owner));
    const before = server.accounts.owners.find();
    const checks = holdChecks(1);
    const changed = change(thief, THEIRS);
    await checks.held;
    await owner.post('/admin/settings/sessions/end', { session: session!.id });
    checks.release();
    expect((await changed).headers.location).toBe('/admin/sign-in?ended');
    expect(server.accounts.owners.find()).toEqual(before);
    expect((await thief.get('/admin')).status).toBe(303);
    expect((await owner.get('/admin')).status).toBe(200);
  });

  it('shows no settings to a session that ended, even if the present password was wrong', async () => {
    const thief = await signedIn();
    await owner.get('/admin/settings');
    const checks = holdChecks(1);
    const fields = { currentPassword: 'wrong', password: THEIRS, repeated: THEIRS };
    const changed = thief.post('/admin/settings/password', fields);
    await checks.held;
    await owner.post('/admin/sign-out-everywhere', {});
    checks.release();
    expect((await changed).headers.location).toBe('/admin/sign-in?ended');
  });

  it('is rejected if an owner link was used meanwhile', async () => {
    const thief = await signedIn();
    const link = server.accounts.setupLinks.createForOwner();
    const token = new URL(link.path, server.origin).searchParams.get('token')!;
    const checks = holdChecks(1);
    const changed = change(thief, THEIRS);
    await checks.held;
    const hash = await server.accounts.hashPassword(OURS);
    expect(server.accounts.access.redeemOwnerLink(token, hash, '')).toBeDefined();
    expect(server.accounts.access.redeemOwnerLink(token, hash, '')).toBeUndefined();
    checks.release();
    expect((await changed).headers.location).toBe('/admin/sign-in?ended');
    expect(server.accounts.owners.find()!.passwordHash).toBe(hash);
    expect(server.accounts.sessions.list()).toHaveLength(1);
  });
});

describe('a form that arrives slowly', () => {
  it('is refused if its session ends while it arrives', async () => {
    const { sessions } = server.accounts;
    const find = sessions.find.bind(sessions);
    // As if the session was looked up before the body was there, and ended then.
    sessions.find = (token) => {
      const session = find(token);
      if (session !== undefined) sessions.remove(session.id);
      return session;
    };
    const answer = await owner.post('/admin/settings', { title: 'Taken over' });
    expect(answer.status).toBe(403);
    expect(server.site.values.title).not.toBe('Taken over');
  });
});

function sessionIdOf(visitor: Visitor): string {
  return server.accounts.sessions.find(visitor.cookies.get('glasshouse_session')!)!.id;
}
