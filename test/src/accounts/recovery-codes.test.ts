import { beforeEach, describe, expect, it } from '@jest/globals';
import { RECOVERY_CODES } from '../../../src/accounts/recovery-codes.ts';
import { AdminServer, PASSWORD, type Visitor } from './admin-server.ts';

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer().start();
  owner = await server.owner();
  await owner.get('/admin/settings');
});

const NEW_PASSWORD = 'violet harbours seldom freeze over';
const codesOn = (page: string): string[] =>
  [...page.matchAll(/<li><code>([\dA-Z-]+)<\/code><\/li>/g)].map((match) => match[1]!);

async function makeCodes(): Promise<string[]> {
  const made = await owner.post('/admin/settings/recovery-codes', { recoveryPassword: PASSWORD });
  expect(made.headers['cache-control']).toBe('no-store');
  return codesOn(made.text);
}

async function recover(fields: Record<string, string>) {
  const visitor = server.visitor();
  await visitor.get('/admin/recovery');
  return { visitor, answer: await visitor.post('/admin/recovery', fields) };
}

describe('recovery codes', () => {
  it('sign the owner in once each, however they are typed', async () => {
    const codes = await makeCodes();
    expect(new Set(codes).size).toBe(RECOVERY_CODES);
    expect((await owner.get('/admin/settings')).text).not.toContain(codes[0]);
    const typed = ` ${codes[0]!.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`;
    const { visitor, answer } = await recover({ code: typed });
    expect(answer.status).toBe(303);
    expect((await visitor.get(answer.headers.location!)).text).toContain('That recovery code is used up');
    expect((await visitor.get('/admin/settings')).text).toContain(
      `${RECOVERY_CODES - 1} of ${RECOVERY_CODES}`,
    );
    const again = await recover({ code: codes[0]! });
    expect(again.answer.status).toBe(403);
    expect(again.answer.text).toContain('none of your unused recovery codes');
    // The other sessions go on.
    expect((await owner.get('/admin')).status).toBe(200);
    expect(server.logged).not.toContain(codes[0]);
  });

  it('set a new password, which ends every session', async () => {
    const [code] = await makeCodes();
    const refused = await recover({ code: code!, password: NEW_PASSWORD, repeated: 'another' });
    expect(refused.answer.status).toBe(422);
    const { answer } = await recover({ code: code!, password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect(answer.status).toBe(303);
    expect((await owner.get('/admin')).headers.location).toContain('/admin/sign-in');
    const visitor = server.visitor();
    await visitor.get('/admin/sign-in');
    expect((await visitor.post('/admin/sign-in', { password: NEW_PASSWORD })).status).toBe(303);
  });

  it('need the password to be made, make the old ones invalid, and survive a restart', async () => {
    const wrong = await owner.post('/admin/settings/recovery-codes', { recoveryPassword: 'wrong' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('Wrong current password.');
    const [old] = await makeCodes();
    const [young] = await makeCodes();
    await server.restart();
    expect((await recover({ code: old! })).answer.status).toBe(403);
    expect((await recover({ code: young! })).answer.status).toBe(303);
  });

  it('cannot be guessed faster than a password', async () => {
    await makeCodes();
    const visitor = server.visitor();
    await visitor.get('/admin/recovery');
    const statuses: (number | undefined)[] = [];
    for (let i = 0; i < 5; i++)
      statuses.push((await visitor.post('/admin/recovery', { code: `AAAAA-AAAAA-AAAAA-AAAA${i}` })).status);
    expect(statuses).toEqual([403, 403, 403, 429, 429]);
    expect((await visitor.post('/admin/sign-in', { password: PASSWORD })).status).toBe(429);
  });

  it('are no way in without a form of this blog, or while there are none', async () => {
    expect((await server.visitor().post('/admin/recovery', { code: 'A' })).status).toBe(403);
    expect((await recover({ code: '' })).answer.status).toBe(403);
  });
});
