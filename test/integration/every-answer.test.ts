import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { DATABASE_FILE_NAME } from '../../src/db/data-files.ts';
import { PAGES } from '../../src/observatory/pages/all-pages.ts';
import { BlogProcess } from './blog-process.ts';
import { Visitor, type Visit } from './visitor.ts';
import { afterTests } from '../fixtures/after-tests.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const OBSERVATORY = '/admin/metrics-dashboard';
const PASSWORD = 'amber lantern quietly grows';
const FOR_READERS = [
  '/',
  '/tags',
  '/archive',
  '/about',
  '/search?q=glass',
  '/feed',
  '/feed.rss',
  '/feed.atom',
  '/feed.json',
  '/feeds.opml',
  '/sitemap.xml',
  '/opensearch.xml',
  '/robots.txt',
  '/assets/site.css',
  '/assets/favicon.svg',
  '/assets/admin/live.js',
  '/favicon.ico',
  '/health',
  '/admin/sign-in',
];
const MISSING = [
  '/nowhere',
  '/media/none.svg',
  '/assets/none.css',
  '/%ff',
  '/%00',
  '/2020/01/x',
  '/tags/none',
];
/** What lies beside the code or in the data, and must not be had. */
const FILES = [
  '/.git/config',
  '/.git/HEAD',
  '/.env',
  '/package.json',
  '/src/main.ts',
  `/data/${DATABASE_FILE_NAME}`,
  `/${DATABASE_FILE_NAME}`,
  `/media/../${DATABASE_FILE_NAME}`,
  `/media/..%2f${DATABASE_FILE_NAME}`,
  '/assets/..%2f..%2fpackage.json',
];
/** A page of one route, statement or trace is missing without its name, and is the owner’s all the same. */
const FOR_THE_OWNER = [
  '/admin',
  '/admin/posts/new',
  '/admin/settings',
  '/admin/media',
  '/admin/readers',
  '/admin/health',
  '/admin/metrics',
  '/metrics',
  ...PAGES.map(({ path }) => OBSERVATORY + path),
  `${OBSERVATORY}?format=json`,
  `${OBSERVATORY}/routes?format=csv`,
];

let blog: BlogProcess;
const dataDir = temporaryFolder();
const owner = new Visitor();
const stranger = new Visitor();

beforeAll(async () => {
  blog = await BlogProcess.start(dataDir, { PUBLIC_URL: 'https://blog.example' });
  afterTests(async () => {
    owner.close();
    stranger.close();
    await blog.stop();
  });
  await owner.send(`${blog.address}/health`);
  const token = /\/admin\/setup\?token=([\w-]+)/.exec(blog.output)![1]!;
  const form = await owner.send(`${blog.address}/admin/setup?token=${token}`);
  const fields = { _csrf: csrfOf(form), token, password: PASSWORD, repeated: PASSWORD };
  const made = await owner.send(`${blog.address}/admin/setup`, { fields });
  if (made.status !== 303) throw new Error(`set-up answered ${made.status}`);
});

function csrfOf({ text }: Visit): string {
  return /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
}

/** What an answer lacks, each as a word. */
function lackOf({ status, headers, text }: Visit): readonly string[] {
  const type = headers['content-type'] ?? '';
  const isText = /^text\/|[+/](?:xml|json)\b/.test(type);
  return [
    headers['strict-transport-security'] !== 'max-age=31536000' && 'HSTS',
    headers['x-content-type-options'] !== 'nosniff' && 'nosniff',
    headers['content-security-policy'] === undefined && 'a policy',
    text !== '' && type === '' && 'a type',
    isText && !/;\s*charset=utf-8/i.test(type) && `an encoding of ${type}`,
    (headers['set-cookie'] ?? []).some((line) => !/^__Host-.*; Secure/.test(line)) && 'Secure cookies',
    status >= 500 && 'an answer',
  ].filter((lack) => lack !== false);
}

async function faultsAt(
  visitor: Visitor,
  paths: readonly string[],
  isFine: (visit: Visit) => boolean,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const path of paths) {
    const visit = await visitor.send(blog.address + path);
    for (const lack of lackOf(visit)) faults.push(`${path} (${visit.status}) lacks ${lack}`);
    if (!isFine(visit)) faults.push(`${path} answered ${visit.status}, ${visit.headers['cache-control']}`);
  }
  return faults;
}

