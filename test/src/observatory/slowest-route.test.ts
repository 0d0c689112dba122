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
/** Mostly fast; every tenth asks for a row seven times. */
const rare = requests('/rare', 40, (index) =>
  index % 10 > 0
    ? [request('/rare', 2)]
    : [
        request('/rare', 400),
        ...Array.from({ length: 7 }, (__, at) => ({ ...statement(POSTS_TEXT, 1), at: 50 * at, millis: 45 })),
      ],
);
const busy = requests('/busy', 300, () => [request('/busy', 30)]);
const once = requests('/once', 2, () => [request('/once', 900)]);

async function summaryOf(happened: readonly Happening[]): Promise<string> {
  const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
  const answer = await fetch(`${origin}/admin/metrics-dashboard/routes?format=json`);
  return ((await answer.json()) as Summary).summary;
}

describe('the sentence of routes', () => {
  it('names the slowest per request and why, what is slower but rare, and what takes the most time', async () => {
    const summary = await summaryOf([...rare, ...busy, ...once]);
    expect(summary).toContain(
      'Slowest per request is /rare: one in twenty of its 40 requests took longer than 400 ms, 79 % of that in SELECT posts',
    );
    expect(summary).toContain(', 7 times in each (the trace of one). ');
    expect(summary).toContain('/once is slower, but had only 2 requests, of up to 900 ms.');
    expect(summary).toContain('/busy takes the most time in all, ');
  });

  it('names what is rare before what happened once', async () => {
    const seldom = requests('/seldom', 4, () => [request('/seldom', 700)]);
    const summary = await summaryOf([...rare, ...busy, ...seldom, ...once]);
    expect(summary).toContain('/once is slower, but had only 2 requests, of up to 900 ms.');
    const often = requests('/seldom', 5, () => [request('/seldom', 700)]);
    expect(await summaryOf([...rare, ...busy, ...often, ...once])).toContain(
      '/seldom is slower, but had only 5 requests, of up to 700 ms.',
    );
  });

  it('names another one only once it had so many requests that they outweigh the usual ones, not at the 20th', async () => {
    const named = async (count: number): Promise<string | undefined> => {
      const slower = requests('/slower', count, () => [request('/slower', 500)]);
      return /Slowest per request is (\S+): /.exec(await summaryOf([...rare, ...busy, ...slower]))?.[1];
    };
    const names = await Promise.all([1, 5, 10, 19, 20, 21, 40, 80].map(named));
    expect(names).toEqual([...names].sort());
    expect(new Set(names)).toEqual(new Set(['/rare', '/slower']));
    expect(names[3]).toBe(names[5]);
  });

  it('says of fewer than twenty requests how long they took, not of one in twenty', async () => {
    const seldom = requests('/seldom', 18, () => [request('/seldom', 700)]);
    expect(await summaryOf([...busy, ...seldom])).toContain(
      'Slowest per request is /seldom: its 18 requests took up to 700 ms, 100 % of that its own time',
    );
  });

  it('says how many requests it takes', async () => {
    expect(await summaryOf(once)).toContain(
      '1 route in the last hour, with fewer than the 20 requests that it takes to judge the slowest. The longest took 900 ms, at /once.',
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
      'slowest per request : /waits , one in twenty of its 20 requests took longer than 500 ms',
    );
  });
});
