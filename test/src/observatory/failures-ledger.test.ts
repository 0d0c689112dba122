import { beforeAll, describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { FAILING, PLAIN, type SpanSketch } from '../../fixtures/trace-sketches.ts';

interface Group {
  readonly error_type: string;
  readonly series: string;
  readonly count: number;
  readonly thrown_at: string | null;
  readonly stack?: string;
  readonly within: readonly { readonly type: string; readonly series: string; readonly count: number }[];
}

interface Answer {
  readonly summary: string;
  readonly facts: {
    readonly counted: number;
    readonly errors: Readonly<Record<string, number>>;
    readonly in_requests: number;
    readonly groups: readonly Group[];
  };
}

const [REQUEST, , RENDERING] = FAILING;
/** Thrown in a file of the program, as the span of the rendering alone says. */
const THROWING = [
  REQUEST!,
  {
    ...RENDERING!,
    events: [
      {
        name: 'exception',
        at: 5,
        attributes: {
          'exception.type': 'TypeError',
          'exception.stacktrace': `TypeError: no\n    at renderTag (${process.cwd()}/src/views/tag-page.ts:41:22)`,
        },
      },
    ],
  },
];
/** The error of the rendering was caught: the page says so, with 200. */
const CAUGHT = [{ ...PLAIN[0]!, millis: 9 }, RENDERING!];
const ALONE = [REQUEST!];
/** The error page of a failed request fails for another reason. */
const TWICE = [
  REQUEST!,
  {
    ...RENDERING!,
    name: 'render error',
    error: 'no title',
    events: [],
    attributes: { 'render.template': 'error' },
  },
];

/** What happened, the rarest last. */
const LEDGER: readonly (readonly [times: number, spans: readonly SpanSketch[]])[] = [
  [26, THROWING],
  [5, CAUGHT],
  [3, ALONE],
  [2, TWICE],
  [40, PLAIN],
];

async function answersOf(ledger: typeof LEDGER) {
  const spans = ledger.flatMap(([times, each]) => Array.from({ length: times }, () => each));
  const happened = spans.map((each, index) => ({
    startMillis: NOW - (spans.length - index) * 10_000,
    spans: each,
  }));
  const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
  const at = async (path: string, accept: string): Promise<string> =>
    (await fetch(`${origin}/admin/metrics-dashboard${path}`, { headers: { accept } })).text();
  return {
    json: JSON.parse(await at('/failures?from=-1h', 'application/json')) as Answer,
    page: wordsOf(await at('/failures?from=-1h', 'text/html')),
    csv: await at('/failures?from=-1h&format=csv', 'text/csv'),
    overview: (JSON.parse(await at('?from=-1h', 'application/json')) as Answer).summary,
  };
}

describe('failures, by a ledger of what failed', () => {
  let all: Awaited<ReturnType<typeof answersOf>>;
  beforeAll(async () => {
    all = await answersOf(LEDGER);
  });

  it('are requests first, as many as on the overview and in the menu, with what failed in them', () => {
    expect(all.json.summary).toMatch(
      /^31 requests failed in the last hour, and 33 renderings, at least 28 in them\. Most often it was TypeError in GET \/tags\/:tag\./,
    );
    expect(all.overview).toContain('31 failed');
    expect(all.page).toMatch(/ Failures 31 /);
    expect(all.json.facts).toMatchObject({
      counted: 31 + 33,
      errors: { http: 31, render: 33, database: 0, other: 0 },
      in_requests: 28,
    });
  });

  it('are one row for a request and the rendering that threw, and another for any other exception', () => {
    const rows = all.json.facts.groups.map(({ error_type, series, count, within }) => [
      error_type,
      series,
      count,
      within.map((each) => `${each.type} ${each.series} ${each.count}`).join(),
    ]);
    expect(rows).toEqual([
      ['TypeError', 'GET /tags/:tag', 26, 'render tag 26'],
      ['TypeError', 'GET /tags/:tag', 5, ''],
      ['TypeError', 'tag', 5, ''],
      ['error', 'error', 2, ''],
    ]);
    expect(all.json.facts.groups[0]).toMatchObject({ stack: expect.stringContaining('renderTag') });
    expect(all.json.facts.groups[0]!.thrown_at).toContain('renderTag');
    expect(all.page).toContain('in rendering tag');
    expect(all.csv).toMatch(/failed_within[^]*tag ×26/);
  });

  it.each([
    [
      [[26, THROWING]],
      '26 requests failed in the last hour, with 26 renderings in them. All are TypeError in GET /tags/:tag.',
      26,
    ],
    [[[1, THROWING]], '1 request failed in the last hour, with 1 rendering in it. All are', 1],
    [[[3, ALONE]], '3 requests failed in the last hour. All are', 3],
    [[[2, CAUGHT]], '2 renderings failed in the last hour, but no request. All are TypeError in tag.', 2],
    [
      [
        [2, ALONE],
        [1, CAUGHT],
      ],
      '2 requests failed in the last hour, and 1 rendering. Most often it was',
      2,
    ],
  ] as const)('are said as %#', async (ledger, summary, figure) => {
    const { json, page } = await answersOf(ledger);
    expect(json.summary.slice(0, summary.length)).toBe(summary);
    expect(page).toContain(` Failures ${figure} `);
  });
});
