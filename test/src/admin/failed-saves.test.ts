import { copyFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import type { RawAnswer } from '../../fixtures/raw-request.ts';
import { createSecretToken, formTokenOf } from '../../../src/process/secret-token.ts';
import { AdminServer, PASSWORD, type Visitor } from '../accounts/admin-server.ts';

const TEXT = 'Every word <of> it & more.';
const KEPT = 'Every word &lt;of&gt; it &amp; more.';
const FIELDS = { title: 'Kept "so"', markdown: TEXT, status: 'draft', tags: 'glass, sand' };
const PAGES = ['/admin', '/admin/posts/new', '/admin/posts/1/edit', '/admin/media', '/admin/settings'];
const READER_PAGES = ['/', '/archive', '/feed.rss', '/search?q=glass', '/published'];

let server: AdminServer;
let owner: Visitor;
beforeEach(async () => {
  server = await new AdminServer({ maxLockWaitMillis: 0 }).start();
  owner = await server.owner();
  server.posts.create({ title: 'Published', markdown: 'Clear.', status: 'published', path: 'published' });
  await owner.get('/admin/posts/new');
  // So long ago that the next look would be noted.
  server.database.exec('UPDATE sessions SET last_seen_at = last_seen_at - 120000');
});

/** Every text of the form is in the answer, which is a form to send again. */
function expectGivenBack({ status, text }: RawAnswer, expected: number, sentence: string): void {
  expect(status).toBe(expected);
  expect(text).toContain(sentence);
  expect(text).toContain(`${KEPT}</textarea>`);
  expect(text).toContain('name="title" value="Kept &quot;so&quot;"');
  expect(text).toContain('name="tags" value="glass, sand"');
  expect(text).toContain('<form method="post" action="/admin/posts"');
}

async function expectReadable(): Promise<void> {
  for (const path of [...PAGES, ...READER_PAGES])
    expect([path, (await owner.get(path)).status]).toEqual([path, 200]);
  const reader = server.visitor();
  for (const path of READER_PAGES) expect([path, (await reader.get(path)).status]).toEqual([path, 200]);
}

const saved = (): number => server.posts.counts().draft;

describe('a database that another process has locked', () => {
  let other: InstanceType<typeof SqliteDatabase>;
  beforeEach(() => {
    other = new SqliteDatabase(join(server.folder, 'blog.db'));
  });
  afterEach(() => void other.close());

  it.each(['BEGIN IMMEDIATE', 'BEGIN EXCLUSIVE'])('is read, and gives a save back (%s)', async (begin) => {
    other.exec(begin);
    await expectReadable();
    const answer = await owner.post('/admin/posts', FIELDS);
    expectGivenBack(answer, 503, 'Another program, perhaps an import');
    expect(answer.headers['retry-after']).toBe('5');
    await expectReadable();
    other.exec('ROLLBACK');
    expect((await owner.post('/admin/posts', FIELDS)).status).toBe(303);
    expect(saved()).toBe(1);
  });

  it.each([
    ['/admin/settings', { title: 'A new name', timeZone: 'UTC', language: 'en' }],
    ['/admin/posts/1', { ...FIELDS, version: '1' }],
    ['/admin/posts/1/delete', { version: '1' }],
    ['/admin/sign-out-everywhere', {}],
    ['/admin/settings/sessions/end', { session: 'x' }],
  ])('answers 503 to a form for %s, and nothing is half done', async (path, fields) => {
    other.exec('BEGIN IMMEDIATE');
    expect((await owner.post(path, fields)).status).toBe(503);
    other.exec('ROLLBACK');
    expect(server.site.title).not.toBe('A new name');
    expect(server.posts.byId(1)?.version).toBe(1);
    expect((await owner.get('/admin')).status).toBe(200);
  });

  it('accepts the password when the lock is released', async () => {
    const visitor = server.visitor();
    await visitor.get('/admin/sign-in');
    other.exec('BEGIN IMMEDIATE');
    const answer = await visitor.post('/admin/sign-in', { password: 'amber lantern quietly grows' });
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('the database is locked')]);
    other.exec('ROLLBACK');
    await visitor.get('/admin/sign-in');
    expect((await visitor.post('/admin/sign-in', { password: 'amber lantern quietly grows' })).status).toBe(
      303,
    );
  });
});

