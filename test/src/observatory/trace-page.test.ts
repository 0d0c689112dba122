import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TraceDetail } from '../../../otel/query.ts';
import { expectLinear } from '../../fixtures/linear-time.ts';
import { htmlFaults, wordsOf } from '../../fixtures/page-text.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { DROPPED_TRACE, EVICTED_TRACE, FAILING_TRACE, SEARCH_TRACE } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { HOUR_MILLIS, NOW } from '../../fixtures/still-runtime.ts';
import type { Happening } from '../../fixtures/trace-player.ts';
import { FAILING, FTS_TEXT, SEARCH, sketchTrace, statement } from '../../fixtures/trace-sketches.ts';

const RUNNING = 'cc'.repeat(16);
const LOGGED = 'dd'.repeat(16);
const CUT = '1e'.repeat(16);
const WIDE = 'f0'.repeat(16);
const A_QUARTER_AS_WIDE = 'f2'.repeat(16);
const HOSTILE = 'f1'.repeat(16);

const root = { name: 'GET /', type: 'http' as const, at: 0, millis: 5 };

function happened(): readonly Happening[] {
  const from = NOW - 60_000;
  return [
    { traceId: EVICTED_TRACE, startMillis: NOW - 2 * HOUR_MILLIS, spans: [{ ...root, name: 'GET /search' }] },
    ...Array.from({ length: 20 }, (_, index) => ({ startMillis: from - index * 1000, spans: [root] })),
    // What its searches are held against.
    ...Array.from({ length: 150 }, (_, index) => ({
      startMillis: from + index,
      spans: SEARCH.slice(0, 3).map((span) => ({ ...span, millis: span.millis / 1000 })),
    })),
    { traceId: SEARCH_TRACE, startMillis: from, spans: SEARCH },
    { traceId: FAILING_TRACE, startMillis: from, spans: FAILING },
    {
      traceId: LOGGED,
      startMillis: NOW - 5000,
      spans: SEARCH.map((span, index) => (index === 1 ? { ...span, attributes: { noisy: 'yes' } } : span)),
      logs: [
        { at: 2, span: 1, message: 'of a span that was not kept' },
        { at: 5, span: 2, level: 'warn', message: 'no index is used', attributes: { term: '<b>glass</b>' } },
        { at: 12, span: 2, message: 'after the event' },
      ],
    },
    { traceId: DROPPED_TRACE, startMillis: NOW - 3000, spans: [root] },
    {
      traceId: HOSTILE,
      startMillis: NOW - 1000,
      spans: [
        {
          ...root,
          name: 'GET /"><img src=x onerror=alert(1)>',
          attributes: {
            'http.request.method': 'GET',
            'url.path': '/"><script>alert(1)</script>\u202egpj',
            'user_agent.original': "'$(id)'\n<b>",
          },
        },
        { name: 'مرحبا\u202egpj.exe', type: 'other', at: 1, millis: 1, events: [{ name: '<i>', at: 1 }] },
        { name: 'x'.repeat(20_000), type: 'other', at: 2, millis: 1 },
      ],
    },
    // Slow, so that it is kept; of what it did nothing is, and its last part has not ended two seconds later.
    {
      traceId: CUT,
      startMillis: NOW - 4000,
      isRemote: true,
      isRunning: true,
      spans: [
        { ...root, millis: 1000 },
        ...Array.from({ length: 7 }, (_, index) => ({ ...statement('SELECT 1'), at: index, millis: 0.5 })),
        { name: 'stream', type: 'other', at: 8, millis: 1 },
      ],
    },
    { traceId: RUNNING, startMillis: NOW - 10, isRunning: true, spans: [root] },
  ];
}

function wide(traceId: string, length: number): TraceDetail {
  return sketchTrace(
    traceId,
    NOW - 200_000,
    Array.from({ length }, (_, index) => ({
      name: index === 0 ? 'GET /' : `op ${index % 50}`,
      type: index === 0 ? ('http' as const) : ('other' as const),
      at: index,
      millis: index === 0 ? length : 1,
    })),
  );
}

const env = {
  METRICS_SAMPLING_RATE: '0.5',
  METRICS_BUFFER_SIZE: '60',
  METRICS_SLOW_QUERY_THRESHOLD: '0.5',
  METRICS_WHOLE_TRACE_ON_ERROR: 'false',
  METRICS_RULES: 'attribute.noisy=yes: never',
  OTEL_RESOURCE_ATTRIBUTES: 'service.version=3.1%20beta',
};

