import { beforeAll, describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import type { Happening } from '../../fixtures/trace-player.ts';
import { POSTS_TEXT, statement, type SpanSketch } from '../../fixtures/trace-sketches.ts';

interface Summary {
  readonly summary: string;
}

/** So many requests, one a second, the last ones of another length. */
function requests(
  route: string,
  count: number,
  spansOf: (index: number) => readonly SpanSketch[],
): readonly Happening[] {
  return Array.from({ length: count }, (_, index) => ({
    startMillis: NOW - 1000 * (count - index) - route.length,
    spans: spansOf(index).map((span, at) =>
      at === 0 ? { ...span, attributes: { ...span.attributes, 'http.route': route } } : span,
    ),
  }));
}

const request = (route: string, millis: number, attributes = {}): SpanSketch => ({
  name: `GET ${route}`,
  type: 'http',
  at: 0,
  millis,
  attributes: { 'http.request.method': 'GET', ...attributes },
});
/** Mostly slow: each but a tenth asks for a row seven times. */
const rare = requests('/rare', 40, (index) =>
  index % 10 === 0
    ? [request('/rare', 2)]
    : [
        request('/rare', 400),
        ...Array.from({ length: 7 }, (__, at) => ({ ...statement(POSTS_TEXT, 1), at: 50 * at, millis: 45 })),
      ],
);
const busy = requests('/busy', 600, () => [request('/busy', 30)]);
const once = requests('/once', 2, () => [request('/once', 900)]);

async function summaryOf(happened: readonly Happening[]): Promise<string> {
  const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
  const answer = await fetch(`${origin}/admin/metrics-dashboard/routes?format=json`);
  return ((await answer.json()) as Summary).summary;
}

describe('the sentence of routes', () => {
  it('names the slowest per request and why, and what takes the most time', async () => {
    const summary = await summaryOf([...rare, ...busy, ...once]);
    expect(summary).toContain(
      'Slowest per request is /rare: half of its 40 requests took 400 ms or more, 79 % of that in SELECT posts',
    );
    expect(summary).toContain(', 7 times in each (the trace of one). ');
    expect(summary).not.toContain('may be slower');
    expect(summary).toContain('/busy takes the most time in all, ');
  });

  it('names what clearly is the slowest once it had six requests, and until then says nothing of it', async () => {
    const named = async (count: number): Promise<string> => {
      const slower = requests('/slower', count, () => [request('/slower', 700)]);
      return await summaryOf([...rare, ...busy, ...once, ...slower]);
    };
    for (const count of [3, 5]) {
      const summary = await named(count);
      expect(summary).toContain('Slowest per request is /rare: ');
      expect(summary).not.toMatch(/may be slower|\/once|\/slower/);
    }
    for (const count of [6, 19, 20, 21, 80])
      expect(await named(count)).toContain(
        `Slowest per request is /slower: half of its ${count} requests took 700 ms or more, 100 % of that its own time`,
      );
  });

  it('says of a route that varies that it may be slower, and of a busy one that its tail is longer', async () => {
    const varying = requests('/varying', 9, (index) => [request('/varying', index < 4 ? 2 : 900)]);
    const tailed = requests('/tailed', 200, (index) => [request('/tailed', index % 8 === 0 ? 800 : 20)]);
    const summary = await summaryOf([...rare, ...tailed, ...varying]);
    expect(summary).toContain('Slowest per request is /rare: half of its 40 requests took 400 ms or more');
    expect(summary).toMatch(
      /\/varying may be slower: half of its 9 requests took (?:89|90)\d ms or more, but they vary\. \/tailed has a longer tail: one in twenty of its 200 requests took longer than (?:79|80)\d ms\. /,
    );
  });

  it('names the slowest for readers, and then a slower one of the owner', async () => {
    const signIn = requests('/admin/sign-in', 7, () => [request('/admin/sign-in', 800)]);
    const summary = await summaryOf([...rare, ...busy, ...signIn]);
    expect(summary).toContain('Slowest per request is /rare: ');
    expect(summary).toContain(
      ' Of the owner’s, /admin/sign-in is slower: half of its 7 requests took 800 ms or more. ',
    );
    expect(summary).not.toContain('may be slower');
    expect(await summaryOf([...once, ...signIn])).toContain('Slowest per request is /admin/sign-in: ');
  });

  it('says how many requests it takes', async () => {
    expect(await summaryOf(once)).toContain(
      '1 route in the last hour, none with the 6 requests that it takes to judge the slowest. The longest took 900 ms, at /once.',
    );
  });

  it.each([
    ['its own time', {}, '100 % of that its own time, in no statement or rendering'],
    ['sending', { 'operation.time_to_first_byte': 0.1 }, '75 % of that sending what follows the first byte'],
  ])('tells %s apart', async (_name, attributes, words) => {
    const slow = requests('/slow', 20, () => [request('/slow', 400, attributes)]);
    expect(await summaryOf(slow)).toContain(words);
  });
});

describe('waiting for the event loop', () => {
  let summary: string;
  let overview: string;
  beforeAll(async () => {
    const traceId = `${'a'.repeat(18)}fb${'0'.repeat(12)}`;
    const [first] = requests('/waits', 1, () => [request('/waits', 500)]);
    const blog = new MeasuredBlog({
      happened: [
        ...requests('/waits', 19, () => [request('/waits', 500)]),
        { ...first!, startMillis: NOW - 500, traceId },
      ],
    });
    const trace = blog.telemetry.traces({ type: 'http', limit: 100 }).rows;
    for (const { traceId: id, startMillis } of trace) {
      const detail = blog.telemetry.trace(id);
      if (!('spans' in detail)) continue;
      blog.stall({
        atMillis: startMillis + 450,
        durationMillis: 400,
        processStartedAtMillis: NOW - 3_600_000,
        place: undefined,
        placeShare: 0,
        sampledShare: 0,
        callers: [],
        holder: undefined,
        delayed: [
          {
            traceId: id,
            spanId: detail.spans[0]!.spanId,
            route: 'GET /waits',
            path: '/waits',
            waitedMillis: 400,
            within: { sinceMillis: 50, millis: 400 },
            wasRunning: true,
          },
        ],
        delayedCount: 1,
      });
    }
    const { origin } = await serveObservatory(blog.telemetry);
    const page = `${origin}/admin/metrics-dashboard`;
    summary = ((await (await fetch(`${page}/routes?format=json`)).json()) as Summary).summary;
    overview = wordsOf(await (await fetch(page)).text());
  });

  it('is a reason', () => {
    expect(summary).toContain('80 % of that waiting for the event loop (the trace of one).');
  });

  it('does not change which route is the slowest, on the overview too', () => {
    expect(overview).toContain(
      'slowest per request , from 6 requests on: /waits , half of its 20 requests took 500 ms or more',
    );
  });
});
