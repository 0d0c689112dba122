import { beforeAll, describe, expect, it } from '@jest/globals';
import { wordsOf } from '../../fixtures/page-text.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { ATTR_ADDRESS_UNKNOWN } from '../../../otel/base/semconv.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { FAILING, PLAIN, SEARCH } from '../../fixtures/trace-sketches.ts';

const idOf = (index: number): string => index.toString(16).padStart(32, '0');

/** Links of the counts by value. */
function facetLinks(page: string) {
  const [nav = ''] = /<nav class="facets".*?<\/nav>/s.exec(page) ?? [];
  return [...nav.matchAll(/<a href="([^"]+)"([^>]*)>.*?<span class="count">([\d,]+)/gs)].map(
    ([, href = '', state = '', count = '']) => ({
      href: href.replaceAll('&amp;', '&'),
      isLit: state.includes('aria-current'),
      count: Number(count.replace(',', '')),
    }),
  );
}

describe('the list of traces', () => {
  let base: string;
  beforeAll(async () => {
    const happened = [
      ...Array.from({ length: 130 }, (_, index) => ({
        startMillis: NOW - 1000 - index * 1000,
        spans: PLAIN,
      })),
      { traceId: idOf(900), startMillis: NOW - 5000, spans: SEARCH },
      { traceId: idOf(901), startMillis: NOW - 6000, spans: FAILING },
      { traceId: idOf(902), startMillis: NOW - 3 * 3_600_000, spans: SEARCH },
    ];
    const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
    base = `${origin}/admin/metrics-dashboard/traces`;
  });

  async function list(query: string): Promise<{ readonly text: string; readonly ids: readonly string[] }> {
    const text = await (await fetch(base + query, { headers: { accept: 'text/html' } })).text();
    return { text, ids: [...text.matchAll(/<tr data-key="([^"]+)"/g)].map((match) => match[1]!) };
  }

  it('finds an id whatever the range, and says how many others match at another time', async () => {
    const byId = await list(`?q=${idOf(902)}`);
    expect(byId.ids).toEqual([idOf(902)]);
    expect(wordsOf(byId.text)).toMatch(/1 trace has this id, not in the last hour but from 10:50/);
    const early = await list('?q=db%3E300ms&from=2020-01-01T00:00&to=2020-01-01T01:00');
    expect(early.ids).toEqual([]);
    const found = /<a[^>]*href="([^"]*)"[^>]*>\s*2 traces at any time/
      .exec(early.text)![1]!
      .replaceAll('&amp;', '&');
    expect((await list(found.slice(found.indexOf('?')))).ids).toEqual([900, 902].map(idOf));
    expect(wordsOf((await list('?q=nowhere')).text)).toContain('None does at any time.');
  });

  it('offers statements that took so long to who asks for long traces with statements', async () => {
    const offered = async (q: string): Promise<readonly string[]> => {
      const { text } = await list(`?q=${encodeURIComponent(q)}`);
      const [, words = '', href = '', term = ''] =
        / dur is of the whole trace; statements that took ([^:]*): <a [^>]*href="([^"]*)"[^>]*>([^<]*)</.exec(
          text.replaceAll(/\s+/g, ' '),
        ) ?? [];
      const asked = new URLSearchParams(href.replaceAll('&amp;', '&').split('?')[1]).get('q');
      return [words.replace('\u00a0', ' '), term.replaceAll('&gt;', '>'), asked ?? ''];
    };
    expect(await offered('dur>30ms type:database')).toEqual(['longer than 30 ms', 'db>30ms', 'db>30ms']);
    expect(await offered('dur>=0.03s db:"posts" route:/search')).toEqual([
      'at least 30 ms',
      'db>=30ms',
      'db>=30ms db:"posts" route:/search',
    ]);
    expect((await offered('dur>30m type:database')).slice(1)).toEqual(['db>1800000ms', 'db>1800000ms']);
    for (const other of [
      'dur>30ms',
      'type:database',
      'dur>30ms type:database db>5ms',
      'dur<30ms type:database',
    ])
      expect(await offered(other)).toEqual(['', '', '']);
  });

  it('says of an id that was evicted what the page of that trace says', async () => {
    const happened = Array.from({ length: 12 }, (_, i) => ({
      traceId: idOf(i),
      startMillis: NOW - 60_000 + i * 1000,
      spans: PLAIN,
    }));
    const { telemetry } = new MeasuredBlog({ env: { METRICS_BUFFER_SIZE: '10' }, happened });
    const { origin } = await serveObservatory(telemetry);
    const page = await fetch(`${origin}/admin/metrics-dashboard/traces?q=${idOf(1)}`);
    const words = wordsOf(await page.text());
    expect(words).toContain('It was evicted from memory at ');
    expect(words).not.toContain('at any time');
  });

  it('says of an id that nothing is remembered of that it may have existed', async () => {
    const words = wordsOf((await list(`?q=${'e'.repeat(32)}`)).text);
    expect(words).toContain('are remembered only for a while, and not from before the start at ');
    expect(words).not.toContain('at any time');
  });

  it('says how many of how many it shows', async () => {
    const { text, ids } = await list('');
    expect(ids).toHaveLength(100);
    expect(text).toContain('1 to 100 of 132');
    expect((await list('?series=GET+%2Fsearch')).text).not.toMatch(/\d to \d/);
  });

  const linkOf = (page: string, words: string): string | undefined =>
    new RegExp(`href="([^"]+)"\\s*>${words}</a`).exec(page)?.[1]?.replaceAll('&amp;', '&');
  const follow = (page: string, words: string) => {
    const href = linkOf(page, words) ?? '';
    return list(href.slice(href.indexOf('?')));
  };

  it.each(['?from=-6h&q=method%3AGET', '?from=-6h&sort=slowest'])(
    'has pages, which keep what was asked, and lead back: %s',
    async (query) => {
      const first = await list(query);
      const total = (await list(`${query}&format=json`)).text;
      expect(linkOf(first.text, 'previous')).toBeUndefined();
      const second = await follow(first.text, 'next');
      const { facts } = JSON.parse(total) as { facts: { total: number; next: string; facets: unknown } };
      expect(facts.total).toBeGreaterThan(120);
      expect(wordsOf(second.text)).toContain(`101 to ${facts.total} of ${facts.total}`);
      expect(linkOf(second.text, 'next')).toBeUndefined();
      expect(new Set([...first.ids, ...second.ids]).size).toBe(facts.total);
      expect(linkOf(first.text, 'next')).toContain(`below=${facts.next}`);
      for (const part of query.slice(1).split('&')) expect(linkOf(first.text, 'next')).toContain(part);
      const back = await follow(second.text, query.includes('slowest') ? 'slowest' : 'newest');
      expect(back.ids).toEqual(first.ids);
      // The whole search is counted by value and written to a file on every page.
      const json = await fetch(base + query + `&below=${facts.next}`, {
        headers: { accept: 'application/json' },
      });
      expect(await json.json()).toMatchObject({ facts: { ahead: 100, facets: facts.facets } });
      const csv = await fetch(new URL(linkOf(second.text, 'CSV') ?? '', base));
      expect((await csv.text()).trimEnd().split('\r\n')).toHaveLength(facts.total + 1);
      // Another question or range begins at the top.
      const others = [...second.text.matchAll(/href="([^"]+)"/g)].map((match) => match[1]!);
      const questions = others.filter((href) => /[?;]q=/.test(href) || /from=-24h/.test(href));
      expect(questions.length).toBeGreaterThan(5);
      const staying = questions.filter((href) => href.includes('below=') && !href.includes('format='));
      expect(staying).toEqual([]);
    },
  );

  it('says that nothing is below the end of the list, and what is no place in it', async () => {
    const end = await list(`?below=0-0-${idOf(1)}`);
    expect(wordsOf(end.text)).toContain('none is below this place');
    expect(linkOf(end.text, 'newest')).toBeDefined();
    expect((await list('?below=yesterday')).text).toContain('below “yesterday” is not a place in this list.');
  });

  it.each([
    ['?series=GET+%2Fsearch', [900]],
    ['?status=error', [901]],
    ['?min=1s', [900]],
    ['?min=5ms&max=100ms', [901]],
    ['?reason=slow', [900]],
    ['?q=TypeError', [901]],
    ['?type=http&q=posts_fts', [900]],
    ['?sort=slowest&min=5ms', [900, 901]],
    ['?q=status%3A5xx', [901]],
    ['?q=error%3ATypeError+-agent%3Afirefox', [901]],
    // No browser asks without a user agent.
    ['?q=error%3ATypeError+agent%3Abot', [901]],
    ['?q=error%3ATypeError+-agent%3Abot', []],
    ['?q=db%3E300ms+route%3A%2Fsearch', [900]],
    ['?q=https%3A%2F%2Fblog.example%2Fsearch%2F', [900]],
    [`?q=00-${idOf(901)}-00f067aa0ba902b7-01`, [901]],
    ['?q=dur%3E1s+colour%3Ared', []],
    ['?q=dur%3E1s+colour%3Ared&without=yes', [900]],
  ])('%s narrows it', async (query, wanted) => {
    expect((await list(query)).ids).toEqual(wanted.map(idOf));
  });

  it('shows the route of a request, its address, and in words why it was kept', async () => {
    const request = (name: string, path: string, more: object = {}) => ({
      name,
      type: 'http' as const,
      at: 0,
      millis: 4,
      attributes: { 'url.path': path, ...more },
    });
    const unknown = request('GET /:path', '/no/caf%C3%A9<b>', {
      'http.response.status_code': 404,
      [ATTR_ADDRESS_UNKNOWN]: true,
    });
    const happened = [
      { startMillis: NOW - 2000, spans: [request('GET /archive', '/archive')] },
      { traceId: idOf(950), startMillis: NOW - 1000, spans: [unknown] },
    ];
    const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
    const address = `${origin}/admin/metrics-dashboard/traces`;
    const text = await (await fetch(address)).text();
    const [first = '', second = ''] = text.split('<tr data-key=').slice(1).map(wordsOf);
    expect(first).toContain(' unknown paths /no/café&lt;b&gt; ');
    expect(first).not.toContain('/:path');
    expect(second).toMatch(/ GET \/archive \d/);
    expect(first).toContain(' by the rate ');
    expect(text).toMatch(/<option value="probability"\s*>by the rate</);
    const csv = await (await fetch(`${address}?format=csv`)).text();
    expect(csv).toContain('\r\nunknown paths,');
    expect(await (await fetch(`${address}/${idOf(950)}`)).text()).toContain('<title>unknown paths ·');
  });

  it('keeps the filter in the form, the range and the CSV link', async () => {
    const { text } = await list(
      '?from=-6h&type=http&status=error&reason=error&min=1ms&max=2s&q=Type%22Error&sort=slowest',
    );
    for (const field of [
      /<option value="http"\s+selected/,
      /<option value="error"\s+selected/,
      /<option value="slowest"\s+selected/,
      /name="min"\s+value="1ms"/,
      /name="max"\s+value="2s"/,
      /name="q"\s+value="Type&quot;Error"/,
      /type="hidden" name="from" value="-6h"/,
    ])
      expect(text).toMatch(field);
    const [, csv] = /href="([^"]*format=csv[^"]*)"/.exec(text)!;
    for (const part of ['type=http', 'status=error', 'min=1ms', 'q=Type%22Error', 'from=-6h'])
      expect(csv).toContain(part);
    expect(text).toMatch(/href="[^"]*\/traces\?from=-6h">clear</);
  });

  it('says how a query was understood, on the page and as JSON, and which term was not', async () => {
    const { text } = await list('?q=status%3A5xx+colour%3Ared');
    expect(wordsOf(text)).toContain('status 500 to 599');
    expect(text).toMatch(/role="alert">“colour:red” was not understood: there is no key colour\./);
    // What was asked is not what the rest of it would find.
    expect(wordsOf(text)).toMatch(/Nothing was searched ?, as a part of what was asked is not understood\./);
    const [, without = ''] = /href="([^"]+)"[^>]*>Search without it</.exec(text) ?? [];
    const found = await (await fetch(new URL(without.replaceAll('&amp;', '&'), base))).text();
    expect(found).toMatch(/role="alert">“colour:red” was not understood: [^<]* It was left out\./);
    expect([...found.matchAll(/<tr data-key/g)]).toHaveLength(1);
    const address = `${base}?q=status%3A5xx+colour%3Ared&format=json`;
    expect(await (await fetch(address)).json()).toMatchObject({
      summary: expect.stringMatching(/^Nothing was searched/),
      facts: { is_searched: false, rows: [], problems: [expect.stringContaining('colour')] },
    });
    const json = await (await fetch(`${address}&without=yes`)).json();
    expect(json).toMatchObject({
      facts: {
        asked: { terms: [{ source: 'status:5xx', term: { field: 'status', min: 500, max: 599 } }] },
        problems: [expect.stringContaining('colour')],
        facets: { status: [{ value: '5xx', count: 1 }], error: [{ value: 'TypeError', count: 1 }] },
      },
    });
  });

  it('counts by value what matched; each link narrows to as many, and its second click leads back', async () => {
    const all = await list('');
    const links = facetLinks(all.text);
    expect(links.length).toBeGreaterThan(6);
    for (const { href, count } of links) {
      const narrowed = await (await fetch(new URL(href, base))).text();
      const total = Number(/([\d,]+) traces? match/.exec(wordsOf(narrowed))?.[1]?.replace(',', ''));
      expect([href, total]).toEqual([href, count]);
      const lit = facetLinks(narrowed).filter(({ isLit }) => isLit);
      expect(lit.map((link) => [new URL(link.href, base).search, link.count])).toEqual([['', count]]);
    }
  });

  it('runs every example of what can be asked', async () => {
    const { text } = await list('');
    const [help = ''] = /<details class="search-help">.*?<\/details>/s.exec(text) ?? [];
    const examples = [...help.matchAll(/href="([^"]+)"/g)].map((match) => match[1]!.replaceAll('&amp;', '&'));
    expect(examples.length).toBeGreaterThan(20);
    for (const example of examples) {
      const { status, problems } = await factsOf(new URL(example, base));
      expect([example, status, problems]).toEqual([example, 200, []]);
    }
  });

  it.each([
    ['10 kB', 'x'.repeat(10_000)],
    ['a thousand terms', 'status:404 '.repeat(1000)],
    ['five thousand terms that match', 'e '.repeat(5000)],
    ['marks and controls', '"\u0000%_\\\' OR 1=1 -- \u202e <b> ${x} {{y}} \ud800'],
    ['twenty phrases', '"a b" '.repeat(20)],
  ])('answers a query of %s with a list and a page of bounded size', async (_, q) => {
    const response = await fetch(`${base}?${new URLSearchParams({ q })}`);
    expect(response.status).toBe(200);
    expect((await response.text()).length).toBeLessThan(300_000);
  });

  it('offers to search for an address that nobody asked for as text', async () => {
    const { text } = await list('?q=%2Fno%2Fsuch+status%3A404');
    expect(text).toContain('q=status%3A404+%22%2Fno%2Fsuch%22');
    expect(wordsOf(text)).toMatch(/None does at any time\. Search for \/no\/such as text ?\./);
  });

  async function factsOf(address: URL) {
    const response = await fetch(address, { headers: { accept: 'application/json' } });
    const { facts } = (await response.json()) as { facts: { problems: readonly string[] } };
    return { status: response.status, problems: facts.problems };
  }

  it('links to imported traces', async () => {
    expect((await list('')).text).toContain('/traces/import');
  });
});
