import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES } from '../../src/observatory/pages/all-pages.ts';
import { BlogProcess, TOKEN } from './blog-process.ts';
import { importSite } from './import-site.ts';
import { addressesIn, crawl, type CrawlReport } from './prefix-crawl.ts';
import { PrefixProxy } from './prefix-proxy.ts';
import { pageDocument } from './page-document.ts';
import { Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const PREFIX = '/deep/notes';
const OBSERVATORY = '/admin/metrics-dashboard';
const PASSWORD = 'amber lantern quietly grows';
/** More than the crawl needs; that there is an end is what it proves. */
const MAX_ANSWERS = 500;
/** The smallest picture there is. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** A site to import: enough posts for a second page, a picture, links of every kind. */
function writeSite(folder: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'pixel.png'), PIXEL);
  for (let number = 1; number <= 13; number++)
    writeFileSync(
      join(folder, `post-${number}.md`),
      [
        '---',
        `title: Post ${number}`,
        `date: 2026-01-${String(number).padStart(2, '0')}`,
        'tags: [glass, "a & b"]',
        '---',
        '![A pixel](pixel.png) [all tags](/tags) [below](#below) [elsewhere](https://elsewhere.example/x)',
        '',
        '<picture><source srcset="/media/pixel.png 1x"><img src="/media/pixel.png" alt="A > B"></picture>',
        '',
        '```html',
        '<a href="/not-a-link">code</a>',
        '```',
      ].join('\n'),
    );
}

/** A blog with that site, imported once. */
const template = temporaryFolder();
beforeAll(() => {
  writeSite(join(template, 'site'));
  importSite(join(template, 'site'), template);
});

