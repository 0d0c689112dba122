import { beforeAll, describe, expect, it } from '@jest/globals';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { wordsOf } from '../../fixtures/page-text.ts';
import { NOW } from '../../fixtures/still-runtime.ts';

/** What was sent: a request each second, with a statement of its own length. */
const LEDGER = Array.from({ length: 900 }, (_, index) => ({
  atMillis: NOW - 1_000_000 + index * 1000,
  route: index % 3 === 0 ? 'GET /search' : 'GET /posts/:slug',
  statement: index % 3 === 0 ? 'SELECT id FROM post_search' : 'SELECT * FROM posts WHERE id = ?',
  statementMillis: (index * 7) % 90,
}));

describe('a search for what took long', () => {
  let base: string;
  beforeAll(async () => {
    const happened = LEDGER.map(({ atMillis, route, statement, statementMillis }) => ({
      startMillis: atMillis,
      spans: [
        { name: route, type: 'http' as const, at: 0, millis: statementMillis + 10 },
        { name: statement, type: 'database' as const, at: 1, millis: statementMillis },
      ],
    }));
    const env = {
      METRICS_SAMPLING_RATE: '0.2',
      METRICS_SLOW_DB_THRESHOLD: '5000',
      METRICS_SLOW_HTTP_THRESHOLD: '5000',
    };
    const { origin } = await serveObservatory(new MeasuredBlog({ env, happened }).telemetry);
    base = `${origin}/admin/metrics-dashboard/traces`;
  });

  async function said(query: string): Promise<{ readonly held: number; readonly words: string }> {
    const words = wordsOf(await (await fetch(base + query, { headers: { accept: 'text/html' } })).text());
    return { held: Number(/(\d+) traces match/.exec(words)?.[1] ?? 0), words };
  }
  const sent = (isOne: (row: (typeof LEDGER)[number]) => boolean): number => LEDGER.filter(isOne).length;
  const counted = (words: string): number =>
    Number(/held or not, [^.]*?(?:about )?(\d+) (?:of these )?(?:[a-z]+ )?took/.exec(words)?.[1]);

  it.each<[string, string, (row: (typeof LEDGER)[number]) => boolean]>([
    [
      '?q=db%3E30.5ms',
      'statements took longer than 30.5 ms in the last hour: all are counted.',
      (row) => row.statementMillis > 30.5,
    ],
    ['?q=db%3E%3D60.5', 'took at least 60.5 ms', (row) => row.statementMillis > 60.5],
    ['?q=dur%3E70.5', 'requests took longer than 70.5 ms', (row) => row.statementMillis > 60.5],
    [
      '?q=dur%3E70.5+route:/search',
      'of these requests took longer',
      (row) => row.statementMillis > 60.5 && row.route === 'GET /search',
    ],
    [
      '?q=dur%3E70.5+-route:/search',
      'of these requests took longer',
      (row) => row.statementMillis > 60.5 && row.route !== 'GET /search',
    ],
    [
      '?q=db%3E30.5+db:post_search',
      'of these statements took longer',
      (row) => row.statementMillis > 30.5 && row.route === 'GET /search',
    ],
    ['?type=database&min=30.5', 'statements took at least', (row) => row.statementMillis > 30.5],
  ])('%s says how many did in all, of which some are held', async (query, part, isOne) => {
    const { held, words } = await said(query);
    const all = sent(isOne);
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(all / 2);
    expect(words).toContain(part);
    // Durations are counted by 2 %: one length of this ledger at most is on the wrong side.
    expect(Math.abs(counted(words) - all)).toBeLessThanOrEqual(10);
  });

  it('is exact where nothing took about as long as the bound, and says about where something did', async () => {
    const { words: far } = await said('?q=db%3E5.5');
    expect(far).toContain(`held or not, ${sent((row) => row.statementMillis > 5.5)} statements took`);
    expect((await said('?q=db%3E80.1')).words).toContain('held or not, about ');
  });

  it.each([
    '?q=db%3E30+status:200',
    '?q=db%3E30+route:/search',
    '?q=-db%3E30',
    '?q=db%3C30',
    '?q=glass',
    '',
    '?q=db%3E30+dur%3E40',
  ])('%s says nothing that the counts do not tell', async (query) => {
    expect((await said(query)).words).not.toContain('held or not');
  });
});