describe('every answer over https', () => {
  it('of pages, feeds and files for readers has its headers', async () => {
    expect(await faultsAt(stranger, FOR_READERS, ({ status }) => status < 400)).toEqual([]);
  });

  it('for unknown addresses has them too', async () => {
    expect(await faultsAt(stranger, MISSING, ({ status }) => [400, 404].includes(status))).toEqual([]);
  });

  it.each(['/nowhere', '/2020/01/x', '/admin/nowhere', `${OBSERVATORY}/nowhere`])(
    'for %s says that the page is not found, in HTML, JSON and text',
    async (path) => {
      const textAs = async (accept: string): Promise<string> =>
        (await owner.send(blog.address + path, { headers: { accept } })).text;
      const page = await textAs('text/html');
      expect(page).toMatch(/<title>Page not found /);
      expect(page).toContain('<h1>Page not found</h1>');
      expect(JSON.parse(await textAs('application/json'))).toMatchObject({
        error: { status: 404, message: 'Page not found.' },
      });
      expect(await textAs('text/plain')).toBe('404 Page not found.\n');
    },
  );

  it('exposes no file of the code, its history or the data', async () => {
    expect(await faultsAt(stranger, FILES, ({ status }) => [400, 404].includes(status))).toEqual([]);
    expect(await faultsAt(owner, FILES, ({ status }) => [400, 404].includes(status))).toEqual([]);
  });

  it('on the owner’s pages is kept by no cache, and strangers get none of them', async () => {
    const isUnkept = ({ headers }: Visit): boolean => headers['cache-control'] === 'no-store';
    expect(
      await faultsAt(owner, FOR_THE_OWNER, (visit) => [200, 404].includes(visit.status) && isUnkept(visit)),
    ).toEqual([]);
    expect(
      await faultsAt(
        stranger,
        FOR_THE_OWNER,
        (visit) => [303, 401].includes(visit.status) && isUnkept(visit),
      ),
    ).toEqual([]);
  });

  it('opens no page of the owner under another spelling', async () => {
    const spellings = [
      '/ADMIN/settings',
      '/admin/settings/',
      '/admin//settings',
      '/%61dmin/settings',
      '/x/../admin/settings',
      '/admin/./settings',
      '/admin;x/settings',
      '/metrics/',
      '/METRICS',
      `${OBSERVATORY}/`,
      `${OBSERVATORY}//routes`,
      `${OBSERVATORY}/ROUTES`,
      `${OBSERVATORY}/%72outes`,
      `/admin%2fmetrics-dashboard/routes`,
    ];
    expect(await faultsAt(stranger, spellings, ({ status }) => status >= 300)).toEqual([]);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'OPTIONS', 'HEAD'])(
    'to %s has them, whoever asks',
    async (method) => {
      for (const path of ['/', '/nowhere', '/admin', '/admin/sign-in', '/metrics', '/health']) {
        const { body, ...rest } = await blog.ask(path, { method });
        expect([path, lackOf({ ...rest, text: body.toString() })]).toEqual([path, []]);
      }
    },
  );

  it('allows scripts of other origins to read what programs read of the blog, and nothing else', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    const allowing = new Set<string>();
    for (const path of [...FOR_READERS, ...FOR_THE_OWNER, ...MISSING]) {
      const visit = await owner.send(blog.address + path, { headers });
      const allowed = visit.headers['access-control-allow-origin'];
      if (allowed !== undefined) allowing.add(`${path}: ${allowed}`);
    }
    const forPrograms = FOR_READERS.filter((path) => /^\/(?:feed|sitemap|opensearch|robots)/.test(path));
    expect([...allowing]).toEqual(forPrograms.map((path) => `${path}: *`));
  });
});

/** Every row of the blog, less when a session was seen. */
function rowsOfBlog(): string {
  const database = new Database(join(dataDir, DATABASE_FILE_NAME), { readonly: true });
  try {
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .pluck()
      .all() as string[];
    const rows = tables.map((table) => [table, database.prepare(`SELECT * FROM "${table}"`).raw().all()]);
    return JSON.stringify(rows, (key, value: unknown) => (key === 'last_seen_at' ? undefined : value));
  } finally {
    database.close();
  }
}

describe('asking with GET', () => {
  it('changes nothing, not even for the owner', async () => {
    const before = rowsOfBlog();
    for (const path of [
      ...FOR_READERS,
      ...FOR_THE_OWNER,
      ...MISSING,
      '/admin/sign-out',
      '/admin/setup?token=x',
    ])
      await owner.send(blog.address + path);
    expect(rowsOfBlog()).toBe(before);
  });
});

describe('signing out', () => {
  it('clears the browser’s cache and leaves a cookie without access', async () => {
    const cookies = new Map(owner.cookies);
    const fields = { _csrf: csrfOf(await owner.send(`${blog.address}/admin/settings`)) };
    const out = await owner.send(`${blog.address}/admin/sign-out`, { fields });
    expect([out.status, out.headers['clear-site-data'], lackOf(out)]).toEqual([303, '"cache"', []]);
    for (const [name, cookie] of cookies) owner.cookies.set(name, cookie);
    expect(await faultsAt(owner, FOR_THE_OWNER, ({ status }) => [303, 401].includes(status))).toEqual([]);
  });
});
