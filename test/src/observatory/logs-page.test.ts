import { beforeAll, describe, expect, it } from '@jest/globals';
import { FAILING_TRACE, LOG_LINES } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog, telemetryOff } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { FAILING } from '../../fixtures/trace-sketches.ts';

describe('the page Logs', () => {
  const blog = new MeasuredBlog({
    storesLogs: true,
    happened: [{ traceId: FAILING_TRACE, startMillis: NOW - 6 * 60_000, spans: FAILING }],
  });
  for (const line of LOG_LINES) blog.write(line);
  const [some] = LOG_LINES;
  for (let i = 0; i < 250; i++)
    blog.write({
      ...some!,
      timeMillis: NOW - 90 * 60_000 + i,
      message: `tick ${i} of <250>`,
      attributes: {},
    });
  let base: string;
  beforeAll(async () => {
    while (blog.telemetry.logStore().waiting > 0) blog.telemetry.logLines();
    const { origin } = await serveObservatory(blog.telemetry);
    base = `${origin}/admin/metrics-dashboard`;
  });
  const page = async (address: string): Promise<string> =>
    (await fetch(base + address, { headers: { accept: 'text/html' } })).text();
  const linesOf = (text: string): readonly string[] =>
    [...text.matchAll(/<span class="log-line"\s*><bdi\s*>(.*?)<\/bdi/gs)].map(([, words]) => words!.trim());
  const hrefOf = (text: string, words: string): string => {
    const link = [...text.matchAll(/<a\b[^>]*href="([^"]*)"[^>]*>(.*?)<\/a\s*>/gs)].find(([, , inner]) =>
      wordsOf(inner!).trim().startsWith(words),
    );
    return (link?.[1] ?? 'no link').replaceAll('&amp;', '&').replace('/admin/metrics-dashboard', '');
  };

  it('opens with how many there are, the errors, and the most frequent', async () => {
    const text = await page('/logs');
    expect(wordsOf(text)).toContain(
      '5 lines were logged in the last hour, 1 of them an error . Most often: “sign-in failed # times” , 3 times.',
    );
    expect(linesOf(text)).toEqual([
      'request failed',
      ...[20, 30, 40].map((times) => `sign-in failed ${times} times`),
      'posts rendered again',
    ]);
    expect(wordsOf(text)).toContain('255 lines stored');
    expect(text).toContain('<summary>stack</summary>');
    expect(hrefOf(text, FAILING_TRACE.slice(0, 8))).toBe(`/traces/${FAILING_TRACE}?span=00f067aa0ba902b8`);
  });

  it('names no line as the most frequent if none is', async () => {
    const opening = async (query: string): Promise<string> =>
      /<p class="sentence">(.*?)<\/p>/s.exec(await page(`/logs?q=${query}`))![1]!;
    expect(wordsOf(await opening('level:>=error'))).toMatch(/ It is “request failed” \./);
    expect(wordsOf(await opening('times'))).toMatch(/ All of them: “sign-in failed # times” \./);
    expect(wordsOf(await opening('-times'))).toMatch(/No two of them are alike\./);
  });

  it('narrows by words, levels, trace and time, and says how it understood them', async () => {
    const search = `/logs?${new URLSearchParams({ q: 'failed -times level:loud ::' })}`;
    const refused = await page(search);
    expect(linesOf(refused)).toEqual([]);
    expect(wordsOf(refused)).toMatch(/Nothing was searched.*“level:loud” was not understood/);
    expect(hrefOf(refused, 'Search without it')).toBe(`${search}&without=yes`);
    const text = await page(`${search}&without=yes`);
    expect(linesOf(text)).toEqual(['request failed']);
    expect(wordsOf(text)).toMatch(/“level:loud” was not understood.*“::” has no letter and no digit/);
    expect(wordsOf(text)).toContain('not: contains times');
    expect(linesOf(await page('/logs?q=192.0.2.7+30'))).toEqual(['sign-in failed 30 times']);
    expect(linesOf(await page(`/logs?q=trace:${FAILING_TRACE}`))).toEqual(['request failed']);
    expect(linesOf(await page('/logs?from=-24h&q=nowhere'))).toEqual([]);
    const facets = await page('/logs');
    expect(hrefOf(facets, 'warn')).toBe('/logs?q=level%3Awarn');
    const warnings = await page(hrefOf(facets, 'warn'));
    expect(linesOf(warnings)).toHaveLength(3);
    expect(hrefOf(warnings, 'warn')).toBe('/logs');
    // Other levels are still offered.
    expect(hrefOf(warnings, 'error')).toBe('/logs?q=level%3Aerror');
  });

  it('leads through older lines without gap or double', async () => {
    const seen: string[] = [];
    let next = '/logs?from=-24h';
    do {
      const text = await page(next);
      seen.push(...linesOf(text));
      next = hrefOf(text, 'older');
    } while (next !== 'no link');
    expect(seen).toHaveLength(255);
    expect(seen.slice(5)).toEqual(Array.from({ length: 250 }, (_, i) => `tick ${249 - i} of &lt;250&gt;`));
  });

  it('counts patterns, and leads from one to its lines', async () => {
    const text = await page('/logs?view=patterns&from=-24h');
    expect(wordsOf(text)).toMatch(/tick # of &lt;#&gt; .*? 250 .*sign-in failed # times .*? 3 /);
    const href = hrefOf(text, 'sign-in failed # times');
    expect(linesOf(await page(href.replace('view=patterns&', '')))).toHaveLength(3);
  });

  it('has its facts as JSON, and lines and patterns as CSV', async () => {
    const get = (address: string) => fetch(base + address);
    const { summary, facts } = (await (await get('/logs?format=json')).json()) as {
      summary: string;
      facts: Record<string, unknown>;
    };
    expect(summary).toMatch(/^5 lines were logged/);
    expect(facts).toMatchObject({ total: { count: 5, is_exact: true }, store: { lines: 255, lost: 0 } });
    const lines = await (await get('/logs?format=csv&q=level:error')).text();
    expect(lines).toMatch(
      /^when,level,message,process_pid,trace_id,span_id,process_creation_time,logger,attributes\r\n.*,error,request failed,/,
    );
    expect(await (await get('/logs?format=csv&view=patterns')).text()).toMatch(/^pattern,count,/);
  });

  it('is reached from a trace and from a failure', async () => {
    const trace = await page(`/traces/${FAILING_TRACE}?view=log`);
    expect(linesOf(await page(hrefOf(trace, 'all lines of this trace')))).toEqual(['request failed']);
    const failures = await page('/failures');
    expect(linesOf(await page(hrefOf(failures, 'log around it')))).toEqual(['request failed']);
  });
});

describe('the page Logs without lines', () => {
  const wordsAt = async (telemetry: MeasuredBlog['telemetry'] | ReturnType<typeof telemetryOff>, q = '') => {
    const { origin } = await serveObservatory(telemetry);
    const answer = await fetch(`${origin}/admin/metrics-dashboard/logs?q=${q}`, {
      headers: { accept: 'text/html' },
    });
    expect(answer.status).toBe(200);
    return wordsOf(await answer.text());
  };

  it('says why: nothing was logged, nothing matches, none are stored, telemetry is off', async () => {
    const empty = new MeasuredBlog({ storesLogs: true });
    expect(await wordsAt(empty.telemetry)).toContain('Nothing was logged in the last hour.');
    expect(await wordsAt(empty.telemetry, 'x')).toContain('No stored line matches in the last hour.');
    const none = await wordsAt(new MeasuredBlog().telemetry);
    expect(none).toContain('No log lines are stored.');
    expect(none).toContain('METRICS_LOG_BYTES');
    expect(await wordsAt(telemetryOff())).toContain('Telemetry is off');
  });
});
