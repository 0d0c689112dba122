import { describe, expect, it } from '@jest/globals';
import type { Marker, SeriesSummary } from '../../../../otel/query.ts';
import { rangeAsked } from '../../../../src/observatory/facts/range-asked.ts';
import { sinceMarker, turnedRoutes } from '../../../../src/observatory/facts/since-marker.ts';
import { momentText } from '../../../../src/observatory/format/moment.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { checksOf } from '../../../../src/observatory/sentences/checks.ts';
import { overviewSentence } from '../../../../src/observatory/sentences/overview-sentence.ts';
import type { OverviewSituation } from '../../../../src/observatory/sentences/overview-situation.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { metrics, series, situation } from './situations.ts';

const LINKS = new Links('/o', {});
const AT = NOW - 720_000;
const VERSION: Marker = {
  atMillis: AT,
  kind: 'start',
  label: 'start of version 0.2.0',
  versions: { before: '0.1.0', after: '0.2.0' },
};
const quote = (count: number, errors: number, p50 = 1, p99 = 2): SeriesSummary =>
  series('http', 'GET /demo/quote', { count, errors, totalMillis: count * p50 }, p50, p99);

/** An hour in which a version was deployed twelve minutes ago. */
function deployed(
  before: SeriesSummary,
  after: SeriesSummary,
  more: Partial<OverviewSituation> = {},
  marker = VERSION,
): OverviewSituation {
  const [count, errors] = [before.count + after.count, before.errors + after.errors];
  return situation({
    metrics: metrics({ count: 9000, errors }),
    routes: [quote(count, errors)],
    since: { marker, routes: [after], turned: turnedRoutes([before], [after], 20) },
    ...more,
  });
}
const say = (facts: OverviewSituation): string => sentenceText(overviewSentence(facts, LINKS));
const routeCheck = (facts: OverviewSituation) => {
  const check = checksOf(facts).find(({ key }) => key === 'route_failed');
  return { state: check?.state, words: check?.words.replaceAll('\u00a0', ' ') };
};

describe('what turned since a deployment', () => {
  const SINCE = `Since version 0.2.0 (${momentText(AT, NOW)}) /demo/quote`;

  it.each<readonly [string, OverviewSituation, string, string | undefined]>([
    [
      'a version fails, and is slower',
      deployed(quote(663, 0), quote(179, 58, 126, 200), { stallMillis: 13_900, blocked: undefined }),
      'One route fails often. ',
      `${SINCE} fails 32 %, 58 of 179, before 0 %, and takes 126 ms or more half the time, before 1 ms: see Changes.`,
    ],
    [
      'a version is slower alone',
      deployed(quote(600, 0), quote(179, 0, 126, 200)),
      'All fine. ',
      `${SINCE} takes 126 ms or more half the time, before 1 ms: see Changes.`,
    ],
    ['one of twenty fails', deployed(quote(600, 0), quote(20, 1)), 'Fine. ', undefined],
    ['as many failed before', deployed(quote(600, 40), quote(300, 20)), '', undefined],
    ['less fails', deployed(quote(600, 60), quote(300, 0)), '', undefined],
    ['the first, cold requests', deployed(quote(600, 0), quote(30, 0, 126, 200)), 'All fine. ', undefined],
    ['a route that is new', deployed(quote(0, 0), quote(300, 0, 126, 200)), 'All fine. ', undefined],
  ])('%s', (_, facts, first, since) => {
    expect(say(facts).startsWith(first)).toBe(true);
    expect(/Since .* Changes\./.exec(say(facts))?.[0]).toBe(since);
  });

  it('links both sides of the deployment, and is said before a stall', () => {
    const facts = deployed(quote(663, 0), quote(179, 58), { blocked: undefined, stallMillis: 13_900 });
    const parts = overviewSentence(facts, LINKS);
    expect(parts.find(({ text }) => text === 'Changes')?.href).toBe(`/o/changes?at=${AT}`);
    expect(say(facts).indexOf('Since version')).toBeLessThan(say(facts).indexOf('was blocked'));
    expect(say(facts)).not.toContain('failed for');
  });

  it('judges a route over the time since, too, and says which', () => {
    const facts = deployed(quote(663, 0), quote(179, 58));
    expect(routeCheck(facts)).toEqual({
      state: 'broken',
      words: `32 %, 58 of 179 at /demo/quote since version 0.2.0 (${momentText(AT, NOW)})`,
    });
    const settings: Marker = { atMillis: AT, kind: 'settings', label: 'rate 0.1 (admin)' };
    expect(routeCheck(deployed(quote(663, 60), quote(179, 0), {}, settings))).toEqual({
      state: 'holds',
      words: '7.1 %, 60 of 842 at /demo/quote',
    });
  });

  it.each([
    [
      1,
      / A process was last seen at [\d:]+ \(killed, or aborted out of memory\), and the next one started at /,
    ],
    [2, / The last of these processes was last seen at /],
  ])('of %i ends before it, each says which process', (ends, words) => {
    const killed: Marker = {
      atMillis: NOW - 1_500_000,
      kind: 'start',
      label: 'start',
      before: { ended: 'killed', atMillis: NOW - 1_520_000, pid: 7 },
    };
    const crashes = Array.from({ length: ends }, () => killed);
    expect(say(deployed(quote(663, 0), quote(179, 58), { crashes }))).toMatch(words);
  });

  it('counts both sides, whole, from a store', () => {
    const ask = (count: number, fromMillis: number, status: (index: number) => number) =>
      Array.from({ length: count }, (_, index) => ({
        startMillis: fromMillis + index * 3000,
        spans: [
          {
            name: 'GET /demo/quote',
            type: 'http' as const,
            at: 0,
            millis: 1,
            attributes: { 'http.response.status_code': status(index) },
            ...(status(index) >= 500 && { error: 'RangeError' }),
          },
        ],
      }));
    const blog = new MeasuredBlog({
      happened: [
        ...ask(200, AT - 700_000, () => 200),
        ...ask(200, AT + 60_000, (n) => (n % 3 === 0 ? 500 : 200)),
      ],
    });
    const { telemetry } = blog;
    const range = rangeAsked(telemetry, { from: '-1h' }, NOW);
    const restart: Marker = { atMillis: AT + 300_000, kind: 'start', label: 'start' };
    telemetry.markers = () => [VERSION, restart];
    const since = sinceMarker(telemetry, range, 20);
    expect(since?.marker).toBe(VERSION);
    expect(since?.turned.map(({ before, after }) => [before.count, after.count, after.errors])).toEqual([
      [200, 200, 67],
    ]);
    telemetry.markers = () => [restart];
    expect(sinceMarker(telemetry, range, 20)).toMatchObject({ marker: restart, turned: [] });
    telemetry.markers = () => [];
    expect(sinceMarker(telemetry, range, 20)).toBeUndefined();
  });
});
