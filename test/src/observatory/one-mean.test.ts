import { describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

/** What was sent: a request each second, of many lengths, and a job every tenth. */
const LEDGER = Array.from({ length: 300 }, (_, index) => ({
  startMillis: NOW - 1000 * (index + 1),
  millis: 5 + ((index * 37) % 90) ** 2 / 50,
  hasJob: index % 10 === 0,
}));
const MEAN = LEDGER.reduce((sum, { millis }) => sum + millis, 0) / LEDGER.length;

async function pages(env: Readonly<Record<string, string>>): Promise<(path: string) => Promise<string>> {
  const happened = LEDGER.flatMap(({ startMillis, millis, hasJob }) => [
    {
      startMillis,
      spans: [
        { name: 'GET /a', type: 'http' as const, at: 0, millis },
        { name: 'SELECT a', type: 'database' as const, at: 1, millis: millis / 2 },
      ],
    },
    ...(hasJob
      ? [{ startMillis, spans: [{ name: 'tick', type: 'other' as const, scope: 'jobs', at: 0, millis: 1 }] }]
      : []),
  ]);
  const { origin } = await serveObservatory(new MeasuredBlog({ env, happened }).telemetry);
  return async (path) =>
    (await fetch(`${origin}/admin/metrics-dashboard${path}`, { headers: { accept: 'text/html' } })).text();
}

describe('a route of which a fifth is kept', () => {
  it('has one mean, of all requests, and its parts add up to it', async () => {
    const read = await pages({ METRICS_SAMPLING_RATE: 'http=0.2,database=0.5' });
    const words = wordsOf(await read('/route?name=GET%20%2Fa'));
    const millisAt = (pattern: RegExp): number => Number(pattern.exec(words)?.[1]);
    expect(millisAt(/ mean ([\d.]+) ms/)).toBeCloseTo(MEAN, 0);
    expect(millisAt(/a request takes ([\d.]+).ms, the mean of all; divided by \d+ kept traces/)).toBeCloseTo(
      MEAN,
      0,
    );
    expect(millisAt(/ all ([\d.]+) ms 100 %/)).toBeCloseTo(MEAN, 0);
    expect(millisAt(/of the ([\d.]+).ms of a request/)).toBeCloseTo(MEAN, 0);
    expect(words).toContain('Where its time goes shares of its kept traces');
    expect(words).toContain('Flame graph of the route of its kept traces');
    // The first frame is the request.
    expect(millisAt(/Flame graph of the route .*? GET \/a: ([\d.]+).ms/)).toBeCloseTo(MEAN, 0);
    expect(millisAt(/times are of the counted mean of ([\d.]+).ms/)).toBeCloseTo(MEAN, 0);
    const alone = millisAt(/the kept traces alone by these weights have ([\d.]+).ms/);
    expect(Math.abs(alone / MEAN - 1)).toBeGreaterThan(0.01);
    expect(Math.abs(alone / MEAN - 1)).toBeLessThan(0.4);
    expect(words.match(/the mean of/g)).toHaveLength(1);
  });
});

describe('a route whose slow requests are all kept, and by chance few others', () => {
  it('has nearly the counted mean by its traces alone, each side for what was counted of it', async () => {
    // Ids that are kept at any rate, and at none.
    const idOf = (index: number, end: string): string =>
      (0x1000 + index).toString(16).padStart(18, 'c') + end.repeat(14);
    const sent = Array.from({ length: 200 }, (_, index) => {
      const isSlow = index % 20 === 0;
      return { isSlow, millis: isSlow ? 1200 : 30 + (index % 7), end: index % 15 === 3 ? 'f' : '0' };
    });
    const happened = sent.map(({ millis, end }, index) => ({
      traceId: idOf(index, end),
      startMillis: NOW - 5000 * (index + 1),
      spans: [{ name: 'GET /a', type: 'http' as const, at: 0, millis }],
    }));
    const env = { METRICS_SAMPLING_RATE: '0.1' };
    const { origin } = await serveObservatory(new MeasuredBlog({ env, happened }).telemetry);
    const address = `${origin}/admin/metrics-dashboard/route?name=GET%20%2Fa&format=json`;
    const { facts } = (await (await fetch(address)).json()) as {
      readonly facts: {
        readonly time: Readonly<Record<'traces' | 'mean_millis' | 'counted_mean_millis', number>>;
      };
    };
    const mean = sent.reduce((sum, { millis }) => sum + millis, 0) / sent.length;
    expect(facts.time.traces).toBeLessThan(30);
    expect(facts.time.counted_mean_millis).toBeCloseTo(mean, 1);
    expect(Math.abs(facts.time.mean_millis / mean - 1)).toBeLessThan(0.02);
  });
});

describe('the list of traces', () => {
  it('says how many are of no request, which is what routes do not count, and leads to them', async () => {
    const read = await pages({});
    const page = await read('/traces');
    expect(wordsOf(page)).toContain(
      '330 traces are held that began in the last hour, 30 of them of no request : work at the start or in the background, in no route; the other 300 of requests.',
    );
    const [, href = ''] = /href="[^"]*(\/traces\?[^"]*)"[^>]*>30 of them/.exec(page) ?? [];
    expect(wordsOf(await read(href.replaceAll('&amp;', '&')))).toContain('30 traces match in the last hour');
  });

  it('shows a whole user agent that is searched for', async () => {
    const agent = `Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0 ${'with-a-long-tail '.repeat(4).trim()}`;
    const read = await pages({});
    const page = wordsOf(await read(`/traces?q=${encodeURIComponent(`agent:"${agent}"`)}`));
    expect(page).toContain(`agent: ${agent} ×`);
  });
});
