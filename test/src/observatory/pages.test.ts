import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { htmlFaults } from '../../fixtures/page-text.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import {
  ABORTED_TRACE,
  busyBlog,
  DROPPED_TRACE,
  EVICTED_TRACE,
  SEARCH_TRACE,
} from '../../fixtures/busy-blog.ts';
import { PAGE_ADDRESSES } from '../../fixtures/page-addresses.ts';
import { MeasuredBlog, telemetryOff } from '../../fixtures/measured-blog.ts';

const scenarios = {
  busy: busyBlog().telemetry,
  empty: new MeasuredBlog({ startedMillisAgo: 40_000 }).telemetry,
  disabled: telemetryOff(),
} as const;
const servers = new Map<keyof typeof scenarios, { readonly origin: string }>();

beforeAll(async () => {
  for (const name of Object.keys(scenarios) as (keyof typeof scenarios)[])
    servers.set(name, await serveObservatory(scenarios[name]));
});

async function get(
  scenario: keyof typeof scenarios,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${servers.get(scenario)!.origin}/admin/metrics-dashboard${path}`, {
    headers: { accept: 'text/html', ...headers },
    redirect: 'manual',
  });
}

describe.each(['busy', 'empty', 'disabled'] as const)('pages of a %s blog', (scenario) => {
  it.each(PAGE_ADDRESSES)('%s is valid HTML without inline script or style', async (path) => {
    const response = await get(scenario, path);
    const text = await response.text();
    expect([200, 404, 410]).toContain(response.status);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(text).not.toMatch(/\sstyle=|<style|\son[a-z]+="|<script>/);
    expect(text).not.toMatch(/NaN|(?<!of )undefined|\[object|Infinity/);
    expect(await htmlFaults(text)).toEqual([]);
  });
});

describe('pages', () => {
  // A live page that differs without a cause is sent again and again.
  it.each(PAGE_ADDRESSES)('are drawn the same while nothing happens: %s', async (path) => {
    const draw = async (): Promise<string> => (await get('busy', path)).text();
    expect(await draw()).toBe(await draw());
  });

  it('answer their facts and the sentence as JSON', async () => {
    const body = (await (await get('busy', '/slow', { accept: 'application/json' })).json()) as {
      summary: string;
      facts: { rows: { trace_id: string; duration_millis: number }[] };
    };
    expect(body.summary).toContain('The slowest, GET /media/*, took 2.31 s.');
    expect(body.facts.rows[0]).toMatchObject({ trace_id: ABORTED_TRACE, duration_millis: 2310 });
  });

  it('have times in the zone of the browser, which they name, and else in that of the blog', async () => {
    const shown = async (
      cookie: string,
      origin = servers.get('busy')!.origin,
    ): Promise<readonly string[]> => {
      const address = `${origin}/admin/metrics-dashboard/failures`;
      const text = await (await fetch(address, { headers: { accept: 'text/html', cookie } })).text();
      const [time = ''] = /<time datetime="([^"]+)"[^>]*>[^<]*/.exec(text) ?? [];
      return [
        /<span>Times in ([^<]+)</.exec(text)?.[1] ?? '',
        /data-zone="([^"]+)"/.exec(text)?.[1] ?? '',
        time.slice(-8, -6),
        /datetime="[^"]+T(\d\d)/.exec(time)?.[1] ?? '',
      ];
    };
    const [utc, , hour] = await shown('');
    const later = (hours: number): string => String((Number(hour) + hours) % 24).padStart(2, '0');
    expect(utc).toBe('UTC');
    expect(await shown('a=b; glasshouse_zone=Asia/Tokyo')).toEqual([
      'Asia/Tokyo, UTC+9',
      'Asia/Tokyo',
      later(9),
      hour,
    ]);
    expect(await shown('glasshouse_zone=Nowhere/<b>')).toEqual(['UTC', 'UTC', hour, hour]);
    const site = { title: 'Glasshouse', timeZone: 'Asia/Kolkata' };
    const { origin } = await serveObservatory(scenarios.busy, { site });
    expect((await shown('', origin))[0]).toBe('Asia/Kolkata, UTC+5:30');
    expect((await shown(`glasshouse_zone=${'x'.repeat(3000)}`, origin))[0]).toBe('Asia/Kolkata, UTC+5:30');
    expect((await shown('glasshouse_zone=Europe/Berlin', origin))[1]).toBe('Europe/Berlin');
    const { origin: unknown } = await serveObservatory(scenarios.busy, {
      site: { ...site, timeZone: 'Mars/Olympus' },
    });
    expect((await shown('', unknown))[0]).toBe('UTC');
  });

  it('name the zone of sentences in JSON, whose times are in UTC, as in CSV', async () => {
    const headers = { cookie: 'glasshouse_zone=Asia/Tokyo' };
    const query = '?from=2026-11-23T20:00&to=2026-11-23T21:00';
    const body = (await (
      await get('busy', `/failures${query}`, { ...headers, accept: 'application/json' })
    ).json()) as { time_zone: string; range: { from_ms: number; words: string } };
    expect(body.time_zone).toBe('Asia/Tokyo');
    expect(body.range).toMatchObject({ from_ms: Date.UTC(2026, 10, 23, 11) });
    expect(body.range.words).toContain('20:00:00');
    const csv = await (await get('busy', '/failures?format=csv', headers)).text();
    expect(csv).toBe(await (await get('busy', '/failures?format=csv')).text());
    expect(csv).toMatch(/,2026-\d\d-\d\dT[\d:.]+Z/);
  });

  it('list missing Node internals, and say nothing if there are none', async () => {
    const { busy } = scenarios;
    const page = async (): Promise<string> => (await get('busy', '/buffer')).text();
    expect(await page()).not.toContain('Missing Node internals');
    // It takes another version of Node.
    const missing = [
      { name: 'Socket: _bytesDispatched', consequence: 'what is <corked> counts as not sent' },
    ];
    const asked = jest.spyOn(busy, 'missingNodeFeatures').mockReturnValue(missing);
    const text = await page();
    asked.mockRestore();
    expect(text).toContain('Missing Node internals');
    expect(text).toContain('<code>Socket: _bytesDispatched</code>');
    expect(text).toContain('what is &lt;corked&gt; counts as not sent');
    expect(await htmlFaults(text)).toEqual([]);
  });

  it('leave attribute names as they are in JSON', async () => {
    const body = (await (
      await get('busy', `/traces/${SEARCH_TRACE}`, { accept: 'application/json' })
    ).json()) as { facts: { trace: { spans: { attributes: object }[] } } };
    expect(body.facts.trace.spans[0]!.attributes).toHaveProperty(['http.route'], '/search');
  });

  it('answer tables as CSV', async () => {
    const response = await get('busy', '/routes?format=csv');
    expect(response.headers.get('content-type')).toContain('text/csv');
    const [head, first] = (await response.text()).split('\r\n');
    expect(head).toBe(
      'route,per_second,count,failed,client_errors,aborted,p50_ms,p95_ms,p99_ms,time_share,kept',
    );
    expect(first).toMatch(/^GET \/search,/);
  });

  it('sort tables by the address, both ways', async () => {
    const order = async (sort: string): Promise<string[]> =>
      [...(await (await get('busy', `/routes?sort=${sort}`)).text()).matchAll(/data-key="([^"]+)"/g)].map(
        (match) => match[1]!,
      );
    const down = await order('per_second');
    expect(down[0]).toBe('GET /assets/*');
    expect(await order('-per_second')).toEqual(down.toReversed());
  });

  it('keep the range in every link of the observatory', async () => {
    const text = await (await get('busy', '/routes?from=-6h')).text();
    const links = [...text.matchAll(/href="(\/admin\/metrics-dashboard[^"]*)"/g)].map((match) => match[1]!);
    const others = links.filter((link) => !link.includes('from=-6h'));
    // The presets lead to other ranges, each by its name.
    expect(others.map((link) => /from=(-\w+)/.exec(link)?.[1]).sort()).toEqual([
      '-15m',
      '-1h',
      '-24h',
      '-30d',
      '-5m',
      '-7d',
    ]);
    expect(links.length).toBeGreaterThan(20);
  });

  it('say what is wrong with a range and what is shown instead', async () => {
    const text = await (await get('busy', '/?from=yesterday')).text();
    expect(text).toMatch(/“yesterday” is not a time\..* Showing in the last hour\./);
  });

  it('say what is wrong with a filter, and leave that part out only if that is asked', async () => {
    const refused = await (await get('busy', '/traces?min=quick&status=error')).text();
    expect(refused).toContain('min “quick” is not a duration such as 250ms or 1.5s.');
    expect(refused).not.toContain('<tr data-key');
    const text = await (await get('busy', '/traces?min=quick&status=error&without=yes')).text();
    expect(text).toContain('It was left out.');
    expect([...text.matchAll(/<tr data-key/g)]).toHaveLength(3);
  });

  it('answer 410 with the reason for an evicted trace and 404 for one that was never kept', async () => {
    const evicted = await get('busy', `/traces/${EVICTED_TRACE}`);
    expect(evicted.status).toBe(410);
    expect(await evicted.text()).toContain('because the buffer was full');
    const never = await get('busy', `/traces/${DROPPED_TRACE}`);
    expect(never.status).toBe(404);
    expect(await never.text()).toContain('counted but its detail was not kept');
  });

  it('fold a repeated statement into one row and unfold it on demand', async () => {
    const rows = (text: string): number => [...text.matchAll(/<tr\s+id="span-/g)].length;
    const folded = await (await get('busy', `/traces/${SEARCH_TRACE}`)).text();
    expect(folded).toContain('N+1 ×24');
    expect(rows(folded)).toBe(7);
    expect(rows(await (await get('busy', `/traces/${SEARCH_TRACE}?unfold=1`)).text())).toBe(30);
  });

  it('pin a trace and redirect to it', async () => {
    const origin = servers.get('busy')!.origin;
    const response = await fetch(`${origin}/admin/metrics-dashboard/traces/${SEARCH_TRACE}/pin`, {
      method: 'POST',
      redirect: 'manual',
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(`/admin/metrics-dashboard/traces/${SEARCH_TRACE}`);
    expect(scenarios.busy.trace(SEARCH_TRACE)).toMatchObject({ pinned: true });
    const gone = await fetch(`${origin}/admin/metrics-dashboard/traces/${EVICTED_TRACE}/pin`, {
      method: 'POST',
      redirect: 'manual',
    });
    expect(gone.status).toBe(409);
  });
});