let origin: string;
beforeAll(async () => {
  const { telemetry } = new MeasuredBlog({ env, happened: happened() });
  const find = telemetry.trace.bind(telemetry);
  // Larger than the store lets a trace become.
  const large = [wide(WIDE, 40_000), wide(A_QUARTER_AS_WIDE, 10_000)];
  telemetry.trace = (traceId) => large.find((trace) => trace.traceId === traceId) ?? find(traceId);
  ({ origin } = await serveObservatory(telemetry));
});

async function get(path: string): Promise<string> {
  const response = await fetch(`${origin}/admin/metrics-dashboard${path}`, {
    headers: { accept: 'text/html' },
  });
  return response.text();
}
const page = (traceId: string, query = ''): Promise<string> => get(`/traces/${traceId}${query}`);
const spanOf = (traceId: string, index: number): string =>
  `${traceId.slice(0, 12)}${String(index).padStart(4, '0')}`;
const spanRows = (text: string): string[] =>
  [...text.matchAll(/<tr\s+id="span-([^"]+)"/g)].map((match) => match[1]!);

describe('a trace page', () => {
  it.each([
    [SEARCH_TRACE, ''],
    [SEARCH_TRACE, '?view=flame'],
    [SEARCH_TRACE, `?collapsed=${spanOf(SEARCH_TRACE, 28)}&q=render&type=render&only=errors`],
    [SEARCH_TRACE, '?q=nothing-has-this'],
    [SEARCH_TRACE, '?unfold=1&zoom=900-1030&levels=1'],
    [SEARCH_TRACE, '?zoom=nonsense&levels=-1'],
    [LOGGED, '?view=log'],
    [HOSTILE, '?view=log'],
    [LOGGED, ''],
    [CUT, ''],
    [WIDE, '?line=600'],
    [HOSTILE, ''],
    [HOSTILE, '?view=flame'],
    [EVICTED_TRACE, ''],
    [RUNNING, ''],
    ['import', ''],
    ['imported/abc', ''],
  ])('%s%s is valid HTML without inline script or style', async (traceId, query) => {
    const text = await page(traceId, query);
    expect(text.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]+\s(?:style|on[a-z]+)=|<style|<img|<script>/);
    expect(text).not.toMatch(/NaN|\[object|Infinity/);
    expect(await htmlFaults(text)).toEqual([]);
  });
});

