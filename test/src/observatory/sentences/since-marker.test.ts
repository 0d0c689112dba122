import { describe, expect, it } from '@jest/globals';
import type { Marker } from '../../../../otel/query.ts';
import type {
  ComparedSeries,
  ComparedSide,
  Difference,
} from '../../../../src/observatory/facts/compared-series.ts';
import { momentText } from '../../../../src/observatory/format/moment.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { checksOf } from '../../../../src/observatory/sentences/checks.ts';
import { overviewSentence } from '../../../../src/observatory/sentences/overview-sentence.ts';
import type { OverviewSituation } from '../../../../src/observatory/sentences/overview-situation.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { HOUR, metrics, series, situation } from './situations.ts';

const LINKS = new Links('/o', {});
const AT = NOW - 720_000;
const VERSION: Marker = {
  atMillis: AT,
  kind: 'start',
  label: 'start of version 0.2.0',
  versions: { before: '0.1.0', after: '0.2.0' },
};

const side = (count: number, errors: number, p50 = 1): ComparedSide => ({
  count,
  errors,
  clientErrors: 0,
  perSecond: count / 720,
  totalMillis: count * p50,
  durationMillis: { p50, p75: p50, p95: 20 * p50 },
});
const row = (
  name: string,
  [before, after]: readonly [ComparedSide, ComparedSide],
  differs: readonly Difference[] = [],
  type: ComparedSeries['type'] = 'http',
): ComparedSeries => {
  const ratio = after.durationMillis.p50 / before.durationMillis.p50;
  const quantile = { ratio, low: ratio / 1.2, high: ratio * 1.2, chance: 1e-9 };
  return {
    type,
    name,
    before,
    after,
    p50: quantile,
    p75: undefined,
    p95: quantile,
    rate: undefined,
    differs,
  };
};
const quote = (differs: readonly Difference[], failed = 0, p50 = 1): ComparedSeries =>
  row('GET /demo/quote', [side(663, 0), side(179, failed, p50)], differs);

/** An hour in which a version was deployed twelve minutes ago, with what got worse first. */
function deployed(
  worse: readonly ComparedSeries[],
  more: Partial<OverviewSituation> = {},
  marker = VERSION,
): OverviewSituation {
  const errors = worse.reduce((sum, { after }) => sum + after.errors, 0);
  const before = { fromMillis: AT - HOUR, toMillis: AT };
  const after = { fromMillis: AT, toMillis: NOW };
  return situation({
    metrics: metrics({ count: 9000, errors }),
    routes: worse.map(({ name, before: old, after: young }) =>
      series('http', name, { count: old.count + young.count, errors: old.errors + young.errors }),
    ),
    since: {
      marker,
      before,
      after,
      words: 'the hour before',
      notes: [],
      routes: worse.filter(({ type }) => type === 'http'),
      worse: worse.filter(({ differs }) => differs.some((what) => what !== 'client errors')),
      perhaps: [],
      refusing: worse.filter(({ differs }) => differs.includes('client errors')),
    },
    ...more,
  });
}
const say = (facts: OverviewSituation): string => sentenceText(overviewSentence(facts, LINKS));
const routeCheck = (facts: OverviewSituation) => {
  const check = checksOf(facts).find(({ key }) => key === 'route_failed');
  return { state: check?.state, words: check?.words.replaceAll('\u00a0', ' ') };
};

