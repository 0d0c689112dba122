import { expect, it } from '@jest/globals';
import type { Stall } from '../../../otel/query.ts';
import { STALLS } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

/** How long each was, newest first; the second and the third are a row, of which the older one is shown first. */
const LEDGER = [300, 1200, 760, 900, 260, 900];
function planted(): readonly Stall[] {
  let endMillis = NOW;
  return LEDGER.map((durationMillis, index) => {
    const atMillis = endMillis - (index === 2 ? 0 : 60_000);
    endMillis = atMillis - durationMillis;
    return { ...STALLS[0]!, durationMillis, atMillis };
  });
}
const SHOWN = [300, 760, 1200, 900, 260, 900];
const lengths = (page: string): readonly number[] =>
  [...page.matchAll(/data-key="stall-\d+-(\d+)"/g)].map(([, at]) =>
    Math.round(planted().find(({ atMillis }) => String(Math.round(atMillis)) === at)?.durationMillis ?? NaN),
  );

function servedWith(
  telemetry: MeasuredBlog['telemetry'],
  rows: readonly Stall[],
): ReturnType<typeof serveObservatory> {
  const stalls: typeof telemetry.stalls = () => ({
    watch: { is: 'watching' },
    thresholdMillis: 200,
    rows,
    heldSinceMillis: undefined,
  });
  return serveObservatory(Object.assign(telemetry, { stalls }));
}

it('can have the longest first, page by page, and its sentence leads to the very stalls of the longest turn', async () => {
  const { telemetry } = new MeasuredBlog();
  const stalls: typeof telemetry.stalls = ({ fromMillis, toMillis }) => ({
    watch: { is: 'watching' },
    thresholdMillis: 250,
    rows: planted().filter(({ atMillis }) => atMillis >= fromMillis && atMillis < toMillis),
    heldSinceMillis: undefined,
  });
  const { origin } = await serveObservatory(Object.assign(telemetry, { stalls }));
  const read = async (address: string): Promise<string> =>
    (await fetch(origin + address.replaceAll('&amp;', '&'), { headers: { accept: 'text/html' } })).text();
  const newest = await read('/admin/metrics-dashboard/stalls?from=-1h');
  expect(lengths(newest)).toEqual(SHOWN);
  const [, order = ''] = /href="([^"]+)"\s*>longest first</.exec(newest) ?? [];
  expect(lengths(await read(order))).toEqual([760, 1200, 900, 900, 300, 260]);
  expect(lengths(await read(`${order}&below=900`))).toEqual([300, 260]);
  const [, turn = ''] = /href="([^"]+)"\s*>1\.96\s+s by 2 in a row</.exec(newest) ?? [];
  expect(lengths(await read(turn))).toEqual([760, 1200]);
  const overview = await read('/admin/metrics-dashboard?from=-1h');
  const [, same = ''] = /href="([^"]+)"\s*>1\.96\s+s by 2 stalls in a row</.exec(overview) ?? [];
  expect(lengths(await read(same))).toEqual([760, 1200]);
  expect(wordsOf(overview)).toMatch(
    /, the longest, 1\.2 s from [\d:]+, by .*; up to 1 request had to wait, at \/tags\/:tag for up to .* ms\./,
  );
});

it('blames no request for a stall of which nothing was sampled, but tells which was going on', async () => {
  const { telemetry } = new MeasuredBlog();
  const [sample] = STALLS;
  const holder = {
    ...sample!.holder!,
    type: 'http',
    series: 'GET /report',
    route: 'GET /report',
    coveredShare: 0,
  } as const;
  const rows: readonly Stall[] = [
    { ...sample!, holder, place: undefined, placeShare: 0, sampledShare: 0, callers: [] },
    { ...sample!, atMillis: NOW - 90_000, holder, sampledShare: 0.1 },
  ];
  const { origin } = await servedWith(telemetry, rows);
  const page = await (await fetch(`${origin}/admin/metrics-dashboard/stalls?from=-1h`)).text();
  const [, table = ''] = /Stalls by place[\s\S]*?<tbody>([\s\S]*?)<\/table>/.exec(page) ?? [];
  const cells = [...table.matchAll(/<t[hd]\b[^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell = '']) =>
    wordsOf(cell).trim(),
  );
  expect([cells[0], cells[8]].toSorted()).toEqual([
    expect.stringMatching(/^no sample: /),
    expect.stringMatching(/^other programs/),
  ]);
  expect([cells[0], cells[8]].join(' ')).not.toContain('report');
  expect([cells[1], cells[9]]).toEqual(
    Array(2).fill('not known; during a request in 1 of 1: /report 1 time'),
  );
  expect([cells[2], cells[10]]).toEqual(['–', '–']);
  for (const words of ['no sample, during /report', 'other programs, during /report'])
    expect(wordsOf(page)).toContain(words);
});

