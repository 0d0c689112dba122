import { describe, expect, it } from '@jest/globals';
import { noise } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { type SpanSketch, statement, TAGS_TEXT } from '../../fixtures/trace-sketches.ts';

const COUNT = 600;

/** Of a route, about a third take thirty times as long. */
const isSlow = (index: number): boolean => noise('slow', index) < 1 / 3;

interface Plant {
  /** Spans within a request, and attributes of slow ones. */
  readonly within?: (millis: number) => readonly SpanSketch[];
  readonly attributes?: SpanSketch['attributes'];
  /** Of slow ones, each fifth takes so many times as long. */
  readonly outliers?: number;
}

/** Text of the page of the route, and its facts. */
async function pageOf({ within = () => [], attributes = {}, outliers = 1 }: Plant) {
  const happened = Array.from({ length: COUNT }, (_, index) => {
    const times = isSlow(index) && index % 5 === 0 ? outliers : 1;
    const millis = (isSlow(index) ? 240 : 8) * times * Math.exp(0.4 * (noise('long', index) - 0.5));
    return {
      traceId: `${index.toString(16).padStart(18, 'a')}${'f'.repeat(14)}`,
      startMillis: NOW - 50 * 60_000 + index * 4000,
      spans: [
        {
          name: 'GET /listening',
          type: 'http' as const,
          at: 0,
          millis,
          attributes: { 'http.response.status_code': 200, ...(isSlow(index) && attributes) },
        },
        ...within(millis),
      ],
    };
  });
  const blog = new MeasuredBlog({
    happened,
    env: { METRICS_SAMPLING_RATE: '1', METRICS_BUFFER_SIZE: '700' },
  });
  const { origin } = await serveObservatory(blog.telemetry);
  const address = `${origin}/admin/metrics-dashboard/route?name=GET+%2Flistening`;
  const { facts } = (await (await fetch(`${address}&format=json`)).json()) as {
    readonly facts: {
      readonly groups?: {
        readonly fast: { readonly count: number };
        readonly slow: { readonly count: number };
        readonly examples: { readonly slow: string; readonly fast: string };
      };
    };
  };
  const page = await (await fetch(address)).text();
  const panel = page.slice(page.indexOf('have in common'));
  const words = panel
    .slice(0, panel.indexOf('</section>'))
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('\u00a0', ' ')
    .replaceAll(/\s+/g, ' ');
  return { facts, page, words, origin };
}

describe('a route with two groups of durations', () => {
  const slow = Array.from({ length: COUNT }, (_, index) => index).filter(isSlow);

  it('of which its own code makes one slow says so, with the counts of what was sent', async () => {
    const { facts, words, page } = await pageOf({});
    expect(facts.groups).toMatchObject({
      fast: { count: COUNT - slow.length },
      slow: { count: slow.length },
    });
    expect(words).toMatch(
      new RegExp(
        `All ${COUNT} requests are in two groups: ${COUNT - slow.length} take about [78]\\.?\\d* ms, ${slow.length} about 2\\d\\d ms\\. No attribute that is recorded tells them apart, so the cause is in the code: about 2\\d\\d ms of the 2\\d\\d ms between both medians are the route’s own, and a profile names the functions\\. Compare a slow one with a fast one\\.`,
      ),
    );
    expect(words).not.toMatch(/Nothing stands out|Too few to compare/);
    const { slow: one, fast: other } = facts.groups!.examples;
    expect(page).toContain(`/traces/compare?trace=${one}&amp;with=${other}`);
    const indexOf = (id: string): number => Number.parseInt(id.slice(0, 18).replace(/^a+(?=.)/, ''), 16);
    expect([isSlow(indexOf(one)), isSlow(indexOf(other))]).toEqual([true, false]);
  });

  it('has one difference in its words and beside each other, though a few take far longer', async () => {
    const { facts, words, origin } = await pageOf({ outliers: 4 });
    const [, part = '', whole = ''] =
      /about (\d+) ms of the (\d+) ms between both medians are the route’s own/.exec(words) ?? [];
    const { slow: one, fast: other } = facts.groups!.examples;
    const address = `${origin}/admin/metrics-dashboard/traces/compare?trace=${one}&with=${other}&format=json`;
    const { summary } = (await (await fetch(address)).json()) as { readonly summary: string };
    const [, compared = '', own = ''] =
      /Of the difference of (\d+)\sms, (\d+)\sms is its own time/.exec(summary) ?? [];
    // What was sent: about 232 between the medians, about 370 between the means.
    expect(Number(whole)).toBeGreaterThan(215);
    expect(Number(whole)).toBeLessThan(270);
    expect(Math.abs(Number(compared) / Number(whole) - 1)).toBeLessThan(0.04);
    expect(Math.abs(Number(own) / Number(part) - 1)).toBeLessThan(0.04);
  });

  it('names the statement that makes the difference', async () => {
    const { words } = await pageOf({
      within: (millis) => [{ ...statement(TAGS_TEXT, 1), at: 1, millis: Math.max(0.5, millis - 12) }],
    });
    expect(words).toMatch(
      / are in two groups: .* No attribute .* tells them apart: about 2\d\d ms of the 2\d\d ms between both medians are in the statement SELECT tags\./,
    );
    expect(words).not.toContain('the cause is in the code');
  });

  it('leaves the cause to an attribute that tells them apart', async () => {
    const { words } = await pageOf({ attributes: { 'cache.state': 'cold' } });
    expect(words).toMatch(/ are in two groups: .* Compare a slow one with a fast one\. .*cache\.state cold/);
    expect(words).not.toContain('No attribute');
  });
});
