import { describe, expect, it } from '@jest/globals';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

describe('the page of addresses that were not found', () => {
  it.each([
    ['says where it leads by now', () => '/new-home', 'leads to /new-home', '/new-home'],
    ['says that it is found by now', (path: string) => path, 'found by now', '"redirects"'],
  ])('%s', async (_name, redirectOf, words, inJson) => {
    const { origin } = await serveObservatory(busyBlog().telemetry, { redirectOf });
    const get = async (accept: string): Promise<string> =>
      (await fetch(`${origin}/admin/metrics-dashboard/not-found?from=-24h`, { headers: { accept } })).text();
    expect(wordsOf(await get('text/html'))).toMatch(new RegExp(String.raw`13:49:41 ${words}`));
    expect(await get('application/json')).toContain(inJson);
  });

  /** What was sent: minutes ago, path, status. */
  const LEDGER = [
    ...Array.from({ length: 5 }, () => [100, '/old', 404] as const),
    ...Array.from({ length: 25 }, (_, index) => [20, `/missing-${index}`, 404] as const),
    ...Array.from({ length: 2 }, () => [10, '/gone', 410] as const),
    ...Array.from({ length: 3 }, () => [5, '/form', 405] as const),
  ];
  const asked = (
    startMillis: number,
    path: string,
    attributes: Readonly<Record<string, string | number>>,
  ) => ({
    startMillis,
    spans: [
      {
        name: 'GET /:slug',
        type: 'http' as const,
        at: 0,
        millis: 2,
        attributes: {
          'http.request.method': 'GET',
          'http.route': '/:slug',
          'url.path': path,
          ...attributes,
        },
      },
    ],
  });
  const happened = LEDGER.map(([minutes, path, status], index) =>
    asked(NOW - minutes * 60_000 + index * 10, path, { 'http.response.status_code': status }),
  );

  async function open(path: string): Promise<{ readonly page: string; readonly words: string }> {
    const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
    const headers = { accept: 'text/html' };
    const page = await (await fetch(`${origin}/admin/metrics-dashboard${path}`, { headers })).text();
    return { page, words: wordsOf(page) };
  }

  it('says what the range has, as the menu counts it, beside what its lists of whole hours have', async () => {
    const { words, page } = await open('/not-found?from=-1h');
    expect(words).toContain(
      '27 requests found nothing in the last hour; 32 since 12:00:00, which the lists are of.',
    );
    expect(words).toMatch(/32 responses with 404 or 410; 3 with another 4xx , not here/);
    expect(/data-go="n".*?class="figure"[^>]*>(\d+)/s.exec(page)?.[1]).toBe('27');
    expect((await open('/not-found?from=-3h')).words).toMatch(/32 requests found nothing since/);
  });

  it('says on the page of all 4xx of which status they are', async () => {
    const { words } = await open('/failures?errors=4xx');
    expect(words).toContain(
      'Every 4xx since 12:00:00: 30 × 404, 3 × 405, 2 × 410. Of these 35, 32 are 404 or 410: Not found lists them.',
    );
  });

  const askedBy = (client: string, path: string, agent: string) =>
    asked(NOW - 60_000, path, {
      'client.address': client,
      'user_agent.original': agent,
      'http.response.status_code': 404,
    });

  it('offers a redirect of what readers and bots ask, and groups what scanners alone ask, without one', async () => {
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const { telemetry } = new MeasuredBlog({
      happened: [
        askedBy('192.0.2.1', '/old-post', firefox),
        askedBy('192.0.2.2', '/old-post', 'ExampleBot/1.0 (+https://bot.example/about)'),
        askedBy('192.0.2.3', '/feed.php', 'FreshRSS/1.26'),
        // A scanner, which says what it is, and asks for what others ask, too.
        askedBy('203.0.113.9', '/wp-login.php', 'python-requests/2.32'),
        askedBy('203.0.113.9', '/.env', 'python-requests/2.32'),
        askedBy('203.0.113.9', '/setup.php', 'python-requests/2.32'),
        askedBy('203.0.113.9', '/old-post', 'python-requests/2.32'),
      ],
    });
    const { origin } = await serveObservatory(telemetry);
    const get = async (query: string): Promise<string> =>
      (await fetch(`${origin}/admin/metrics-dashboard/not-found?from=-1h${query}`)).text();
    const page = await get('');
    const offered = [...page.matchAll(/aria-label="Redirect ([^"]+)"/g)].map(([, path]) => path);
    expect(offered).toEqual(['/old-post', '/feed.php']);
    expect(wordsOf(page)).toContain('asked by scanners alone: 3 addresses, 3 requests');
    expect(page).not.toMatch(/<details class="folded"[^>]* open/);
    const found = await get('&find=setup');
    expect(found).toMatch(/<details class="folded"[^>]* open/);
    expect(wordsOf(found)).toContain('asked by scanners alone: 1 address, 1 request');
    const rows = (await get('&format=csv')).trimEnd().split('\r\n');
    expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(
      expect.arrayContaining(['/old-post', '/feed.php', '/wp-login.php', '/.env', '/setup.php']),
    );
  });

  it('offers one of a dead link, whoever shares the address of the client that followed it', async () => {
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const offeredOf = async (
      probes: readonly string[],
      referrer?: string,
    ): Promise<readonly (string | undefined)[]> => {
      const linked = askedBy('192.0.2.1', '/dead-link', firefox);
      const [span] = linked.spans;
      const attributes = {
        ...span!.attributes,
        ...(referrer !== undefined && { 'http.request.header.referer': [referrer] }),
      };
      const { telemetry } = new MeasuredBlog({
        happened: [
          { ...linked, spans: [{ ...span!, attributes }] },
          ...probes.map((path) => askedBy('192.0.2.1', path, firefox)),
        ],
      });
      const { origin } = await serveObservatory(telemetry);
      const page = await (await fetch(`${origin}/admin/metrics-dashboard/not-found?from=-1h`)).text();
      return [...page.matchAll(/aria-label="Redirect ([^"]+)"/g)].map(([, path]) => path);
    };
    expect(await offeredOf(['/wp-login.php'])).toEqual(['/dead-link']);
    expect(await offeredOf(['/wp-login.php', '/.env'])).toEqual([]);
    expect(await offeredOf(['/wp-login.php', '/.env'], 'https://example.net/old-links')).toEqual([
      '/dead-link',
    ]);
  });

  it('shows all of a list that it begins with ten rows of', async () => {
    const happened = Array.from({ length: 23 }, (_, index) =>
      askedBy(`192.0.2.${index + 1}`, '/old-post', `Reader${index}/1.0`),
    );
    const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
    const get = async (path: string): Promise<string> => (await fetch(origin + path)).text();
    const clientsOn = (page: string): number => [...page.matchAll(/<tr data-key="192\.0\.2\.\d+"/g)].length;
    for (const path of ['/not-found?from=-1h', '/failures?errors=4xx&from=-1h']) {
      const page = await get(`/admin/metrics-dashboard${path}`);
      expect(clientsOn(page)).toBe(10);
      const [, href = ''] = /href="([^"]*all=clients[^"]*)#list-clients"/.exec(page) ?? [];
      const whole = await get(href.replaceAll('&amp;', '&'));
      expect(clientsOn(whole)).toBe(23);
      expect(whole).toContain('the first 10');
      expect(wordsOf(whole)).not.toContain('other clients');
      const [, bots = ''] = /href="([^"]*all=bots[^"]*)#list-bots"/.exec(page) ?? [];
      expect((await get(bots.replaceAll('&amp;', '&'))).match(/<tr data-key="Reader\d+/g)).toHaveLength(23);
    }
  });

  it('shows its addresses in parts, and finds one in all of them', async () => {
    const { page, words } = await open('/not-found?from=-1h');
    expect(page.match(/<tr data-key="\/[^"]*"/g)).toHaveLength(10);
    expect(words).toContain('rows 1 to 10 of 27');
    const { page: next } = await open('/not-found?from=-1h&part=3');
    expect(next.match(/<tr data-key="\/[^"]*"/g)).toHaveLength(7);
    const { page: found } = await open('/not-found?from=-1h&find=gone');
    expect(found.match(/<tr data-key="\/[^"]*"/g)).toEqual(['<tr data-key="/gone"']);
  });

  it('counts a scanner that calls itself Chrome as that, as the pages of failures and of its route do', async () => {
    const chrome =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
    const sent = [
      ...['/wp-login.php', '/.env', '/.git/config', '/a.php', '/b.php'].map((path) => ({
        path,
        client: '203.0.113.9',
      })),
      { path: '/wp-login.php', client: '198.51.100.7' },
    ];
    const { telemetry } = new MeasuredBlog({
      happened: sent.map(({ path, client }, index) => ({
        ...askedBy(client, path, chrome),
        startMillis: NOW - 60_000 + index * 100,
      })),
    });
    const { origin } = await serveObservatory(telemetry);
    for (const path of [
      '/not-found?from=-1h',
      '/failures?errors=4xx&from=-1h',
      '/route?name=GET+/:slug&from=-1h',
    ]) {
      const page = await (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text();
      if (path.startsWith('/not-found'))
        expect(wordsOf(page)).toContain('5 times: a scanner that calls itself a browser.');
      const words = wordsOf(page);
      expect(words).toMatch(
        /Browsers(?: that got an error)? since [\d:]+ 1 of 6 requests.*?Chrome 142, Windows/,
      );
      expect(words).toMatch(
        /Scanners(?: that got an error)? since [\d:]+ 5 of 6 requests.*?Chrome 142, Windows/,
      );
      expect(words).toContain('asks for at least 3 different addresses that only scanners ask');
      expect(page).toContain(`<bdi>${chrome}</bdi>`);
    }
  });
});