describe('a full disk', () => {
  it('serves pages, and answers a save with 507 and its form', async () => {
    const pages = Number(server.database.pragma('page_count', { simple: true }));
    server.database.pragma(`max_page_count = ${pages}`);
    const long = { ...FIELDS, markdown: `${'word '.repeat(20_000)}${TEXT}` };
    const answer = await owner.post('/admin/posts', long);
    expectGivenBack(answer, 507, 'data is full');
    await expectReadable();
    server.database.pragma('max_page_count = 1000000');
    expect((await owner.post('/admin/posts', long)).status).toBe(303);
    expect(saved()).toBe(1);
  });
});

describe('read-only data', () => {
  it('serves pages, and answers a save with its form', async () => {
    server.database.pragma('query_only = 1');
    await expectReadable();
    expectGivenBack(await owner.post('/admin/posts', FIELDS), 503, 'cannot write to its data folder');
    await expectReadable();
  });
});

describe('a database whose files were removed or replaced', () => {
  const file = (suffix = ''): string => join(server.folder, `blog.db${suffix}`);

  it.each([
    ['removed with its folder', () => rmSync(server.folder, { recursive: true })],
    ['without its log', () => rmSync(file('-wal'))],
    ['emptied where it stands', () => truncateSync(file())],
    [
      'replaced by a copy',
      () => {
        copyFileSync(file(), file('.copy'));
        renameSync(file('.copy'), file());
      },
    ],
  ])('acknowledges no save: %s', async (_, happen) => {
    happen();
    expectGivenBack(await owner.post('/admin/posts', FIELDS), 503, 'would be lost');
    expect(saved()).toBe(0);
    await expectReadable();
  });
});

describe('a form that is not accepted', () => {
  it('is shown again if the session has ended', async () => {
    server.accounts.sessions.removeAll();
    expectGivenBack(await owner.post('/admin/posts', FIELDS), 403, 'Your session ended before you saved');
  });

  it('is saved by one more click after signing in', async () => {
    server.accounts.sessions.removeAll();
    await owner.post('/admin/posts', FIELDS);
    const token = owner.csrfToken;
    await owner.get('/admin/sign-in');
    await owner.post('/admin/sign-in', { password: PASSWORD });
    expect((await owner.post('/admin/posts', { ...FIELDS, _csrf: token })).status).toBe(303);
    expect(saved()).toBe(1);
  });

  it('is not saved without a session, from another browser, with a planted cookie, or after a new password', async () => {
    const other = server.visitor();
    await other.get('/admin/sign-in');
    await other.post('/admin/sign-in', { password: PASSWORD });
    server.accounts.sessions.removeAll();
    await owner.post('/admin/posts', FIELDS);
    const refused = { ...FIELDS, _csrf: owner.csrfToken };
    expect((await owner.post('/admin/posts', refused)).text).toContain('Your session ended');
    for (const visitor of [other, owner]) {
      await visitor.get('/admin/sign-in');
      await visitor.post('/admin/sign-in', { password: PASSWORD });
    }
    expect((await other.post('/admin/posts', refused)).text).toContain('You have signed in again');
    const planted = createSecretToken();
    other.cookies.set('glasshouse_form', planted);
    const forged = { ...FIELDS, _csrf: formTokenOf(planted) };
    expect((await other.post('/admin/posts', forged)).text).toContain('You have signed in again');
    const { owners } = server.accounts;
    owners.setPassword(owners.find()!.id, 'a new hash', server.nowMillis);
    expect((await owner.post('/admin/posts', refused)).text).toContain('You have signed in again');
    expect(saved()).toBe(0);
  });

  it('from a browser without cookies is not read, and the page says where the text is', async () => {
    const stranger = server.visitor();
    const answer = await stranger.post('/admin/posts/1', FIELDS);
    expect(answer.text).not.toContain(KEPT);
    expect(answer.text).toContain('the editor has kept it in this browser');
    expect(answer.text).toContain('href="/admin/sign-in?next=%2Fadmin%2Fposts%2F1%2Fedit"');
    const others = (await stranger.post('/admin/settings', {})).text;
    expect(others).toContain('Sign in first');
    expect(others).not.toContain('the editor');
  });

  it('is shown again if it is from another session', async () => {
    owner.csrfToken = 'A'.repeat(43);
    expectGivenBack(await owner.post('/admin/posts', FIELDS), 403, 'You have signed in again');
  });

  it('is shown again if it is too large', async () => {
    const answer = await owner.post('/admin/posts', { ...FIELDS, description: 'x'.repeat(11 * 1024 * 1024) });
    expectGivenBack(answer, 413, 'larger than 10 MB');
  });

  it('may hold a million characters of any script', async () => {
    const answer = await owner.post('/admin/posts', { ...FIELDS, markdown: '文'.repeat(1_000_000) });
    expect(answer.status).toBe(303);
  });
});