describe('the waterfall', () => {
  it('is a tree in a grid: levels, what is open, one row per span', async () => {
    const text = await page(SEARCH_TRACE);
    expect(text).toContain('role="treegrid"');
    expect(text).toMatch(
      new RegExp(`id="span-${spanOf(SEARCH_TRACE, 0)}"[^>]*aria-level="1"[^>]*aria-expanded="true"`),
    );
    expect(text).toMatch(new RegExp(`id="span-${spanOf(SEARCH_TRACE, 29)}"[^>]*aria-level="3"`));
    expect(text).not.toMatch(new RegExp(`id="span-${spanOf(SEARCH_TRACE, 29)}"[^>]*aria-expanded`));
  });

  it('collapses and expands by links, without a script', async () => {
    const render = spanOf(SEARCH_TRACE, 28);
    const open = await page(SEARCH_TRACE);
    const [, toggle] = new RegExp(`class="twisty" href="([^"]*collapsed=${render}[^"]*)"`).exec(open)!;
    const closed = await (await fetch(new URL(toggle!.replaceAll('&amp;', '&'), origin))).text();
    expect(spanRows(open)).toContain(spanOf(SEARCH_TRACE, 29));
    expect(spanRows(closed)).toEqual(spanRows(open).filter((id) => id !== spanOf(SEARCH_TRACE, 29)));
    expect(closed).toMatch(new RegExp(`id="span-${render}"[^>]*aria-expanded="false"`));
    const [, back] = new RegExp(`class="twisty" href="([^"]*#span-${render})"`).exec(closed)!;
    expect(back).not.toContain('collapsed');
  });

  it('finds spans by text, type and failure, and shows their ancestors', async () => {
    const [root, layout, render] = [0, 29, 28].map((index) => spanOf(SEARCH_TRACE, index));
    expect(spanRows(await page(SEARCH_TRACE, '?q=LAYOUT'))).toEqual([root, render, layout]);
    const passing = await page(SEARCH_TRACE, '?q=layout');
    expect(passing).toMatch(new RegExp(`id="span-${render}"[^>]*class="[^"]*passing`));
    expect(passing).not.toMatch(new RegExp(`id="span-${layout}"[^>]*class="[^"]*passing`));
    expect(spanRows(await page(SEARCH_TRACE, '?type=render'))).toEqual([root, render, layout]);
    expect(spanRows(await page(FAILING_TRACE, '?only=errors'))).toHaveLength(2);
    expect(spanRows(await page(SEARCH_TRACE, '?q=MATCH+%3F'))).toHaveLength(2);
    expect(await page(SEARCH_TRACE, '?only=errors')).toContain('No span of this trace matches the filter.');
    expect(spanRows(await page(SEARCH_TRACE, '?type=elephant'))).toHaveLength(7);
  });

  it('says how many spans were found, and links from one to the next', async () => {
    const [render, layout] = [28, 29].map((index) => spanOf(SEARCH_TRACE, index));
    const steps = (text: string): string =>
      /<span class="matches"[\s\S]*?<\/form>|<span class="matches"[\s\S]*?<\/div>/.exec(text)![0];
    const first = steps(await page(SEARCH_TRACE, `?type=render&span=${render}`));
    expect(wordsOf(first)).toContain('1 of 2 found');
    expect(first).toMatch(new RegExp(`href="[^"]*span=${layout}[^"]*" title="Next match"`));
    expect(first).not.toContain('Previous match');
    const last = steps(await page(SEARCH_TRACE, `?type=render&span=${layout}`));
    expect(last).toMatch(new RegExp(`href="[^"]*span=${render}[^"]*" title="Previous match"`));
    expect(last).not.toContain('Next match');
    expect(wordsOf(steps(await page(SEARCH_TRACE, '?q=no-such')))).toContain('0 of 30 spans');
  });

  it('expands the chosen number of levels, and toggles single spans', async () => {
    const all = spanRows(await page(SEARCH_TRACE));
    const [root, layout, render] = [0, 29, 28].map((index) => spanOf(SEARCH_TRACE, index));
    expect(spanRows(await page(SEARCH_TRACE, '?levels=1'))).toEqual([root]);
    expect(spanRows(await page(SEARCH_TRACE, '?levels=2'))).toEqual(all.filter((id) => id !== layout));
    expect(spanRows(await page(SEARCH_TRACE, '?levels=9'))).toEqual(all);
    expect(spanRows(await page(SEARCH_TRACE, `?levels=2&collapsed=${render}`))).toEqual(all);
    for (const bad of ['0', '-1', '1.5', 'x', '']) {
      expect(spanRows(await page(SEARCH_TRACE, `?levels=${bad}`))).toEqual(all);
    }
    const text = await page(SEARCH_TRACE, '?levels=2');
    expect(text).toMatch(/<a\s+href="[^"]*levels=1"\s*>1<\/a/);
    expect(text).toMatch(/levels=2"\s+aria-current="true"\s*>2<\/a/);
  });

  it('zooms into a part of its time, and counts the spans outside', async () => {
    const text = await page(SEARCH_TRACE, '?zoom=960-1040');
    const axis = /<thead>[\s\S]*?<\/thead>/.exec(text)![0];
    expect(wordsOf(axis)).toMatch(/960 ms.*1 s.*1\.04 s/);
    const row = (index: number): string =>
      new RegExp(`id="span-${spanOf(SEARCH_TRACE, index)}"[\\s\\S]*?</tr>`).exec(text)![0];
    expect(row(1)).toMatch(/1\.2\sms, starts after 1\sms, earlier than the shown part/);
    expect(row(1)).not.toContain('<rect');
    expect(row(2)).toContain('<rect class="bar whole" x="0%"');
    expect(text).toContain('show the whole trace');
    for (const bad of ['40-12', '2000-3000', 'x', '-1-5'])
      expect(await page(SEARCH_TRACE, `?zoom=${bad}`)).toMatch(/aria-label="from 0 to 1\.04\ss"/);
  });

  it('has a run of one statement folded until it is asked for', async () => {
    const folded = await page(SEARCH_TRACE, `?span=${spanOf(SEARCH_TRACE, 4)}`);
    expect(spanRows(folded)).toHaveLength(7);
    expect(folded).toMatch(/N\+1 ×24/);
    expect(wordsOf(folded)).toMatch(/· 24 runs/);
    expect(wordsOf(folded)).toMatch(/repeated 1 of 24 in a row, [\d.]+ ms together/);
    const inside = await page(SEARCH_TRACE, `?span=${spanOf(SEARCH_TRACE, 9)}`);
    expect(spanRows(inside)).toHaveLength(30);
    const [, fold] = /<a href="([^"]*)"\s*>fold repeated statements/.exec(inside)!;
    expect(
      spanRows(await (await fetch(new URL(fold!.replaceAll('&amp;', '&'), origin))).text()),
    ).toHaveLength(7);
  });

  it('has a log of its own: lines and events in time order, each with its span', async () => {
    const text = await page(LOGGED, '?view=log');
    const table = /<table class="rows trace-log">[\s\S]*?<\/table>/.exec(text)![0];
    const rows = [...table.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].slice(1).map(([, row]) => wordsOf(row!).trim());
    expect(rows).toEqual([
      '2.00 ms info of a span that was not kept a span that was not kept',
      '5.00 ms warn no index is used term=&lt;b&gt;glass&lt;/b&gt; SELECT posts_fts',
      '9.00 ms event fts query rewritten terms=3 SELECT posts_fts',
      '12.0 ms info after the event SELECT posts_fts',
    ]);
    expect(table).toContain(`span=${spanOf(LOGGED, 2)}`);
    expect(await page(CUT)).not.toContain('view=log');
    expect(await page(CUT, '?view=log')).toContain('Nothing was logged while it ran');
  });

  it('has events and log lines under their span, in time order', async () => {
    const text = wordsOf(/<tbody>.*?<\/tbody>/s.exec(await page(LOGGED))![0]);
    const order = [
      'of a span that was not kept',
      'no index is used',
      'fts query rewritten',
      'after the event',
    ];
    const places = order.map((words) => text.indexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(text).toContain('log, warn no index is used');
    expect(text).toContain('term=&lt;b&gt;glass&lt;/b&gt;');
    expect(spanRows(await page(LOGGED, '?q=no+index'))).toHaveLength(2);
  });

  it('shows self time beside the total, and what is on the critical path', async () => {
    const text = await page(SEARCH_TRACE);
    expect(wordsOf(text)).toContain('49 ms · self 35 ms');
    expect(text).toMatch(/aria-label="961\u00a0ms · 24 rows, starts after 3\u00a0ms, on the critical path"/);
  });

  it('shortens long names everywhere', async () => {
    const text = await page(HOSTILE, `?span=${spanOf(HOSTILE, 2)}`);
    const panel = text.slice(text.indexOf('id="span-panel"'));
    expect(wordsOf(panel)).toMatch(/x{199}…/);
    expect(wordsOf(text.slice(text.indexOf('critical-panel')))).not.toMatch(/x{201}/);
    expect(/<p class="sentence">[\s\S]*?<\/p>/.exec(text)![0].replaceAll(/title="[^"]*"/g, '')).not.toMatch(
      /x{101}/,
    );
  });

  it('stays bounded with 40,000 spans, and links to further lines', async () => {
    await expectLinear((spans) => page(spans === 40_000 ? WIDE : A_QUARTER_AS_WIDE), 10_000);
    const text = await page(WIDE);
    expect(text.length).toBeLessThan(1_000_000);
    expect(spanRows(text)).toHaveLength(500);
    expect(wordsOf(text)).toContain('Lines 1 to 500 of 40,000.');
    expect(text).toContain('aria-rowcount="40001"');
    const next = await page(WIDE, '?line=500');
    expect(spanRows(next)[0]).toBe(spanOf(WIDE, 500));
    expect(spanRows(await page(WIDE, `?span=${spanOf(WIDE, 1234)}`))).toContain(spanOf(WIDE, 1234));
    expect((await page(WIDE, '?view=flame')).length).toBeLessThan(1_000_000);
  });
});

