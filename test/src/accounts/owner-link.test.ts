import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { closeDatabase, openDatabase } from '../../../src/db/open-database.ts';
import { AdminServer, PASSWORD } from './admin-server.ts';
import { BARE_ENVIRONMENT } from '../../fixtures/bare-environment.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const NEW = 'violet harbours seldom freeze over';
let server: AdminServer;
beforeEach(async () => void (server = await new AdminServer().start()));

describe('a link for the owner', () => {
  const tokenOf = (path: string): string => new URL(path, server.origin).searchParams.get('token')!;

  it('signs the owner in once, and keeps the password', async () => {
    await server.owner();
    const { path } = server.accounts.setupLinks.createForOwner();
    const visitor = server.visitor();
    expect((await visitor.get(path)).text).toContain('New password (optional)');
    const fields = { token: tokenOf(path), password: '', repeated: '' };
    expect((await visitor.post('/admin/setup', fields)).headers.location).toBe('/admin');
    expect((await visitor.get('/admin')).status).toBe(200);
    expect((await server.visitor().get(path)).status).toBe(410);
    expect(server.accounts.sessions.list()).toHaveLength(2);
    expect(server.logged).toContain('owner-link.used');
  });

  it('replaces the session that the browser had', async () => {
    const owner = await server.owner();
    const before = owner.cookieHeader;
    const { path } = server.accounts.setupLinks.createForOwner();
    await owner.get(path);
    await owner.post('/admin/setup', { token: tokenOf(path), password: '', repeated: '' });
    expect((await owner.get('/admin')).status).toBe(200);
    expect((await server.ask('/admin', { headers: { Cookie: before, Accept: 'text/html' } })).status).toBe(
      303,
    );
    expect(server.accounts.sessions.list()).toHaveLength(1);
  });

  it('sets a new password, which ends all sessions', async () => {
    const owner = await server.owner();
    const { path } = server.accounts.setupLinks.createForOwner();
    const visitor = server.visitor();
    await visitor.get(path);
    await visitor.post('/admin/setup', { token: tokenOf(path), password: NEW, repeated: NEW });
    expect((await visitor.get('/admin')).status).toBe(200);
    expect((await owner.get('/admin')).status).toBe(303);
    const again = server.visitor();
    await again.get('/admin/sign-in');
    expect((await again.post('/admin/sign-in', { password: PASSWORD })).status).toBe(403);
    expect((await again.post('/admin/sign-in', { password: NEW })).status).toBe(303);
  });

  it('expires after an hour', async () => {
    await server.owner();
    const { path } = server.accounts.setupLinks.createForOwner();
    server.nowMillis += 3_600_000;
    expect((await server.visitor().get(path)).status).toBe(410);
  });
});

describe('npm run owner-link', () => {
  const run = (dataDir: string, more: Readonly<Record<string, string>> = {}, ...options: string[]) =>
    spawnSync(process.execPath, ['--no-warnings', 'src/accounts/owner-link.ts', ...options], {
      encoding: 'utf8',
      env: { ...BARE_ENVIRONMENT, DATA_DIR: dataDir, ...more },
    });
  let folder: string;
  beforeEach(() => void (folder = temporaryFolder()));

  it('fails with a message if there is no blog, and creates none', () => {
    const { status, stderr } = run(join(folder, 'none'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('There is no blog in')]);
  });

  it('prints the link, and in the last line what it did', () => {
    server.database.exec(`VACUUM INTO '${join(folder, 'glasshouse.db')}'`);
    const { status, stdout } = run(folder, { PUBLIC_URL: 'https://blog.example/notes' });
    expect(status).toBe(0);
    const [link, ...rest] = stdout.trim().split('\n');
    expect(link).toMatch(/^https:\/\/blog\.example\/notes\/admin\/setup\?token=[\w-]{43}$/);
    expect(rest).toEqual([
      expect.stringMatching(/^Created a link that makes you the owner of this blog, valid until 20/),
    ]);
  });

  it('takes the folder of the blog as an option, and makes no link with one that it does not know', async () => {
    await server.owner();
    const { path } = server.accounts.setupLinks.createForOwner();
    const copy = join(folder, 'glasshouse.db');
    server.database.exec(`VACUUM INTO '${copy}'`);
    const links = (): unknown => {
      const database = openDatabase(copy);
      try {
        return database.prepare('SELECT * FROM setup_tokens').all();
      } finally {
        closeDatabase(database);
      }
    };
    const before = links();
    expect(run(folder, {}, '--bogus').status).toBe(2);
    expect(links()).toEqual(before);
    const { status, stdout } = run(join(folder, 'none'), {}, '--data-dir', folder);
    expect([status, stdout]).toEqual([0, expect.stringContaining('Created a one-time sign-in link')]);
    expect(links()).not.toEqual(before);
    expect(path).toContain('token=');
  });
});
