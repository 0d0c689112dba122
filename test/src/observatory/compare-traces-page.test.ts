import { describe, expect, it } from '@jest/globals';
import { FAILING_TRACE, SEARCH_TRACE, busyBlog } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import type { Happening } from '../../fixtures/trace-player.ts';
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
      'GET /list took 92 ms, 18 times the 5 ms of the other. SELECT tags made 87 ms of the difference: it ran 90 times here and 3 there.',
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
      /^GET \/tags\/:tag took 7\.4 ms, less than the 1\.04 s of the other\. SELECT posts_fts made /,
    );
    expect(page.facts.attributes.find(({ key }) => key === 'http.response.status_code')).toMatchObject({
      one: 500,
      other: 200,
    });
  });
});
