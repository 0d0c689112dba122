import { describe, expect, it } from '@jest/globals';
import type { DelayedRequest, Stall } from '../../../otel/query.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

interface Page {
  readonly summary: string;
  readonly facts: { readonly routes: readonly { readonly name: string; readonly waited_millis: number }[] };
}

/** Three requests of a second that waited most of it, and three that did not. */
const happened = [0, 1, 2].flatMap((index) =>
  [
    { name: 'GET /victim', millis: 1000 },
    { name: 'GET /culprit', millis: 600 },
  ].map(({ name, millis }) => ({
    startMillis: NOW - 60_000 - 10_000 * index,
    spans: [{ name, type: 'http' as const, at: 0, millis }],
  })),
);

function stall(index: number, request: Partial<DelayedRequest>): Stall {
  return {
    atMillis: NOW - 59_300 - 10_000 * index,
    durationMillis: 700,
    processStartedAtMillis: NOW - 3_600_000,
    place: undefined,
    placeShare: 0,
    sampledShare: 0,
    callers: [],
    holder: undefined,
    delayed: [
      {
        traceId: 'a'.repeat(32),
        spanId: `${index}`.repeat(16),
        route: 'GET /victim',
        path: '/victim',
        waitedMillis: 700,
        wasRunning: true,
        ...request,
      },
    ],
    delayedCount: 1,
  };
}

const exact = { within: { sinceMillis: 0, millis: 500 }, alsoWithin: { sinceMillis: 600, millis: 200 } };

async function overview(request: Partial<DelayedRequest>): Promise<string> {
  const blog = new MeasuredBlog({ happened });
  for (const index of [0, 1, 2]) blog.stall(stall(index, request));
  const { origin } = await serveObservatory(blog.telemetry);
  const answer = await fetch(`${origin}/admin/metrics-dashboard`, { headers: { accept: 'text/html' } });
  return wordsOf(await answer.text());
}

async function pages(request: Partial<DelayedRequest>, newer = 0): Promise<readonly [Page, Page]> {
  const blog = new MeasuredBlog({ happened });
  for (const index of [0, 1, 2]) blog.stall(stall(index, request));
  for (let index = 0; index < newer; index++) blog.stall({ ...stall(0, {}), delayed: [], delayedCount: 0 });
  const { origin } = await serveObservatory(blog.telemetry);
  const page = async (path: string): Promise<Page> =>
    (await (await fetch(`${origin}/admin/metrics-dashboard${path}format=json`)).json()) as Page;
  return Promise.all([page('/routes?'), page('/route?name=GET%20%2Fvictim&')]);
}

describe('a route whose requests waited for another', () => {
  it('is not the first, and both pages say how much of its time that was', async () => {
    const [{ summary, facts }, route] = await pages(exact);
    expect(facts.routes.map(({ name, waited_millis: waited }) => [name, waited])).toEqual([
      ['GET /culprit', 0],
      ['GET /victim', 2100],
    ]);
    expect(summary).toMatch(
      / \/victim takes the most time in all, 63 % of it, but 70 % of that waiting for the event loop; of its own, \/culprit takes the most\.$/,
    );
    expect(route.summary).toMatch(
      /That is 63 % of all request time, but 70 % of that waiting for the event loop\. \/victim has /,
    );
  });

  it('is not the first on the overview, which says why', async () => {
    expect(await overview(exact)).toMatch(
      /by share of time, less waiting for the event loop .*\/culprit .*\/victim /,
    );
    // The share that they are in the order of.
    expect(await overview(exact)).toMatch(/\/culprit .* 38\s% .*\/victim .* 19\s% /);
    expect(await overview({ wasRunning: false })).toMatch(/by share of time (?!,).*\/victim .*\/culprit /);
  });

  it('waited at most so long, by stalls that an earlier version recorded', async () => {
    const [{ summary }, route] = await pages({});
    for (const words of [summary, route.summary])
      expect(words).toMatch(/, but up to 70 % of that waiting for the event loop/);
  });

  it('waited for all of it, also with requests that no stall lists', async () => {
    const blog = new MeasuredBlog({ happened });
    const alsoDelayed = [{ route: 'GET /victim', requests: 2, millis: 1400 }];
    blog.stall({ ...stall(0, exact), delayedCount: 3, alsoDelayed });
    const { origin } = await serveObservatory(blog.telemetry);
    const page = async (path: string): Promise<string> =>
      (await fetch(`${origin}/admin/metrics-dashboard${path}`)).text();
    expect(await page('/routes')).not.toContain('an earlier version');
    for (const path of ['/routes', '/route?name=GET%20%2Fvictim'])
      expect(wordsOf(await page(path))).toContain('70 % of that waiting for the event loop');
    blog.stall({ ...stall(1, exact), delayedCount: 3 });
    expect(await page('/routes')).toContain('of stalls of an earlier version, the 100');
  });

  it('waited before it was read, if it came later: not within its time', async () => {
    const [{ summary, facts }] = await pages({ wasRunning: false });
    expect(facts.routes[0]).toMatchObject({ name: 'GET /victim', waited_millis: 0 });
    expect(summary).toMatch(/ \/victim takes the most time in all, 63 % of it\.$/);
  });

  it('waited for a time that is not known, before the stalls that are held', async () => {
    const [, route] = await pages(exact, 500);
    expect(route.summary).toMatch(
      /That is 63 % of all request time; what requests waited before .* is not known\. \/victim has /,
    );
  });
});
