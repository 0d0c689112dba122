import { describe, expect, it } from '@jest/globals';
import { FAILING_TRACE, SEARCH_TRACE, busyBlog } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import type { Happening } from '../../fixtures/trace-player.ts';
import { comparedOperations, LOOP_WAIT } from '../../../src/observatory/trace/compared-traces.ts';
import { isDetail } from '../../../src/observatory/trace/trace-facts.ts';
import { statement, TAGS_TEXT } from '../../fixtures/trace-sketches.ts';

interface Page {
  readonly summary: string;
  readonly facts: {
    readonly other?: { readonly trace_id: string };
    readonly operations: readonly {
      readonly series: string;
      readonly one: { readonly count: number; readonly self_millis: number };
      readonly other: { readonly count: number; readonly self_millis: number };
      readonly more_millis: number;
    }[];
    readonly attributes: readonly {
      readonly key: string;
      readonly one?: unknown;
      readonly other?: unknown;
    }[];
  };
}

const idOf = (digit: string): string => `${digit.repeat(18)}${'f'.repeat(14)}`;

/** A request for a list, with so many statements of a millisecond each. */
function list(
  digit: string,
  statements: number,
  attributes: Readonly<Record<string, string>> = {},
  error?: string,
): Happening {
  const asked = Array.from({ length: statements }, (_, index) => ({
    ...statement(TAGS_TEXT, 1),
    at: 1 + index,
    millis: 1,
  }));
  return {
    traceId: idOf(digit),
    startMillis: NOW - 60_000 + Number.parseInt(digit, 16) * 1000,
    spans: [
      {
        name: 'GET /list',
        type: 'http',
        at: 0,
        millis: statements + 2,
        attributes: { 'url.path': '/list', ...attributes },
        ...(error !== undefined && { error }),
      },
      ...asked,
    ],
  };
}

async function ask(
  blog: Pick<MeasuredBlog, 'telemetry'>,
  query: string,
): Promise<{ readonly status: number; readonly page: Page }> {
  const { origin } = await serveObservatory(blog.telemetry);
  const response = await fetch(`${origin}/admin/metrics-dashboard/traces/compare?format=json&${query}`);
  return { status: response.status, page: (await response.json()) as Page };
}