// Links are made of PUBLIC_URL, whatever the proxy does: one page of each path is enough the second time.
describe.each([
  { name: 'that takes the prefix off', strips: true },
  { name: 'that leaves it', strips: false },
])('below a path of its host, behind a proxy $name, the blog', ({ strips }) => {
  const dataDir = temporaryFolder();
  const visitor = new Visitor();
  let proxy: PrefixProxy;
  let blog: BlogProcess;
  let setupLink: string | undefined;
  const at = (path: string): string => proxy.publicUrl + path;
  const inside = (path: string): string => `${PREFIX}${path}`;

  beforeAll(async () => {
    cpSync(template, dataDir, { recursive: true });
    proxy = await PrefixProxy.start({ prefix: PREFIX, strips });
    blog = await BlogProcess.start(dataDir, {
      PUBLIC_URL: `${proxy.publicUrl}/`,
      METRICS_MEMORY_INTERVAL: '1',
    });
    proxy.upstream = new URL(blog.address);
    // Printed by then: it listens before it answers.
    await visitor.send(at('/health'));
    setupLink = /(http\S+\/admin\/setup\?\S+)/.exec(blog.output)?.[1];
  });
  afterAll(async () => {
    visitor.close();
    await blog?.stop();
    await proxy?.close();
  });

  /** The hidden fields of a page's forms. */
  async function formAt(path: string, headers = {}): Promise<Record<string, string>> {
    const { text } = await visitor.send(at(path), { headers });
    const fields = [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
    return Object.fromEntries(fields.map(([, name, value]) => [name!, value!]));
  }

  const explain = ({ faults, asked }: CrawlReport): unknown => ({ faults, asked: asked.length > 20 });
  const FINE = { faults: [], asked: true };

  it('prints its address and the set-up link', () => {
    expect(blog.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/deep\/notes$/);
    expect(setupLink).toMatch(new RegExp(`^${proxy.publicUrl}/admin/setup\\?token=[\\w-]+$`));
  });

  it('links readers nowhere outside the base path', async () => {
    const missing = at('/no-such-page');
    const starts = [
      '/',
      '',
      '/robots.txt',
      '/favicon.ico',
      '/sitemap.xml',
      '/opensearch.xml',
      '/feeds.opml',
      '/feed',
    ];
    const report = await crawl(visitor, [...starts.map(at), missing], {
      prefix: PREFIX,
      maxAnswers: MAX_ANSWERS,
      isKindOfQuery: strips,
      mayFail: /\/no-such-page$/,
    });
    expect(explain(report)).toEqual(FINE);
    const paths = report.asked.map((address) => address.slice(proxy.publicUrl.length));
    expect(paths).toEqual(
      expect.arrayContaining([
        ...(strips ? [expect.stringMatching(/^\/\?before=/)] : []),
        '/tags/a%20%26%20b',
        '/tags/glass/feed.rss',
        expect.stringMatching(/^\/media\/.*pixel\.png$/),
        expect.stringMatching(/^\/assets\/site\.\w+\.css$/),
        expect.stringMatching(/^\/assets\/fonts\/.*\.woff2$/),
      ]),
    );
    expect(paths.join()).not.toContain('not-a-link');
  });

  it('serves pictures completely and in ranges, and links them in feeds', async () => {
    const feed = await visitor.send(at('/feed.atom'));
    const picture = /src=(?:"|&quot;)(http[^"&]+pixel\.png)/.exec(feed.text)?.[1];
    expect(picture).toMatch(new RegExp(`^${proxy.publicUrl}/media/`));
    const part = await visitor.send(picture!, { headers: { range: 'bytes=1-3' } });
    expect([part.status, part.text]).toEqual([206, 'PNG']);
    const robots = await visitor.send(at('/robots.txt'));
    expect(robots.text).toContain(`Disallow: ${PREFIX}/admin/\n`);
    expect(robots.text).toContain(`Sitemap: ${proxy.publicUrl}/sitemap.xml\n`);
  });

  it('limits the owner’s cookies to the path, and returns to the page after sign-in', async () => {
    const { text } = await visitor.send(setupLink!);
    const token = new URL(setupLink!).searchParams.get('token')!;
    const csrf = /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
    const fields = { _csrf: csrf, token, password: PASSWORD, repeated: PASSWORD };
    const done = await visitor.send(at('/admin/setup'), { fields });
    expect([done.status, done.headers.location]).toEqual([303, inside('/admin')]);
    // Of the form, the session and the browser.
    expect([...visitor.cookies.values()].map(({ path }) => path)).toEqual([PREFIX, PREFIX, PREFIX]);

    const out = await visitor.send(at('/admin/sign-out'), { fields: await formAt('/admin/posts') });
    expect([out.status, out.headers.location]).toEqual([303, inside('/admin/sign-in?signed-out')]);
    const refused = await visitor.send(at(`${OBSERVATORY}/routes?from=-6h`));
    expect(refused.status).toBe(303);
    expect(refused.headers.location).toMatch(new RegExp(`^${PREFIX}/admin/sign-in\\?next=`));
    const signIn = await formAt(refused.headers.location!.slice(PREFIX.length));
    const back = await visitor.send(at('/admin/sign-in'), { fields: { ...signIn, password: PASSWORD } });
    expect([back.status, back.headers.location]).toEqual([303, inside(`${OBSERVATORY}/routes?from=-6h`)]);
  });

  it('saves, shows and previews a post, and redirects from its former address', async () => {
    const draft = {
      title: 'Behind a proxy',
      markdown: 'See [the tags](/tags).',
      status: 'published',
      path: 'behind',
    };
    const made = await visitor.send(at('/admin/posts'), {
      fields: { ...(await formAt('/admin/posts/new')), ...draft },
    });
    expect(made.status).toBe(303);
    const edit = made.headers.location!.slice(PREFIX.length);
    expect(made.headers.location).toMatch(new RegExp(`^${PREFIX}/admin/posts/\\d+/edit\\?done=published$`));
    const page = await visitor.send(at('/behind'));
    expect(page.text).toContain(`<link rel="canonical" href="${proxy.publicUrl}/behind"`);
    expect(page.text).toContain(`<a href="${PREFIX}/tags">the tags</a>`);
    const { facts } = await pageDocument<{ markers: { kind: string; label: string }[] }>(
      visitor,
      at(`${OBSERVATORY}/changes`),
    );
    expect(facts.markers).toContainEqual(
      expect.objectContaining({ kind: 'event', label: 'published /behind' }),
    );
    const fields = { ...(await formAt(edit)), ...draft, path: 'moved' };
    const preview = await visitor.send(at(edit.replace(/\/edit.*/, '/preview')), { fields });
    expect([preview.status, preview.text.includes(`href="${PREFIX}/tags"`)]).toEqual([200, true]);
    expect((await visitor.send(at(edit.replace(/\/edit.*/, '')), { fields })).status).toBe(303);
    const moved = await visitor.send(at('/behind?x=1'));
    expect([moved.status, moved.headers.location]).toEqual([301, inside('/moved?x=1')]);
  });

  it('pins a trace, imports one, and shows its cURL command', async () => {
    const traces = `${OBSERVATORY}/traces`;
    const { text } = await visitor.send(at(`${traces}?series=GET%20%2Farchive`));
    const trace = `${traces}/${/\/traces\/([0-9a-f]{32})/.exec(text)![1]!}`;
    expect((await visitor.send(at(trace))).text).toContain(`>curl ${proxy.publicUrl}/archive<`);
    const pinned = await visitor.send(at(`${trace}/pin`), { fields: await formAt(trace) });
    expect([pinned.status, pinned.headers.location]).toEqual([303, inside(trace)]);
    const otlp = (await visitor.send(at(`${trace}?format=otlp`))).text;
    const form = await formAt(`${traces}/import`);
    const imported = await visitor.send(at(`${traces}/import`), { fields: { ...form, otlp } });
    expect([imported.status, imported.headers.location]).toEqual([
      303,
      inside(trace.replace('/traces/', '/traces/imported/')),
    ]);
  });

  it('marks a moment, from the page of changes', async () => {
    const changes = `${OBSERVATORY}/changes`;
    const marked = await visitor.send(at(`${changes}/mark`), {
      fields: { ...(await formAt(changes)), label: 'release <1.2>' },
    });
    expect([marked.status, marked.headers.location]).toEqual([303, inside(changes)]);
    const { text } = await visitor.send(at(changes));
    expect(text).toContain('before and after release &lt;1.2&gt; ');
  });

  it('gives programs the sign-in address', async () => {
    const stranger = new Visitor();
    const { status, text } = await stranger.send(at(OBSERVATORY), {
      headers: { accept: 'application/json' },
    });
    stranger.close();
    expect([status, text]).toEqual([401, expect.stringContaining(`Sign in at ${PREFIX}/admin/sign-in`)]);
  });

  it('links the owner nowhere outside the base path, and protects every form', async () => {
    const report = await crawl(visitor, [at(OBSERVATORY), at('/admin'), at('/admin/health')], {
      prefix: PREFIX,
      maxAnswers: MAX_ANSWERS,
      isKindOfQuery: strips,
      // Of a window of seconds, a trace may be there and its operations counted in the bucket before.
      mayFail: /\/(?:route|statement)\?.*\bto=\d/,
      tellsOfOthers: /\/imported\/.*format=/,
    });
    expect(explain(report)).toEqual(FINE);
    const paths = report.asked.map((address) => address.slice(proxy.publicUrl.length));
    const found = (pattern: RegExp): boolean => paths.some((path) => pattern.test(path));
    const formats = [/format=har/, /format=otlp/, /format=csv/, /format=json/];
    for (const pattern of [/\/traces\/[0-9a-f]{32}/, ...(strips ? formats : [])])
      expect([pattern, found(pattern)]).toEqual([pattern, true]);
    expect(found(/\/admin\/posts\/\d+\/delete$/)).toBe(true);
    // Not one page of the observatory was out of reach.
    for (const { path } of PAGES) {
      const page = new RegExp(`^${OBSERVATORY}${path.replace(/:\w+/, '[0-9a-f]{32}')}(?:\\?.*)?$`);
      expect([path, found(page)]).toEqual([path, true]);
    }
    expect(report.forms.size).toBeGreaterThan(8);
    for (const form of report.forms) {
      const { status } = await visitor.send(form, { fields: { _csrf: 'wrong' } });
      expect([form, status]).toEqual([form, 403]);
    }
    expect(report.streams.size).toBeGreaterThan(0);
  });

  it('sends live updates that stay below the path', async () => {
    const page = await visitor.send(at(OBSERVATORY));
    const stream = addressesIn(page, at(OBSERVATORY)).find(({ by }) => by === 'stream')!.url;
    const event = await visitor.firstMoment(stream);
    const fragments = [...event.matchAll(/(?:href|action)=\\?"(\/[^"\\]*)/g)].map((match) => match[1]!);
    expect(fragments.length).toBeGreaterThan(10);
    expect(fragments.filter((address) => !address.startsWith(`${PREFIX}/`))).toEqual([]);
  });

  it('names routes without the prefix, paths as requested, and does not record itself', async () => {
    await visitor.send(at('/archive'));
    const page = await pageDocument<{ routes: { name: string }[] }>(visitor, at(`${OBSERVATORY}/routes`));
    const names = page.facts.routes.map(({ name }) => name);
    expect(names).toContain('GET /archive');
    expect(names.filter((name) => /deep|metrics/.test(name))).toEqual([]);
    const { text } = await visitor.send(at(`${OBSERVATORY}/traces?series=GET%20%2Farchive`));
    const trace = /\/traces\/([0-9a-f]{32})/.exec(text)![1]!;
    const otlp = await visitor.send(at(`${OBSERVATORY}/traces/${trace}?format=otlp`));
    expect(/"key": "url\.path",\s*"value": \{\s*"stringValue": "([^"]+)"/.exec(otlp.text)?.[1]).toBe(
      strips ? '/archive' : inside('/archive'),
    );
    const har = await visitor.send(at(`${OBSERVATORY}/traces/${trace}?format=har`));
    expect(har.text).toContain(`"url": "${proxy.publicUrl}/archive"`);

    const bearer = { headers: { authorization: `Bearer ${TOKEN}` } };
    const count = async (): Promise<number> =>
      (
        JSON.parse((await visitor.send(at('/admin/metrics'), bearer)).text) as {
          operations: { http: { count: number } };
        }
      ).operations.http.count;
    const before = await count();
    for (let i = 0; i < 5; i++) expect((await visitor.send(at('/metrics'), bearer)).status).toBe(200);
    expect(await count()).toBe(before);
  });

  it('serves requests without the prefix, and no link leads outside', async () => {
    const { status, body } = await blog.ask('/archive');
    expect(status).toBe(200);
    expect(body.toString()).toContain(`href="${PREFIX}/tags"`);
    expect(proxy.strays).toEqual([]);
  });
});
