import { describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import type { Happening } from '../../../fixtures/trace-player.ts';

const MINUTE = 60_000;
const idOf = (digit: string): string => digit.repeat(32);

/** A request of which a rendering takes nearly all. */
const asked = (startMillis: number, millis: number, name = 'GET /list', traceId?: string): Happening => ({
  startMillis,
  ...(traceId !== undefined && { traceId }),
  spans: [
    { name, type: 'http', at: 0, millis },
    { name: 'render page', type: 'render', at: 1, millis: millis - 2 },
  ],
});
const many = (count: number, fromMillis: number, millisOf: (index: number) => number, name?: string) =>
  Array.from({ length: count }, (_, index) =>
    asked(fromMillis + (index * 50 * MINUTE) / count, millisOf(index), name),
  );

interface Page {
  readonly summary: string;
  readonly facts: {
    readonly row?: { readonly duration_millis: { readonly p95: number; readonly p99: number } };
    readonly trace?: { readonly spans: readonly { readonly percentile?: number }[] };
  };
}

/** An hour in which a route had a p95 below 180 ms, after a night in which it was slower; another route renders the same for longer. */
const blog = new MeasuredBlog({
  happened: [
    ...many(400, NOW - 600 * MINUTE, () => 300),
    ...many(400, NOW - 55 * MINUTE, (index) => (index % 20 === 0 ? 170 : 20 + (index % 100))),
    ...many(400, NOW - 55 * MINUTE, () => 400, 'GET /long'),
    asked(NOW - 4 * MINUTE, 252, 'GET /list', idOf('a')),
    asked(NOW - 3 * MINUTE, 60, 'GET /list', idOf('b')),
    asked(NOW - 570 * MINUTE, 252, 'GET /list', idOf('c')),
    asked(NOW - 2 * MINUTE, 170, 'GET /list', idOf('d')),
  ],
});

async function page(path: string): Promise<Page> {
  const { origin } = await serveObservatory(blog.telemetry);
  const address = `${origin}/admin/metrics-dashboard${path}${path.includes('?') ? '&' : '?'}format=json`;
  return (await (await fetch(address)).json()) as Page;
}

describe('how unusual a trace is', () => {
  it('is not “usual” beyond the p95 that the page of its route has, whatever its rendering is', async () => {
    const route = await page('/route?name=GET+%2Flist');
    expect(route.facts.row!.duration_millis.p95).toBeLessThan(180);
    const { summary, facts } = await page(`/traces/${idOf('a')}`);
    expect(summary.replaceAll('\u00a0', ' ')).toMatch(
      /^252 ms, of which render page took 250 ms\. That is usual for this page's renderings; the whole is slower than (?:99\.\d %|nearly all) of the requests of this route in the last hour\.$/,
    );
    expect(facts.trace!.spans[0]!.percentile).toBeGreaterThan(0.99);
  });

  it('is usual among its like', async () => {
    const { summary } = await page(`/traces/${idOf('b')}`);
    expect(summary).toMatch(/; the whole is usual for the requests of this route in the last hour\.$/);
  });

  it('is said of the group that it is in, if its route has two', async () => {
    const { summary } = await page(`/traces/${idOf('d')}`);
    expect(summary.replaceAll('\u00a0', ' ')).toMatch(
      /; the whole is of the slower group of the requests of this route: 2\d of 40\d take about 1[67]\d ms in the last hour\.$/,
    );
  });

  it('is said of the time around a trace that the range does not have', async () => {
    const { summary } = await page(`/traces/${idOf('c')}`);
    expect(summary).toMatch(
      /; the whole is faster than most of the requests of this route between 0?[34]:\d\d:\d\d and 0?[45]:\d\d:\d\d\.$/,
    );
  });
});