describe('what got worse since a deployment', () => {
  const SINCE = `Since version 0.2.0 (${momentText(AT, NOW)}) /demo/quote`;

  it('does not say that a route fails of a range in which none failed', () => {
    const facts = deployed([quote(['failed'], 58)]);
    expect(say(facts)).toMatch(/^One route fails often\./);
    const calm = {
      ...facts,
      metrics: metrics({ count: 90, errors: 0 }),
      routes: [series('http', 'GET /demo/quote', { count: 30, errors: 0 })],
    };
    expect(say(calm)).not.toMatch(/^One route fails often\./);
    expect(routeCheck(calm).state).toBe('holds');
  });

  it('says what is perhaps slower beside what is certain', () => {
    const facts = deployed([quote(['failed'], 58)]);
    const perhaps = [row('GET /listening', [side(770, 0), side(773, 0, 8)])];
    const words = say({ ...facts, since: facts.since && { ...facts.since, perhaps } });
    expect(words).toMatch(
      /: see Changes\. Perhaps slower, which may be chance: \/listening takes ×8\.00 at p95 \(6\.67 to 9\.60\), 160.ms or more one time in twenty, before 20.ms\./,
    );
  });

  it.each<readonly [string, OverviewSituation, string, string | undefined]>([
    [
      'a version fails, and is slower',
      deployed([quote(['failed', 'p50'], 58, 126)], { stallMillis: 13_900 }),
      'One route fails often. ',
      `${SINCE} fails 58 of 179 times, before 0 of 663 times, and takes ×126 at p50, 126 ms or more half the time, before 1 ms: see Changes.`,
    ],
    [
      'a version is slower alone',
      deployed([quote(['p50'], 0, 126)]),
      'Every limit holds, but something became slower. 9,000 requests in the last hour, none failed. ',
      `${SINCE} takes ×126 at p50, 126 ms or more half the time, before 1 ms: see Changes.`,
    ],
    [
      'a version fails, within the limits',
      deployed([quote(['failed'], 12)]),
      'Every limit holds, but more fails than before. ',
      `${SINCE} fails 12 of 179 times, before 0 of 663 times: see Changes.`,
    ],
    ['nothing differs beyond chance', deployed([quote([], 1, 3)]), 'Fine. ', undefined],
  ])('%s', (_, facts, first, since) => {
    expect(say(facts).slice(0, first.length)).toBe(first);
    expect(/Since .* Changes\./.exec(say(facts))?.[0]).toBe(since);
  });

  it('says which route begins to answer 4xx, after all that is worse', () => {
    const refused = (before: number, after: number): ComparedSeries =>
      row(
        'GET /old',
        [
          { ...side(180, 0), clientErrors: before },
          { ...side(179, 0), clientErrors: after },
        ],
        ['client errors'],
      );
    const words = `Since version 0.2.0 (${momentText(AT, NOW)}) /old gets a 4xx 58 of 179 times, before 2 of 180 times: see Changes.`;
    expect(say(deployed([refused(2, 58)]))).toBe(
      `Every limit holds, but more gets a 4xx than before. 9,000 requests in the last hour, none failed. ${words} One in twenty took longer than 19 ms.`,
    );
    const both = say(deployed([quote(['failed'], 12), refused(2, 58)]));
    expect(both).toMatch(/^Every limit holds, but more fails than before\. /);
    expect(both.indexOf(words)).toBeGreaterThan(both.indexOf('/demo/quote fails 12 of 179 times'));
  });

  it('names what is slower beside what fails, and routes before their statements', () => {
    const pair = [side(600, 0), side(600, 100)] as const;
    const slow = [side(600, 0), side(600, 0, 50)] as const;
    const facts = deployed([
      row('GET /a', pair, ['failed']),
      row('GET /b', pair, ['failed']),
      row('GET /c', pair, ['failed']),
      row('SELECT posts', [side(9000, 0), side(9000, 0, 90)], ['p50'], 'database'),
      row('GET /slow', slow, ['p50']),
    ]);
    expect(say(facts)).toMatch(
      / \/a fails [^;]*; \/b fails [^;]*; \/slow takes [^;]*; and 1 more route and 1 more statement: see Changes\./,
    );
  });

  it('says of how much of the time since it is, and compared with what', () => {
    const facts = deployed([quote(['failed'], 58)]);
    const since = { ...facts.since!, after: { fromMillis: AT, toMillis: AT + 300_000 } };
    expect(say({ ...facts, since })).toContain(
      `In the first 5 minutes since version 0.2.0 (${momentText(AT, NOW)}), compared with the 60 minutes before it, /demo/quote fails `,
    );
  });

  it('says so as soon as it is not all of it, but for what came while it is remembered', () => {
    const facts = deployed([quote(['failed'], 58)]);
    const upTo = (toMillis: number) => ({ ...facts.since!, after: { fromMillis: AT, toMillis } });
    expect(say({ ...facts, since: upTo(NOW - 59_000) })).toContain('Since version 0.2.0 ');
    expect(say({ ...facts, since: upTo(NOW - 61_000) })).toContain('In the first ');
  });

  it('links both sides of the deployment, and is said before a stall', () => {
    const facts = deployed([quote(['failed'], 58)], { blocked: undefined, stallMillis: 13_900 });
    const parts = overviewSentence(facts, LINKS);
    expect(parts.find(({ text }) => text === 'Changes')?.href).toBe(`/o/changes?at=${AT}`);
    expect(say(facts).indexOf('Since version')).toBeLessThan(say(facts).indexOf('was blocked'));
    expect(say(facts)).not.toContain('failed for');
  });

  it('judges a route over the time since, too, and says which', () => {
    expect(routeCheck(deployed([quote(['failed'], 58)]))).toEqual({
      state: 'broken',
      words: `32 %, 58 of 179 at /demo/quote since version 0.2.0 (${momentText(AT, NOW)})`,
    });
    const settings: Marker = { atMillis: AT, kind: 'settings', label: 'rate 0.1 (admin)' };
    const better = row('GET /demo/quote', [side(663, 60), side(179, 0)], []);
    expect(routeCheck(deployed([better], {}, settings))).toEqual({
      state: 'holds',
      words: '7.1 %, 60 of 842 at /demo/quote',
    });
  });

  it('says of a route that fails too often that it no longer does', () => {
    const mended = row('GET /demo/quote', [side(179, 58), side(40, 0)], ['failed']);
    const facts = deployed([]);
    const since = { ...facts.since!, routes: [mended] };
    const routes = [series('http', 'GET /demo/quote', { count: 219, errors: 58 })];
    const say = (more: Partial<OverviewSituation>): string =>
      sentenceText(overviewSentence({ ...facts, since, routes, ...more }, LINKS));
    expect(say({})).toContain(
      `/demo/quote failed for 26 % of its 219 requests, but 0 of 40 since version 0.2.0 (${momentText(AT, NOW)}).`,
    );
    const byChance = { ...since, routes: [{ ...mended, differs: [] }] };
    expect(say({ since: byChance })).toContain('/demo/quote failed for 26 % of its 219 requests.');
  });

  it('judges it since it began to fail, whatever happened', () => {
    const sinceMillis = NOW - 180_000;
    const facts = situation({
      metrics: metrics({ count: 9000, errors: 30 }),
      routes: [series('http', 'GET /late', { count: 600, errors: 30 })],
      recent: [{ name: 'GET /late', count: 30, errors: 30, sinceMillis }],
    });
    expect(routeCheck(facts)).toEqual({
      state: 'broken',
      words: `100 %, 30 of 30 at /late since ${momentText(sinceMillis, NOW)}`,
    });
    expect(say(facts)).toMatch(
      /^One route fails often\. .* \/late failed for 100 % of its 30 requests since [\d:]+\./,
    );
  });

  it.each([
    ['the same failure from a moment later', 60, 150, 'since version 0.2.0'],
    ['far more than since the deployment', 60, 60, `since ${momentText(NOW - 180_000, NOW)}`],
  ])('that begins after the deployment: %s', (_, errors, count, since) => {
    const recent = [{ name: 'GET /demo/quote', count, errors, sinceMillis: NOW - 180_000 }];
    const facts = deployed([quote(['failed'], 62)], { recent });
    expect(routeCheck(facts).words).toContain(since);
    expect(say(facts)).toContain(' fails 62 of 179 times, before 0 of 663 times: see Changes.');
    expect(say(facts).includes('/demo/quote failed for 100 % of its 60 requests since ')).toBe(count === 60);
  });

  it.each([
    [1, / A process was last seen at [\d:]+ \(killed\), and the next one started at /],
    [2, / The last of these processes was last seen at /],
  ])('of %i ends before it, each says which process', (ends, words) => {
    const killed: Marker = {
      atMillis: NOW - 1_500_000,
      kind: 'start',
      label: 'start',
      before: { ended: 'killed', atMillis: NOW - 1_520_000, pid: 7 },
    };
    const crashes = Array.from({ length: ends }, () => killed);
    expect(say(deployed([quote(['failed'], 58)], { crashes }))).toMatch(words);
  });
});