describe('the panel of a span', () => {
  it('shows duration, percentile, share, rows and the reason it was kept, and links to statement and route', async () => {
    const text = await page(SEARCH_TRACE, `?span=${spanOf(SEARCH_TRACE, 2)}`);
    const panel = text.slice(text.indexOf('id="span-panel"'));
    expect(wordsOf(panel)).toContain(
      'duration 961 ms self time 961 ms compared to its kind slower than 99 % of 152',
    );
    expect(wordsOf(panel)).toContain('share of the trace 92 %');
    expect(wordsOf(panel)).toContain('rows 24 kept slow ≥ 500 ms');
    expect(panel).toContain('this span');
    expect(panel).toContain('SELECT rowid, rank\nFROM posts_fts\nWHERE');
    const address = `/statement?${new URLSearchParams({ name: FTS_TEXT })}`;
    expect(panel).toContain(`${address}"`);
    expect(panel).toContain(`${address}&amp;explain=1"`);
    const root = await page(SEARCH_TRACE, `?span=${spanOf(SEARCH_TRACE, 0)}`);
    expect(root.slice(root.indexOf('id="span-panel"'))).toContain('/route?name=GET+%2Fsearch"');
  });
});

describe('the critical path', () => {
  it('is drawn over time and divided by operation, self time beside total', async () => {
    const text = await page(SEARCH_TRACE);
    const panel = text.slice(text.indexOf('critical-panel'), text.indexOf('id="span-panel"'));
    expect(wordsOf(panel)).toContain(
      'SELECT posts_fts posts_fts MATCH ? ORDER BY rank LIMIT ? 1 961 ms 961 ms 961 ms 92 %',
    );
    expect(wordsOf(panel)).toContain('render search 1 49.0 ms 35.0 ms 35.0 ms 3.4 %');
    expect(panel).toContain('SELECT posts_fts: 961\u00a0ms, 92\u00a0% of the path');
  });
});

