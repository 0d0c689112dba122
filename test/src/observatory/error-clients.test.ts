import { describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import type { Happening } from '../../fixtures/trace-player.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const BOT = 'ExampleBot/1.0 (+https://bot.example/about)';

interface Asked {
  readonly route: string;
  readonly status: number;
  readonly client: string;
  readonly agent?: string;
}

/** One request a second up to now. */
function asked(requests: readonly Asked[]): readonly Happening[] {
  return requests.map(({ route, status, client, agent = FIREFOX }, index) => ({
    startMillis: NOW - (requests.length - index) * 1000,
    spans: [
      {
        name: `GET ${route}`,
        type: 'http',
        at: 0,
        millis: 2,
        ...(status >= 500 && { error: 'broken' }),
        attributes: {
          'http.request.method': 'GET',
          'http.route': route,
          'url.path': route,
          'http.response.status_code': status,
          'client.address': client,
          'user_agent.original': agent,
        },
      },
    ],
  }));
}

const times = (count: number, one: Asked): readonly Asked[] => Array.from({ length: count }, () => one);
const FAILED = [
  ...times(7, { route: '/a', status: 500, client: '192.0.2.1' }),
  ...times(2, { route: '/b', status: 503, client: '192.0.2.1', agent: BOT }),
  ...times(4, { route: '/b', status: 500, client: '192.0.2.2', agent: BOT }),
];
const REFUSED = [
  ...times(3, { route: '/gone', status: 404, client: '192.0.2.3' }),
  ...times(2, { route: '/form', status: 403, client: '192.0.2.4' }),
];
const FINE = times(9, { route: '/a', status: 200, client: '192.0.2.9' });

describe('who got an error', () => {
  const served = serveObservatory(
    new MeasuredBlog({
      env: { METRICS_SAMPLING_RATE: '0', METRICS_BUFFER_SIZE: '1' },
      happened: asked([...FINE, ...FAILED, ...REFUSED]),
    }).telemetry,
  );
  const get = async (path: string, accept: string): Promise<string> => {
    const { origin } = await served;
    return (await fetch(`${origin}/admin/metrics-dashboard${path}`, { headers: { accept } })).text();
  };
  const wordsAt = async (path: string): Promise<string> =>
    wordsOf(await get(path, 'text/html')).replaceAll(/ (?=[.,])/g, '');

  it('is counted from every request, whatever is kept, with agents and addresses of all routes', async () => {
    const words = await wordsAt('/failures');
    expect(words).toMatch(/2 clients got a server error since [^,]*, most often 192\.0\.2\.1, 9 times\./);
    expect(words).toMatch(
      /192\.0\.2\.1 9 Firefox × 7 ExampleBot bot × 2 \/a × 7 \/b × 2 [\d: ]+ more Firefox × 7 ExampleBot bot × 2 \/a × 7/,
    );
    expect(words).toMatch(/192\.0\.2\.2 4 ExampleBot bot × 4 \/b × 4 /);
    expect(words).not.toContain('192.0.2.9');
    const document: unknown = JSON.parse(await get('/failures', 'application/json'));
    expect(document).toMatchObject({
      facts: {
        requests: {
          unlisted: 0,
          lists: {
            count: 13,
            browsers: { rows: [{ value: FIREFOX, count: 7 }] },
            bots: { rows: [{ value: BOT, count: 6 }] },
          },
        },
      },
    });
  });

  it('leads to the traces of the time that is counted, which is longer than the range', async () => {
    const page = await get('/failures?from=-5m', 'text/html');
    const { facts } = JSON.parse(await get('/failures?from=-5m', 'application/json')) as {
      readonly facts: { readonly requests: { readonly lists: { readonly from_millis: number } } };
    };
    const { from_millis: from } = facts.requests.lists;
    const links = [...page.matchAll(/href="([^"]*\/traces\?[^"]*client\.address[^"]*)"/g)].map(
      ([, href = '']) => new URL(href.replaceAll('&amp;', '&'), 'http://blog').searchParams.get('from'),
    );
    expect(links.length).toBeGreaterThan(2);
    expect(new Set(links)).toEqual(new Set([new Date(from).toISOString()]));
  });

  it('is a file of all clients, with what each asked for and how exact that is', async () => {
    const csv = async (path: string): Promise<readonly string[]> => {
      const [, href = ''] = /href="([^"]+list=clients[^"]*)"/.exec(await get(path, 'text/html')) ?? [];
      const { origin } = await served;
      return (await (await fetch(origin + href.replaceAll('&amp;', '&'))).text()).trimEnd().split('\r\n');
    };
    const [head, first, second, end] = await csv('/failures');
    expect(head).toBe(
      'client,requests,agents,addresses,first,last,requests_at_most,first_is_exact,last_is_exact',
    );
    expect(first).toMatch(/^192\.0\.2\.1,9,Firefox 7; ExampleBot 2,\/a 7; \/b 2,[\dT:.Z,-]+,9,true,true$/);
    expect(second).toMatch(/^192\.0\.2\.2,4,ExampleBot 4,/);
    expect(end).toBeUndefined();
    expect((await csv('/failures?errors=4xx'))[1]).toMatch(/^192\.0\.2\.3,3,/);
    expect((await csv('/not-found'))[1]).toMatch(/^192\.0\.2\.3,3,Firefox 3,\/gone 3,/);
    expect((await csv('/route?name=GET%20%2Fb'))[1]).toMatch(/^192\.0\.2\.2,4,/);
  });

  it('is a choice: the same of 4xx', async () => {
    const words = await wordsAt('/failures?errors=4xx');
    expect(words).toMatch(/2 clients got a 4xx since [^,]*, most often 192\.0\.2\.3, 3 times\./);
    expect(words).toMatch(/192\.0\.2\.4 2 Firefox × 2 \/form × 2/);
    expect(words).not.toContain('192.0.2.1');
    expect(words).toContain('5 requests got a 4xx since');
    expect(words).toContain('3 × 404, 2 × 403. Of these 5, 3 are 404 or 410: Not found lists them.');
    expect(await wordsAt('/not-found')).toContain('3 requests found nothing');
    for (const of5xx of ['By type and place', 'failed in the last', 'What failed requests', 'server error '])
      expect(words).not.toContain(of5xx);
    expect(await get('/failures?errors=4xx&format=csv', 'text/csv')).toBe(
      'status,requests\r\n404,3\r\n403,2\r\n',
    );
  });

  it('leads from the number of failures that are held to their traces', async () => {
    const [, href = '', words = ''] =
      /<a\s+href="([^"]*\/traces\?[^"]*)"\s*>(1 of 13 operations still held)</.exec(
        await get('/failures', 'text/html'),
      ) ?? [];
    expect(words).not.toBe('');
    const { origin } = await served;
    const traces = await (await fetch(origin + href.replaceAll('&amp;', '&'))).text();
    expect([...traces.matchAll(/<tr data-key="[0-9a-f]{32}/g)]).toHaveLength(1);
  });

  it('is said of a route, and of what was not found', async () => {
    expect(await wordsAt('/route?name=GET%20%2Fb')).toMatch(
      /Clients that got an error since [\d:]+ 2 clients .*192\.0\.2\.2 .* 4 .*192\.0\.2\.1 .* 2 /,
    );
    const missed = await wordsAt('/not-found');
    expect(missed).toContain('The client that asked most often is 192.0.2.3, 3 times.');
    expect(missed).toMatch(/\/gone .*192\.0\.2\.3 × 3 Firefox × 3/);
    expect(missed).not.toContain('192.0.2.4');
  });

  it.each([
    ['/failures', 'type=http&amp;status=error&amp;q=client.address%3D192.0.2.1'],
    ['/failures', 'type=http&amp;status=error&amp;q=path%3A%22%2Fb%22'],
    ['/failures?errors=4xx', 'q=status%3A4xx+user_agent.original%3D%22Mozilla'],
    [
      '/route?name=GET%20%2Fb',
      'type=http&amp;series=GET+%2Fb&amp;status=error&amp;q=client.address%3D192.0.2.2',
    ],
    ['/not-found', 'q=path%3A%22%2Fgone%22+status%3A404'],
    ['/not-found', 'q=status%3A404+client.address%3D192.0.2.3'],
    ['/not-found', 'q=path%3A%22%2Fgone%22+status%3A404+client.address%3D192.0.2.3'],
  ])('leads from %s to exactly the traces: %s', async (path, query) => {
    expect(await get(path, 'text/html')).toContain(query);
  });
});

describe('a range that ended within an hour of errors', () => {
  const HOUR = 3_600_000;
  const hour = Math.floor(NOW / HOUR) * HOUR - 2 * HOUR;
  const iso = (minutes: number): string => new Date(hour + minutes * 60_000).toISOString();
  /** Sent: how many minutes after the hour, by whom. */
  const sent = [5, 6, 7, 25, 26].map((minutes) => ({ minutes, client: '192.0.2.1' }));
  const served = serveObservatory(
    new MeasuredBlog({
      happened: sent.flatMap(({ minutes, client }) =>
        asked([{ route: '/a', status: 500, client }]).map((one) => ({
          ...one,
          startMillis: hour + minutes * 60_000,
        })),
      ),
    }).telemetry,
  );
  const get = async (path: string): Promise<string> => {
    const { origin } = await served;
    const address = path.startsWith('/admin') ? path : `/admin/metrics-dashboard${path}`;
    return (await fetch(origin + address, { headers: { accept: 'text/html' } })).text();
  };
  const linked = (page: string, pattern: RegExp): string =>
    (pattern.exec(page)?.[1] ?? '').replaceAll('&amp;', '&');
  const range = `from=${iso(0)}&to=${iso(10)}`;

  it('says in each heading of which time its numbers are, and shows no time after its own end', async () => {
    const words = wordsOf(await get(`/failures?${range}`));
    expect(words).toContain('3 requests failed between 11:00:00 and 11:10:00.');
    expect(words).toContain('By type and place between 11:00:00 and 11:10:00 3 operations held');
    expect(words).toContain(
      'counted by whole hours, between 11:00:00 and 12:00:00, in which 5 requests got such an error',
    );
    expect(words).toMatch(
      /Clients that got an error between 11:00:00 and 12:00:00 1 client .* 5 .* 11:05:00 after 11:10:00 /,
    );
    expect(words).not.toMatch(/11:2\d:/);
  });

  it('leads from a client to as many traces as it is said to have got', async () => {
    const page = await get(`/failures?${range}`);
    const traces = await get(linked(page, /href="([^"]*traces\?[^"]*client\.address[^"]*)"/));
    expect(wordsOf(traces)).toContain('5 traces match between 11:00:00 and 12:00:00');
  });

  it('leads to a page whose numbers are all of one time', async () => {
    const whole = linked(await get(`/failures?${range}`), /href="([^"]*)"\s*>Show all of this page/);
    const words = wordsOf(await get(whole));
    expect(words).toContain('5 requests failed between 11:00:00 and 12:00:00.');
    expect(words).not.toContain('Show all of this page');
  });
});

describe('more clients than are counted', () => {
  it('are not said to be led by one whose count others may exceed', async () => {
    const many = (status: number) =>
      Array.from({ length: 1500 }, (_, index): Asked => ({
        route: '/moved',
        status,
        client: `2001:db8::${index % 750}`,
      }));
    const { origin } = await serveObservatory(
      new MeasuredBlog({ happened: asked([...many(404), ...many(500)]) }).telemetry,
    );
    const wordsAt = async (path: string): Promise<string> =>
      wordsOf(await (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text());
    const missed = await wordsAt('/not-found');
    expect(missed).toContain('No client is known to lead');
    expect(missed).toMatch(/one of them is [\d:a-f]+ ?, \d to \d times\./);
    expect(missed).toMatch(/2001:db8::\d+ .* \d to \d .* \d\d:\d\d:\d\d or earlier \d\d:\d\d:\d\d /);
    expect(missed).toMatch(/2001:db8::\d+ × \d to \d .* of these or others, which may be more frequent/);
    expect(await wordsAt('/failures')).toMatch(/clients got a server error since [^,]*, among them/);
    expect(await wordsAt('/route?name=GET%20%2Fmoved')).toContain('others may have as many');
  });
});

describe('requests that no list has', () => {
  it('are said, as a longer range has more than was listed', async () => {
    const { telemetry } = new MeasuredBlog({ happened: asked([...FAILED, ...REFUSED]) });
    const whole = telemetry.notFound({ fromMillis: 0, toMillis: NOW });
    const none = { rows: [], none: 0, others: 0 };
    const empty = { ...whole, count: 0, addresses: none, clients: none };
    let listed: ReturnType<typeof telemetry.notFound> = empty;
    const ofRoute = telemetry.requestLists.bind(telemetry);
    const requestLists: typeof ofRoute = (name, range, which) => {
      const lists = ofRoute(name, range, which);
      return lists && { ...lists, count: which === 'failed' ? 2 : 1 };
    };
    const { origin } = await serveObservatory(
      Object.assign(telemetry, { notFound: () => listed, errorLists: () => undefined, requestLists }),
    );
    const wordsAt = async (path: string): Promise<string> =>
      wordsOf(await (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text());
    expect(await wordsAt('/not-found')).toContain('3 requests found nothing in the last');
    listed = { ...whole, count: 1 };
    expect(await wordsAt('/not-found')).toContain('2 more are counted, but not listed.');
    expect(await wordsAt('/failures')).toContain('13 more requests are counted and not listed');
    expect(await wordsAt('/failures?errors=4xx')).toContain('5 more requests are counted and not listed');
    expect(await wordsAt('/route?name=GET%20%2Fa')).toMatch(
      /Addresses with an error .*5 more requests are counted and not listed.* Addresses since [\d:]+ 7 requests .*6 more requests are counted and not listed/,
    );
  });
});
