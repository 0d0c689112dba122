import { beforeEach, describe, expect, it } from '@jest/globals';
import { AdminServer, METRICS_TOKEN, PASSWORD, type Visitor } from './admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
});

const events = (): readonly string[] =>
  [...server.logged.matchAll(/"event":"([^"]+)"/g)].map((match) => match[1]!);

async function other(): Promise<Visitor> {
  const visitor = server.visitor();
  await visitor.get('/admin/sign-in');
  await visitor.post('/admin/sign-in', { password: PASSWORD });
  await visitor.get('/admin/settings');
  return visitor;
}

describe('the log', () => {
  it('has a line for each event of access, and no secret', async () => {
    const wrong = 'canary-wrong-password';
    const password = 'violet harbours seldom freeze over';
    const second = await other();
    await second.post('/admin/sign-out', {});
    const third = await other();
    const session = server.accounts.sessions
      .list()
      .find(({ id }) => id === server.accounts.sessions.find(third.cookies.get('glasshouse_session')!)!.id)!;
    await owner.get('/admin/settings');
    await owner.post('/admin/settings/sessions/end', { session: session.id });
    await owner.post('/admin/settings/password', { currentPassword: wrong, password, repeated: password });
    await owner.post('/admin/settings/password', { currentPassword: PASSWORD, password, repeated: password });
    await owner.get('/admin/settings');
    await owner.post('/admin/sign-out-everywhere', {});
    const guesser = server.visitor();
    await guesser.get('/admin/sign-in');
    for (let i = 0; i < 4; i++) await guesser.post('/admin/sign-in', { password: wrong });
    for (const path of ['/metrics', '/admin/metrics'])
      await server.ask(path, { headers: { Authorization: 'Bearer canary-wrong-token' } });
    await server.ask('/metrics', { headers: { Authorization: `Bearer ${METRICS_TOKEN}` } });

    expect(events()).toEqual([
      'owner.created',
      'sign-in',
      'sign-out',
      'sign-in',
      'session.ended',
      'password.refused',
      'password.changed',
      'sessions.ended',
      'sign-in.failed',
      'sign-in.failed',
      'sign-in.failed',
      'sign-in.throttled',
      'bearer.refused',
      'bearer.refused',
    ]);
    const secrets = [
      'canary',
      PASSWORD,
      password,
      METRICS_TOKEN,
      session.id,
      ...owner.cookies.values(),
      ...second.cookies.values(),
      ...third.cookies.values(),
    ];
    expect(secrets.filter((secret) => server.logged.includes(secret))).toEqual([]);
  });
});