describe('the flame graph of a trace', () => {
  it('is one link away, has a table of its numbers, and links to spans', async () => {
    expect(await page(SEARCH_TRACE)).toMatch(/href="[^"]*view=flame[^"]*"[^>]*>\s*Flame graph/);
    const text = await page(SEARCH_TRACE, '?view=flame');
    expect(text).toContain('SELECT tags ×24: ');
    expect(text).toContain(`view=flame&amp;span=${spanOf(SEARCH_TRACE, 2)}`);
    expect(text).not.toContain('role="treegrid"');
    expect(text).toContain('<summary>Table</summary>');
  });
});

describe('a trace', () => {
  it('says why it was kept and what of it is missing', async () => {
    expect(await page(SEARCH_TRACE)).toContain('Something in it was slow; here that is 1\u00a0s or more.');
    const cut = wordsOf(await page(CUT));
    for (const words of [
      'incomplete',
      'truncated',
      '7 spans not kept',
      'continues a trace of another process',
    ])
      expect(cut).toContain(words);
    expect(wordsOf(await page(SEARCH_TRACE))).toContain('complete');
  });

  it('says which rule kept it, and of each span, which kept that', async () => {
    const rule = 'route=/tags/* user_agent~"<b> bot": always';
    const traceId = 'cd'.repeat(16);
    const [root, ...others] = FAILING.map(({ error: _error, ...span }) => span);
    const attributes = { ...root!.attributes, 'user_agent.original': 'a <b> bot' };
    const asked = { traceId, startMillis: NOW - 1000, spans: [{ ...root!, attributes }, ...others] };
    const { telemetry } = new MeasuredBlog({ env: { METRICS_RULES: rule }, happened: [asked] });
    const { origin: at } = await serveObservatory(telemetry);
    const text = await (await fetch(`${at}/admin/metrics-dashboard/traces/${traceId}`)).text();
    const shown = 'route=/tags/* user_agent~&quot;&lt;b&gt; bot&quot;: always';
    expect(text).toContain(`A sampling rule keeps it: ${shown}.`);
    expect(text.split(`<code>${shown}</code>`).length - 1).toBeGreaterThanOrEqual(2);
  });

  it('shows the requested address and the status', async () => {
    const meta = async (traceId: string): Promise<string> =>
      wordsOf(/<div class="meta">[\s\S]*?<\/div>/.exec(await page(traceId))![0]);
    expect(await meta(SEARCH_TRACE)).toMatch(/^ \/search 200 kept: slow /);
    expect(await meta(FAILING_TRACE)).toMatch(/^ \/tags\/async 500 kept: failed /);
    expect(await meta(HOSTILE)).toMatch(/^ \/&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;\S* 200 kept/);
    expect(await meta(WIDE)).toMatch(/^ kept: /);
  });

  it('names the version of the service, and links to all traces of it', async () => {
    const page = await get(`/traces/${SEARCH_TRACE}`);
    const [, href = ''] = /<a href="([^"]*)"\s*>version 3\.1 beta</.exec(page) ?? [];
    const asked = new URL(href.replaceAll('&amp;', '&'), origin);
    expect(asked.searchParams.get('q')).toBe('version:"3.1 beta"');
    expect(await get(`/traces${asked.search}`)).toContain(SEARCH_TRACE);
  });

  it('names the exception where the failed span has only a status code', async () => {
    const traceId = 'ab'.repeat(16);
    const [root, , rendered] = FAILING;
    const attributes = { ...root!.attributes, 'error.type': '500' };
    const spans = [{ ...root!, error: '', attributes, events: rendered!.events! }];
    const { telemetry } = new MeasuredBlog({ happened: [{ traceId, startMillis: NOW - 1000, spans }] });
    const { origin: at } = await serveObservatory(telemetry);
    const response = await fetch(`${at}/admin/metrics-dashboard/traces/${traceId}?format=json`);
    const { summary } = (await response.json()) as { summary: string };
    expect(summary).toContain(
      "GET /tags/:tag: TypeError: Cannot read properties of undefined (reading 'title').",
    );
  });

  it('that was evicted links to its route at its time', async () => {
    const text = await page(EVICTED_TRACE);
    expect(wordsOf(text)).toContain('because the buffer was full');
    expect(text).toMatch(
      /\/route\?name=GET\+%2Fsearch&amp;from=2026-11-23T11%3A45%3A20\.000Z&amp;to=2026-11-23T11%3A55%3A20\.000Z/,
    );
    expect(text).toMatch(/\/traces\?series=GET\+%2Fsearch&amp;from=2026/);
  });

  it('that is running, was never kept or is unknown says so, and what to do', async () => {
    const running = await page(RUNNING, '?from=-6h');
    expect(wordsOf(running)).toContain('still running');
    expect(running).toContain(`/traces/${RUNNING}?from=-6h">Reload`);
    const never = await page(DROPPED_TRACE);
    expect(wordsOf(never)).toContain('counted but its detail was not kept');
    expect(wordsOf(never)).toContain('counts include what was not kept');
    const unknown = await page('nonsense');
    expect(wordsOf(unknown)).toContain('so it may have existed');
    expect(unknown).toContain('/traces?q=nonsense');
  });

  it('can be repeated with cURL; what is left out is listed', async () => {
    const text = await page(SEARCH_TRACE);
    expect(text).toContain('<code id="curl-command">curl http://localhost/search</code>');
    expect(text).toContain('Cookies, authorization and other headers are left out');
    expect(text).toMatch(/data-copy="curl-command" hidden/);
    const hostile = /<code id="curl-command">(.*?)<\/code>/s.exec(await page(HOSTILE))![1]!;
    expect(hostile).not.toMatch(/[\n\u202e<]/);
  });

  it.each([
    ['otlp', 'application/json', 'trace-5f0c27b1.otlp.json'],
    ['har', 'application/json', 'trace-5f0c27b1.har'],
    ['csv', 'text/csv', 'trace-5f0c27b1.csv'],
  ])('leaves as %s', async (format, type, name) => {
    const response = await fetch(`${origin}/admin/metrics-dashboard/traces/${SEARCH_TRACE}?format=${format}`);
    expect(response.headers.get('content-type')).toContain(type);
    expect(response.headers.get('content-disposition')).toContain(name);
    const body = await response.text();
    if (format === 'csv') {
      const lines = body.trimEnd().split('\r\n');
      expect(lines).toHaveLength(31);
      expect(lines[0]).toContain('span_id,parent_span_id,depth,name,type');
      expect(lines[3]).toContain(`SELECT posts_fts,database,client,"${FTS_TEXT}",3,961,961,961`);
    } else
      expect(Object.keys(JSON.parse(body) as object)).toEqual([format === 'har' ? 'log' : 'resourceSpans']);
  });
});