it('has every stall on one of its pages, newest first', async () => {
  const { telemetry } = new MeasuredBlog();
  const rows = Array.from({ length: 120 }, (_, index) => ({
    ...STALLS[0]!,
    delayed: [],
    atMillis: NOW - 1000 * index,
  }));
  const { origin } = await servedWith(telemetry, rows);
  const seen: string[] = [];
  const notes: string[] = [];
  let next: string | undefined = '/admin/metrics-dashboard/stalls?from=-1h';
  while (next !== undefined) {
    const text: string = await (await fetch(origin + next.replaceAll('&amp;', '&'))).text();
    seen.push(...[...text.matchAll(/data-key="stall-\d+-(\d+)"/g)].map(([, at = '']) => at));
    notes.push(/\d+ to \d+ of 120/.exec(text)?.[0] ?? '');
    next = /href="([^"]+)"\s*>next</.exec(text)?.[1];
  }
  expect(seen).toEqual(rows.map(({ atMillis }) => String(atMillis)));
  expect(notes).toEqual(['1 to 50 of 120', '51 to 100 of 120', '101 to 120 of 120']);
});

it('shows who of the blog held the loop first, and each page of the observatory when asked', async () => {
  const { telemetry } = new MeasuredBlog();
  const own = ['changes', 'routes', 'queries'].map((page, index) => ({
    ...STALLS[0]!,
    holder: undefined,
    durationMillis: 5000 - index * 1000,
    atMillis: NOW - 1000 * index,
    place: {
      name: `draw${page}`,
      location: `src/observatory/pages/${page}-page.ts:9`,
      origin: 'app',
    } as const,
    untracedPath: `/admin/metrics-dashboard/${page}`,
  }));
  const stalls: typeof telemetry.stalls = () => ({
    watch: { is: 'watching' },
    thresholdMillis: 200,
    rows: [...own, STALLS[0]!],
    heldSinceMillis: undefined,
  });
  const { origin } = await serveObservatory(Object.assign(telemetry, { stalls }));
  const read = async (path: string): Promise<string> =>
    (await fetch(`${origin}${path.replaceAll('&amp;', '&')}`, { headers: { accept: 'text/html' } })).text();
  const rowsOf = (page: string): readonly string[] =>
    [...page.matchAll(/<tr data-key="([^"]*)"/g)].map(([, key = '']) => key);
  for (const path of ['/stalls', '/process']) {
    const page = await read(`/admin/metrics-dashboard${path}?from=-1h`);
    expect(rowsOf(page).filter((key) => /spliceMarks|own pages|draw/.test(key))).toEqual([
      expect.stringContaining('spliceMarks'),
      expect.stringContaining('the observatory’s own pages'),
    ]);
    const [, each = ''] = /href="([^"]+)"\s*>3 places, each as a row/.exec(page) ?? [];
    const all = await read(each);
    expect(rowsOf(all).map((key) => /draw\w+|spliceMarks/.exec(key)?.[0])).toEqual([
      'drawchanges',
      'drawroutes',
      'drawqueries',
      'spliceMarks',
    ]);
    const [, together = ''] = /href="([^"]+)"\s*>the observatory’s own pages as one row/.exec(all) ?? [];
    expect(rowsOf(await read(together)).filter((key) => /own pages|spliceMarks/.test(key))).toHaveLength(2);
  }
});

