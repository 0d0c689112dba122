import { describe, expect, it } from '@jest/globals';
import type {
  ComparedTraces,
  OverRepresentation,
  OverRepresented,
} from '../../../../src/observatory/facts/over-represented.ts';
import { parseTraceQuery } from '../../../../src/observatory/facts/trace-query.ts';
import { overHref } from '../../../../src/observatory/draw/over-links.ts';
import { overSentence } from '../../../../src/observatory/sentences/over-sentence.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { chooseRange } from '../../../../src/observatory/facts/time-range.ts';

const WORDS = { all: 'slow requests', short: 'slow' };
const NOW = new Date(2026, 10, 30, 14, 20).getTime();

const traces = (count: number, unweighted = 0): ComparedTraces => ({
  traces: count,
  kept: count + unweighted,
  unweighted,
  standFor: count,
  deviation: 0,
});

function said(row: Partial<OverRepresented> | undefined, more: Partial<OverRepresentation> = {}): string {
  const whole: OverRepresented = {
    key: 'agent',
    value: 'Googlebot',
    also: [],
    marked: { share: 0.8, traces: 12 },
    rest: { share: 0.03, traces: 3 },
    ratio: 26.7,
    ratioFrom: 12,
    ratioTo: 60,
    example: { traceId: 'a', spanId: 'b' },
    ...row,
  };
  const facts: OverRepresentation = {
    marked: traces(15),
    rest: traces(100),
    sinceMillis: undefined,
    isRaised: false,
    counted: 115,
    unseen: 0,
    compared: 9,
    rows: row === undefined ? [] : [whole],
    ...more,
  };
  return sentenceText(overSentence(facts, WORDS, () => '/', NOW));
}

describe('overSentence', () => {
  it.each<[Partial<OverRepresented>, string]>([
    [{}, '80 % of slow requests are from Googlebot, of the others 3 %: 27 times the share.'],
    [
      { key: 'url.path', value: '/posts/heavy', ratio: 3.21, ratioFrom: 2, ratioTo: 5 },
      '80 % of slow requests are for /posts/heavy, of the others 3 %: 3.2 times the share.',
    ],
    [
      { key: 'cache.state', value: 'stale', ratio: 900, ratioFrom: 26, ratioTo: 30_000 },
      '80 % of slow requests are with cache.state stale, of the others 3 %: at least 26 times the share.',
    ],
    [
      { ratio: undefined, ratioTo: undefined, rest: { share: 0, traces: 0 } },
      '80 % of slow requests are from Googlebot, and none of the rest that is kept: at least 12 times as many.',
    ],
    [
      { key: 'hour', value: String(new Date(2026, 10, 30, 13).getTime()) },
      '80 % of slow requests are in the hour from 13:00:00, of the others 3 %: 27 times the share.',
    ],
  ])('says %j', (row, sentence) => {
    expect(said(row)).toBe(sentence);
  });

  it.each([
    ['2.9', ' It ran until 13:50:00; version 3.1 has run since 14:10:00.'],
    ['3.1', ' It has run since 14:10:00.'],
    ['3.0', ' It ran until 14:09:58; version 3.1 has run since 14:10:00.'],
    ['1.0', ''],
  ])('says of version %s when it ran', (value, ran) => {
    const at = (minute: number, second = 0): number => new Date(2026, 10, 30, 13, minute, second).getTime();
    const versions = [
      { version: '3.0', fromMillis: at(0), toMillis: at(20) },
      { version: '2.9', fromMillis: at(21), toMillis: at(50) },
      { version: '3.0', fromMillis: at(51), toMillis: at(69, 58) },
      { version: '3.1', fromMillis: at(70), toMillis: undefined },
    ];
    expect(said({ key: 'version', value }, { versions })).toBe(
      `80 % of slow requests are of version ${value}, of the others 3 %: 27 times the share.${ran}`,
    );
  });

  it.each<[Partial<OverRepresentation>, string]>([
    [{}, 'Nothing stands out: no value is more frequent among slow requests than chance explains.'],
    [{ marked: traces(0) }, 'No slow requests are held.'],
    [{ rest: traces(0) }, 'There is nothing to compare slow requests with: no other trace is held.'],
    [
      { rest: traces(0, 8) },
      'An older version kept these traces without their weights, so they cannot be compared.',
    ],
    [
      { compared: 0, marked: traces(2), rest: traces(1) },
      'Too few to compare: 2 traces of slow requests and 1 other.',
    ],
  ])('claims nothing of %j', (facts, sentence) => {
    expect(said(undefined, facts)).toBe(sentence);
  });
});

describe('overHref', () => {
  const range = chooseRange({ from: '-1h' }, NOW);
  const view = {
    links: new Links('', range.query),
    range,
    now: NOW,
    path: '/slow',
    query: {},
    jaegerUiUrl: undefined,
    basePath: '',
    origin: undefined,
    csrfToken: undefined,
    readOnly: false,
  };
  const hrefOf = (key: string, value: string, side: 'marked' | 'rest' = 'marked'): string | undefined =>
    overHref(
      { key, value },
      side,
      { type: 'http', marked: 'slow', slow: { millis: 1000, by: 'threshold' } },
      view,
    );

  it.each([
    ['user_agent.original', 'Mozilla/5.0 (X11) "x\\y"'],
    ['http.response.status_code', '503'],
    ['agent', 'Reading Reader'],
    ['agent kind', 'browsers'],
    ['referrer', 'news.example'],
    ['statement', 'SELECT * FROM posts WHERE "id" = ?'],
    ['template', 'post'],
    ['operation', 'job nightly'],
    ['route', 'GET /posts/:slug'],
  ])('searches for %s %s in words that the search understands', (key, value) => {
    const { searchParams } = new URL(hrefOf(key, value)!, 'http://x');
    const { terms, problems } = parseTraceQuery(searchParams.get('q') ?? '');
    expect([problems, terms.length]).toEqual([[], key === 'route' ? 0 : value === 'browsers' ? 2 : 1]);
    expect(searchParams.get('series')).toBe(key === 'route' ? value : null);
    expect(searchParams.get('reason')).toBe('slow');
    if (key.includes('.')) expect(terms[0]!.term).toMatchObject({ field: 'attribute', key, text: value });
  });

  it('names a statement as tables do, by its summary and its conditions', () => {
    const value =
      'WITH RECURSIVE word(at) AS (SELECT ? UNION SELECT at + ? FROM word) SELECT at FROM position, word WHERE at = ?';
    expect(said({ key: 'statement', value })).toContain(
      ' with statement SELECT position at = ?, of the others ',
    );
    expect(said({ key: 'statement', value: 'SELECT tags' })).toContain(
      ' with statement SELECT tags, of the others ',
    );
  });

  it('restricts the time for an hour, and is none for a class of numbers', () => {
    const hour = new Date(2026, 10, 30, 13).getTime();
    const { searchParams } = new URL(hrefOf('hour', String(hour), 'rest')!, 'http://x');
    expect(Object.fromEntries(searchParams)).toMatchObject({ max: '1000', to: String(hour + 3_600_000) });
    expect(hrefOf('db.response.returned_rows', '10–99')).toBeUndefined();
  });
});
