import { beforeAll, describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import type { Happening } from '../../fixtures/trace-player.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { POSTS_TEXT, statement } from '../../fixtures/trace-sketches.ts';

const DAY = 86_400_000;
const idOf = (index: number): string => `${index.toString(16).padStart(18, 'a')}fb${'0'.repeat(12)}`;

/** A request of /:slug that reads a post, each with another address. */
function read(index: number, millisAgo: number, millis: number, error?: string): Happening {
  const attributes = {
    'http.request.method': 'GET',
    'http.route': '/:slug',
    'url.path': `/post-${index}`,
    'url.query': `page=${index}`,
    'http.response.status_code': error === undefined ? 200 : 500,
  };
  const thrown = {
    'exception.type': 'RangeError',
    'exception.message': error ?? '',
    'exception.stacktrace': `RangeError: ${error}\n    at readPost (/srv/blog/src/read-post.ts:${index}:3)`,
  };
  return {
    traceId: idOf(index),
    startMillis: NOW - millisAgo - millis,
    spans: [
      {
        name: 'GET /:slug',
        type: 'http',
        at: 0,
        millis,
        attributes,
        ...(error !== undefined && { error, events: [{ name: 'exception', at: 1, attributes: thrown }] }),
      },
      { ...statement(POSTS_TEXT, 1), at: 1, millis: millis - 2 },
    ],
  };
}

const HAPPENED = [
  read(1, 60_000, 1200),
  read(2, 50_000, 2500),
  read(3, 40_000, 1100),
  read(4, 30_000, 12, 'no post 4'),
  read(5, 20_000, 12, 'no post 5'),
  read(6, 4 * DAY, 12, 'no post 6'),
];

describe('rows of lists', () => {
  let base: string;
  beforeAll(async () => {
    const blog = new MeasuredBlog({ startedMillisAgo: 5 * DAY, happened: HAPPENED });
    base = `${(await serveObservatory(blog.telemetry)).origin}/admin/metrics-dashboard`;
  });
  const html = async (path: string): Promise<string> => (await fetch(base + path)).text();
  const csv = async (path: string): Promise<readonly string[]> => {
    const text = await html(`${path}${path.includes('?') ? '&' : '?'}format=csv`);
    return text.trimEnd().split('\r\n');
  };
  const SERIES = `series=${encodeURIComponent('GET /:slug')}&type=http&from=-24h`;

  it('of slow ones are a row for each route and statement, which opens its rows and its worst trace', async () => {
    const page = await html('/slow?from=-24h');
    const rows = [...page.matchAll(/<tr data-key="([^"]+)">.*?<\/tr>/gs)];
    expect(rows.map(([, key]) => key)).toEqual([
      'http GET /:slug',
      `database ${POSTS_TEXT}`.replaceAll('<', '&lt;'),
    ]);
    const route = rows[0]?.[0] ?? '';
    expect(route).toContain(`/traces/${idOf(2)}?`);
    expect(route).toContain('/post-2?page=2');
    expect(route).toMatch(/href="[^"]*\/slow\?type=http&amp;series=GET[^"]*"[^>]*>3<\/a/);
    expect(route).toContain('2,500 ');
  });

  it.each([
    ['slow', `/slow?${SERIES}`, '/post-2?page=2'],
    ['traces', `/traces?${SERIES}`, '/post-1?page=1'],
    ['the slowest of a route', '/route?name=GET+%2F%3Aslug&from=-24h', '/post-3?page=3'],
    ['calls of a statement', `/statement?from=-24h&name=${encodeURIComponent(POSTS_TEXT)}`, '/post-2?page=2'],
    ['failures', '/failures?from=-24h', '/post-5?page=5'],
  ])('of %s have the address that was asked, and times to the millisecond', async (_, path, address) => {
    const page = await html(path);
    expect(page.replaceAll('<wbr />', '')).toContain(`<bdi>${address}</bdi>`);
    expect(page).toMatch(/<time [^>]*>\d\d:\d\d:\d\d\.\d{3}<\/time>/);
  });

  it.each([
    ['slow groups', '/slow?from=-24h', 200],
    ['slow', `/slow?${SERIES}`, 200],
    ['traces', `/traces?${SERIES}`, 500],
    ['the slowest of a route', '/route?name=GET+%2F%3Aslug&from=-24h', 200],
    ['calls of a statement', `/statement?from=-24h&name=${encodeURIComponent(POSTS_TEXT)}`, 200],
    ['failures', '/failures?from=-24h', 500],
  ])('of %s have the status and a bar, on a phone, too', async (_, path, status) => {
    const page = await html(path);
    // What a narrow table hides.
    const narrow = page.replaceAll(/<td class="[^"]*\broom-[^>]*>.*?<\/td>/gs, '');
    const rows = [...narrow.matchAll(/<tr data-key=.*?<\/tr>/gs)].map(([row]) => row);
    const said = new RegExp(
      String.raw`(?:<td[^>]*>|</code\s*>|<span class="only-narrow callers"\s*>)\s*(?:<span class="tone-failed">)?${status}\b`,
    );
    expect(rows.filter((row) => said.test(row)).length).toBeGreaterThan(0);
    expect(page).toMatch(/<tr data-key=(?:(?!<\/tr>).)*<svg/s);
  });

  it.each([
    ['slow', `/slow?${SERIES}`, [1, 2, 3]],
    ['traces', `/traces?${SERIES}`, [1, 2, 3, 4, 5]],
    ['a statement', `/statement?from=-24h&name=${encodeURIComponent(POSTS_TEXT)}`, [1, 2, 3, 4, 5]],
  ])('of %s are in the CSV file with trace id, address and ISO time', async (_, path, indexes) => {
    const [head = '', ...rows] = await csv(path);
    const columns = head.split(',');
    for (const column of ['trace_id', 'address', 'when']) expect(columns).toContain(column);
    const cells = rows.map((row) =>
      Object.fromEntries(row.split(',').map((cell, at) => [columns[at], cell])),
    );
    for (const index of indexes) {
      const cell = cells.find(({ trace_id: id }) => id === idOf(index));
      expect(cell).toMatchObject({ address: `/post-${index}?page=${index}` });
      expect(cell?.['when']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });

  it('of a route’s addresses complete its count, and state since when', async () => {
    const page = await html('/route?name=GET+%2F%3Aslug&from=-24h');
    expect(page).toMatch(/from every request since [^<]*\d\d:\d\d:\d\d: lists are kept per hour/);
    for (const index of [1, 2, 3, 4, 5]) expect(page).toContain(`<bdi>/post-${index}</bdi>`);
    expect(page).not.toContain('<bdi>/post-6</bdi>');
    expect(await html('/route?name=GET+%2F%3Aslug&from=-7d')).toContain('<bdi>/post-6</bdi>');
  });

  it('of failures are a row for a bug, which came back after a pause', async () => {
    const [page = ''] = (await html('/failures?from=-24h')).split('Clients that got an error');
    expect([...page.matchAll(/<tr data-key=/g)]).toHaveLength(1);
    for (const words of ['no post #', 'came back', 'readPost read-post.ts:5']) expect(page).toContain(words);
    const [head, row] = await csv('/failures?from=-24h');
    expect(head).toContain('message,thrown_at,state,address,trace_id');
    expect(head).toMatch(/duration_ms.*,first,last,/);
    expect(row).toContain(`no post #,readPost read-post.ts:5,came back,/post-5?page=5,${idOf(5)}`);
  });
});

describe('a failure that has not been seen for a day', () => {
  const ROUTES = ['/busy', '/quiet', '/again'];
  /** 30 hours ago each of the routes failed; since then one was asked for 12 times, one 9 times, and one failed again. */
  const failed = (route: string, millisAgo: number): Happening => {
    const attributes = { 'http.route': route, 'url.path': route, 'http.response.status_code': 500 };
    const type = `Error${route.slice(1)}`;
    return {
      startMillis: NOW - millisAgo,
      spans: [
        {
          name: `GET ${route}`,
          type: 'http',
          at: 0,
          millis: 5,
          error: 'broken',
          attributes: { ...attributes, 'error.type': type },
        },
      ],
    };
  };
  const fine = (route: string, count: number): readonly Happening[] =>
    Array.from({ length: count }, (_, index) => ({
      startMillis: NOW - (index + 1) * 3_600_000,
      spans: [
        {
          name: `GET ${route}`,
          type: 'http',
          at: 0,
          millis: 5,
          attributes: { 'http.route': route, 'url.path': route },
        },
      ],
    }));

  it('is resolved if its route was asked for at least ten times in it', async () => {
    const happened = [
      ...ROUTES.map((route) => failed(route, DAY * 1.25)),
      failed('/again', 7_200_000),
      ...fine('/busy', 12),
      ...fine('/quiet', 9),
      ...fine('/again', 12),
    ];
    const blog = new MeasuredBlog({
      startedMillisAgo: 5 * DAY,
      env: { METRICS_SAMPLING_RATE: '0' },
      happened,
    });
    const { origin } = await serveObservatory(blog.telemetry);
    const response = await fetch(`${origin}/admin/metrics-dashboard/failures?from=-7d&format=json`);
    const { facts } = (await response.json()) as { facts: { groups: readonly Record<string, unknown>[] } };
    expect(
      Object.fromEntries(
        facts.groups.map(({ error_type: type, state, runs_without: runs }) => [type, [state, runs]]),
      ),
    ).toEqual({
      Errorbusy: ['resolved', 12],
      Errorquiet: [undefined, undefined],
      Erroragain: ['came back', undefined],
    });
    const page = wordsOf(await (await fetch(`${origin}/admin/metrics-dashboard/failures?from=-7d`)).text());
    expect(page).toContain('resolved not in the last 12 runs, 24 h');
  });
});
