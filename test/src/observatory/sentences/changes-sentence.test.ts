import { describe, expect, it } from '@jest/globals';
import type { OperationType } from '../../../../otel/query.ts';
import type {
  ComparedSeries,
  ComparedSide,
  Difference,
} from '../../../../src/observatory/facts/compared-series.ts';
import type { MemorySince } from '../../../../src/observatory/facts/memory-since.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { changesSentence } from '../../../../src/observatory/sentences/changes-sentence.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';

const side = (count: number, millis: number): ComparedSide => ({
  count,
  errors: 0,
  clientErrors: 0,
  perSecond: count / 600,
  totalMillis: count * millis,
  durationMillis: { p50: millis, p75: millis, p95: millis },
});

function row(
  [type, name, summary]: readonly [OperationType, string, string?],
  before: ComparedSide,
  after: ComparedSide,
  differs: readonly Difference[] = [],
): ComparedSeries {
  const ratio = after.durationMillis.p50 / before.durationMillis.p50;
  const p50 = before.count === 0 ? undefined : { ratio, low: ratio, high: ratio, chance: 0 };
  return {
    type,
    name,
    summary,
    text: undefined,
    before,
    after,
    p50,
    p75: undefined,
    p95: undefined,
    rate: undefined,
    differs,
  };
}
const say = (rows: readonly ComparedSeries[], memory?: MemorySince): string =>
  sentenceText(changesSentence(rows, [], 'the 6 minutes before', new Links('/o', {}), memory));

const LINE = { fromBytes: 60e6, toBytes: 160e6 };
const GROWS: MemorySince = {
  version: '1.5.0',
  atMillis: 0,
  growth: { isGrowing: true, mayGrow: true, bytesPerHour: 1e8, plusMinus: 1e6, line: LINE },
  of: 'heap',
  startedAtMillis: 0,
  endedAtMillis: undefined,
  isLatest: true,
  before: 'level',
};

describe('changesSentence', () => {
  it('says first that memory grows, and then not that nothing changed', () => {
    const slower = row(['http', 'GET /a'], side(200, 1), side(200, 3), ['p50']);
    const same = row(['http', 'GET /b'], side(200, 1), side(200, 1));
    expect(say([slower, same], GROWS)).toMatch(
      /^Compared with the 6 minutes before, 1 of 2 operations differs, and memory grows: \/a takes /,
    );
    expect(say([same], GROWS)).toBe(
      'No operation changed beyond chance, compared with the 6 minutes before: 1 operation compared, but memory grows.',
    );
    const rare = row(['http', 'GET /c'], side(1, 1), side(1, 1));
    expect(say([rare], { ...GROWS, isLatest: false })).toMatch(/, but memory grew\.$/);
  });

  const template = row(['render', 'quote'], side(200, 0.03), side(200, 0.06), ['p50']);
  const scan = row(
    ['database', 'SELECT count(*) FROM posts AS first', 'SELECT posts'],
    side(0, 0),
    side(120, 100),
    ['rate'],
  );

  it('names first what added the most time, and says that a template is rendered', () => {
    const page = row(['render', 'page'], side(200, 1), side(200, 2), ['p50']);
    expect(say([page, scan])).toMatch(
      /differ: SELECT posts comes .*, none before; rendering page takes ×2\.00 at p50/,
    );
  });

  it('only counts what adds a hundredth of that, or less', () => {
    expect(say([template, scan])).toMatch(/differ: SELECT posts comes [^;]*, none before; and 1 more\./);
    expect(say([template])).toMatch(/differs: rendering quote takes ×2\.00 at p50/);
  });

  it('tells statements of one summary apart', () => {
    const [byId, bySlug] = ['id = ?', 'slug = ?'].map((condition) =>
      row(['database', `SELECT a FROM posts WHERE ${condition}`, 'SELECT posts'], side(0, 0), side(130, 0.1)),
    );
    expect(say([byId!, bySlug!])).toContain(
      'SELECT posts “id = ?” ran 130 times; SELECT posts “slug = ?” ran 130 times.',
    );
    expect(say([byId!])).toContain('SELECT posts ran 130 times.');
  });

  it('says in which time an operation did not run: in others it may have', () => {
    const head = row(['http', 'HEAD /media/*'], side(0, 0), side(20, 1));
    const gone = row(['http', 'GET /gone'], side(20, 1), side(0, 0));
    expect(say([head, gone])).toContain(
      'Not in the 6 minutes before, but since: HEAD /media/* ran 20 times. In the 6 minutes before, but not since: /gone ran 20 times.',
    );
  });
});