it('sets own pages apart by a heading, a single one with its own name, too', async () => {
  const { telemetry } = new MeasuredBlog();
  const own: Stall = {
    ...STALLS[0]!,
    holder: undefined,
    durationMillis: 721,
    place: { name: 'botsNotFound', location: 'src/observatory/sentences/situation.ts:125', origin: 'app' },
  };
  const stalls: typeof telemetry.stalls = () => ({
    watch: { is: 'watching' },
    thresholdMillis: 200,
    rows: [own, { ...STALLS[0]!, durationMillis: 261 }],
    heldSinceMillis: undefined,
  });
  const { origin } = await serveObservatory(Object.assign(telemetry, { stalls }));
  for (const path of ['/stalls', '/process']) {
    const page = await (await fetch(`${origin}/admin/metrics-dashboard${path}?from=-1h`)).text();
    const table = /(?:Stalls by place|What blocked the event loop)\s*<\/caption>[\s\S]*?<\/table>/.exec(
      page,
    )?.[0];
    const order = [...(table ?? '').matchAll(/spliceMarks<|Own pages<|botsNotFound</g)].map(([word]) => word);
    expect(order).toEqual(['spliceMarks<', 'Own pages<', 'botsNotFound<']);
  }
});

it('links only to traces that can be opened, says who waited, and tells stalls in a row together', async () => {
  const { telemetry } = new MeasuredBlog();
  const [sample] = STALLS;
  const request = (id: number, waitedMillis: number, route: string): Stall['delayed'][number] => ({
    ...sample!.delayed[0]!,
    traceId: String(id).padStart(32, '0'),
    spanId: String(id).padStart(16, '0'),
    route,
    path: route.slice(4),
    waitedMillis,
  });
  const stall = (endMillis: number, delayed: Stall['delayed']): Stall => ({
    ...sample!,
    atMillis: NOW - 60_000 + endMillis,
    durationMillis: 1000,
    delayed,
    delayedCount: delayed.length,
  });
  const rows = [
    stall(2100, [request(1, 1000, 'GET /archive'), request(3, 600, 'GET /')]),
    stall(1000, [
      request(1, 900, 'GET /archive'),
      request(2, 800, 'GET /archive'),
      request(12, 700, 'GET /archive'),
    ]),
  ];
  const stalls: typeof telemetry.stalls = () => ({
    watch: { is: 'watching' },
    thresholdMillis: 200,
    rows,
    heldSinceMillis: undefined,
  });
  const missingTraces: typeof telemetry.missingTraces = (ids) =>
    new Map([...new Set(ids)].filter((id) => /[23]$/.test(id)).map((id) => [id, 'never-kept'] as const));
  const { origin } = await serveObservatory(Object.assign(telemetry, { stalls, missingTraces }));
  const address = `${origin}/admin/metrics-dashboard/stalls?from=-1h`;
  const page = await (await fetch(address)).text();
  const linked = [...page.matchAll(/traces\/(0+\d)\b/g)].map(([, id = '']) => Number(id));
  expect([...new Set(linked)]).toEqual([1]);
  expect(wordsOf(page)).toMatch(/\/archive \(not kept\) ?, 2 requests, waited up to 800\s+ms/);
  expect(wordsOf(page)).toMatch(/Who waited .* \/archive 3 up to 2\.00 s \/ 1 up to 600 ms/);
  expect(wordsOf(page)).toMatch(
    /from [\d:]+ , 2\s+s by 2 in a row: up to 4 requests had to wait, one at \/archive for up to 2 s/,
  );
  expect(wordsOf(page)).toMatch(/for up to 2 s by 2 in a row from [\d:]+; .* 4 requests had to wait, one at/);
  const { facts } = (await (await fetch(`${address}&format=json`)).json()) as {
    readonly facts: {
      readonly waiting: { readonly requests: number };
      readonly groups: readonly { readonly delayed: number }[];
    };
  };
  expect([facts.waiting.requests, facts.groups.map(({ delayed }) => delayed)]).toEqual([4, [4]]);
});
