import { beforeAll, describe, expect, it } from '@jest/globals';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import type { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import type { DowntimeFacts } from '../../../otel/query.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';

describe('the page of objectives', () => {
  let blog: MeasuredBlog;
  let address: string;
  beforeAll(async () => {
    blog = busyBlog();
    const { origin } = await serveObservatory(blog.telemetry);
    address = `${origin}/admin/metrics-dashboard/objectives`;
  });
  const summary = async (objectives: string): Promise<string> => {
    blog.change({ METRICS_OBJECTIVES: objectives });
    const answer = await fetch(address, { headers: { accept: 'application/json' } });
    const { summary: said } = (await answer.json()) as { summary: string };
    return said;
  };

  it.each([
    ['none', /^No objective is set\. METRICS_OBJECTIVES has them\.$/],
    ['availability 50%', /^The objective is met\./],
    ['availability 50%; latency 50% under 1s', /^Every objective is met\. Of /],
    ['availability of "GET /nowhere" 50%', /^Too few requests to judge\.$/],
    [
      'availability 50%; availability of "GET /nowhere" 50%',
      /^The objective is met\. Of availability 50 %, [\d.]+ % of the budget is left\. 1 has too few requests to judge\./,
    ],
  ])('of %s begins with a sentence', async (objectives, said) => {
    expect(await summary(objectives)).toMatch(said);
  });

  it('does not call an objective met that the bucket of its limit decides', async () => {
    blog.change({ METRICS_OBJECTIVES: 'latency of "GET /search" 50% under 38ms' });
    const answer = await fetch(address, { headers: { accept: 'application/json' } });
    const { facts } = (await answer.json()) as {
      facts: { objectives: readonly { total: number; bad: number; undecided: number }[] };
    };
    const { total, bad, undecided } = facts.objectives[0]!;
    const percent = (100 * (1 - (bad + undecided / 2) / total)).toFixed(6);
    expect(await summary(`latency of "GET /search" ${percent}% under 38ms; availability 50%`)).toMatch(
      /^No objective is certainly missed, 1 is unclear: latency of "GET \/search" [\d.]+ % under 38ms; [\d.]+ times the budget is used, if all undecided requests are bad\./,
    );
  });

  it('names the missed one, how often its budget is used, and that it burns', async () => {
    expect(await summary('latency 99 % under 1ms; availability 50%')).toMatch(
      /^1 of 2 objectives missed: latency 99 % under 1ms; [\d.]+ times the budget is used\. latency 99 % under 1ms burns its budget (?:fast|slowly)\.$/,
    );
  });

  it('says in words where exactness ends, and how many requests it takes', async () => {
    blog.change({ METRICS_OBJECTIVES: 'availability of "GET /nowhere" 99.9%; latency 99% under 20ms' });
    const text = await (await fetch(address, { headers: { accept: 'text/html' } })).text();
    expect(text).toContain('Where exactness ends');
    expect(text).toContain('0, judged from 1,000');
    expect(text).toContain('there are no older counts');
  });

  it('says that the time the blog was down is in no objective, how long that was, and where it stands', async () => {
    blog.change({ METRICS_OBJECTIVES: 'availability 50%' });
    const page = async (): Promise<string> =>
      (await fetch(address, { headers: { accept: 'text/html' } })).text();
    expect(wordsOf(await page())).toContain('Only answers count; the blog was not down in that time.');
    const toMillis = NOW - 60_000;
    const row = {
      fromMillis: toMillis - 48_800,
      toMillis,
      startedMillis: toMillis,
      isWhole: true,
      ended: 'killed',
      reason: undefined,
      seenMillis: toMillis - 48_800,
      uncertainMillis: 2000,
    } as const;
    const facts: DowntimeFacts = { rows: [row], sinceMillis: 0, precisionMillis: 2000 };
    Object.defineProperty(blog.telemetry, 'downtime', { value: () => facts });
    expect(wordsOf(await page())).toContain(
      'Only answers count, not the time the blog was down: 46.8 to 48.8 s, once .',
    );
    expect(await page()).toMatch(/href="[^"]*\/downtime\?from=-30d"/);
  });
});