describe('two traces side by side', () => {
  const happened = [
    list('1', 3),
    list('2', 4),
    list('3', 3, { 'user_agent.original': 'Mozilla' }),
    list('4', 90, { 'user_agent.original': 'curl' }),
    list('5', 3, {}, 'broken'),
  ];

  it('name the operation that makes the difference, by what was played', async () => {
    const blog = new MeasuredBlog({ happened });
    const { status, page } = await ask(blog, `trace=${idOf('4')}&with=${idOf('3')}`);
    expect(status).toBe(200);
    expect(page.summary).toBe(
      'GET /list took 92 ms, 18 times the 5 ms of the other. Of the difference of 87 ms, 87 ms is in SELECT tags, which ran 90 times here and 3 there.',
    );
    const [first] = page.facts.operations;
    expect(first).toMatchObject({ series: TAGS_TEXT, one: { count: 90 }, other: { count: 3 } });
    expect(first!.more_millis).toBeCloseTo(87, 3);
    const sum = page.facts.operations.reduce((all, { more_millis }) => all + more_millis, 0);
    expect(sum).toBeCloseTo(87, 3);
    expect(page.facts.attributes).toEqual([{ key: 'user_agent.original', one: 'curl', other: 'Mozilla' }]);
  });

  it.each([
    ['typical', ['1', '3']],
    ['fastest', ['1', '3']],
    ['slowest', ['4']],
  ])('choose the %s of its kind, and never the trace itself or a failed one', async (which, digits) => {
    const blog = new MeasuredBlog({ happened });
    const { page } = await ask(blog, `trace=${idOf('2')}&with=${which}`);
    expect(digits.map(idOf)).toContain(page.facts.other!.trace_id);
  });

  it('take as typical what is nearest to the counted median of the range, and say so', async () => {
    // An hour and more ago 900 of 40 ms; then 300 of 5 ms, one of 6 ms that failed, and the newest 250 of 60 ms.
    const timed = (index: number, millis: number, agoMillis: number, error?: string): Happening => ({
      traceId: (index + 16).toString(16).padStart(8, '0').repeat(4),
      startMillis: NOW - agoMillis,
      spans: [{ name: 'GET /list', type: 'http', at: 0, millis, ...(error !== undefined && { error }) }],
    });
    const many = (count: number, from: number, millis: number, agoMillis: number): readonly Happening[] =>
      Array.from({ length: count }, (_, index) => timed(from + index, millis, agoMillis - index * 100));
    const slow = timed(2000, 300, 1000);
    const blog = new MeasuredBlog({
      happened: [
        ...many(900, 0, 40, 5_400_000),
        ...many(300, 900, 5, 1_800_000),
        timed(1999, 5.5, 900_000, 'broken'),
        ...many(250, 1200, 60, 600_000),
        slow,
      ],
    });
    const typical = async (range: string): Promise<readonly string[]> => {
      const { origin } = await serveObservatory(blog.telemetry);
      const at = `${origin}/admin/metrics-dashboard/traces/compare?trace=${slow.traceId}&with=typical${range}`;
      const page = await (await fetch(at)).text();
      return [/60 times|7\.5 times/.exec(page)?.[0] ?? '', /Of the traces held[^<]*/.exec(page)?.[0] ?? ''];
    };
    expect(await typical('')).toEqual([
      '60 times',
      expect.stringMatching(
        /^Of the traces held, the nearest to the median of all 552 counted in the last hour: (4\.9|5(\.0)?)\d*\sms\.$/,
      ),
    ]);
    expect(await typical('&from=-6h')).toEqual([
      '7.5 times',
      expect.stringMatching(
        /nearest to the median of all 1,452 counted in the last 6 hours: (39|40)(\.\d+)?\sms\.$/,
      ),
    ]);
  });

  it('give no number of spans to waiting', () => {
    const { telemetry } = new MeasuredBlog({ happened });
    const [one, other] = ['1', '2'].map((digit) => telemetry.trace(idOf(digit)));
    if (one === undefined || other === undefined || !isDetail(one) || !isDetail(other))
      throw new Error('not held');
    const [root, ...inner] = one.spans;
    const waits = [{ startMillis: root!.startMillis, durationMillis: 1, by: 'spin' }];
    const waited = { ...one, spans: [{ ...root!, waits }, ...inner] };
    const countsOf = (operations: ReturnType<typeof comparedOperations>) =>
      operations
        .filter(({ series }) => series === LOOP_WAIT)
        .map((each) => [each.one.selfMillis, each.one.count, each.other.selfMillis, each.other.count]);
    expect(countsOf(comparedOperations(waited, other))).toEqual([[1, undefined, 0, undefined]]);
    expect(countsOf(comparedOperations(other, waited))).toEqual([[0, undefined, 1, undefined]]);
  });

  it('say so if no other is held, one is missing, or none is named', async () => {
    const alone = new MeasuredBlog({ happened: [list('1', 3)] });
    const { status, page } = await ask(alone, `trace=${idOf('1')}`);
    expect([status, page.summary]).toEqual([200, 'GET /list: no other trace of its kind is held.']);
    const missing = await ask(alone, `trace=${idOf('1')}&with=${idOf('9')}`);
    expect([missing.status, missing.page.summary]).toEqual([
      404,
      expect.stringMatching(/^There is no trace with this ID/),
    ]);
    expect((await ask(alone, '')).status).toBe(404);
    expect((await ask(alone, `trace=${'%F0%9F%98%80'.repeat(500)}&with=<script>`)).status).toBe(404);
  });

  it('compare a failed trace with one that went well', async () => {
    const { page } = await ask(busyBlog(), `trace=${FAILING_TRACE}&with=${SEARCH_TRACE}`);
    expect(page.summary).toMatch(
      /^GET \/tags\/:tag took 7\.4 ms, less than the 1\.04 s of the other\. Of the difference of 1\.03 s, 960 ms is in SELECT posts_fts, which ran 0 times here and 1 there, and 70 ms everything else\.$/,
    );
    expect(page.facts.attributes.find(({ key }) => key === 'http.response.status_code')).toMatchObject({
      one: 500,
      other: 200,
    });
  });
});
