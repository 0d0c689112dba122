import { describe, expect, it } from '@jest/globals';
import type { SeriesSummary } from '../../../../otel/query.ts';
import { isStartUpWork } from '../../../../src/observatory/facts/start-up-statements.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { statement } from '../../../fixtures/trace-sketches.ts';

const NOTHING = new MeasuredBlog().telemetry.operations().database;
const row = (summary: string, more: Partial<SeriesSummary> = {}): SeriesSummary => ({
  ...NOTHING,
  count: 2,
  totalMillis: 3,
  type: 'database',
  name: `${summary} -- text`,
  text: `${summary} -- text`,
  summary,
  ...more,
});

describe('isStartUpWork', () => {
  it.each([
    ['PRAGMA journal_mode', [], true],
    ['CREATE TABLE posts; CREATE INDEX a', [], true],
    ['ALTER TABLE posts', [], true],
    ['SELECT posts', [], false],
    ['INSERT posts', [], false],
    ['PRAGMA data_version', ['GET /'], false],
    ['CREATED', [], false],
  ])('%s, issued by %j: %s', (summary, callers, expected) => {
    expect(isStartUpWork(row(summary, { callers }))).toBe(expected);
  });
});

describe('the page of queries', () => {
  /** Each ran twice before the first request, the last of them in vain once. */
  const happened = ['CREATE TABLE posts (id)', 'SELECT id FROM posts', 'PRAGMA user_version'].flatMap(
    (text) =>
      [0, 1].map((run) => ({
        startMillis: NOW - 1000,
        spans: [
          {
            ...statement(text),
            at: run,
            millis: 1.5,
            ...(text.startsWith('PRAGMA') && run === 1 && { error: 'disk I/O error' }),
          },
        ],
      })),
  );

  it('folds the work of the start into one closed line with its totals, and has it in the files', async () => {
    const { origin } = await serveObservatory(new MeasuredBlog({ happened }).telemetry);
    const get = async (query: string) =>
      (await fetch(`${origin}/admin/metrics-dashboard/queries${query}`)).text();
    const page = await get('');
    const [, folded = ''] = /<details class="folded"[^>]*>([^]*?)<\/details>/.exec(page)!;
    expect(folded.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')).toContain(
      '2 start-up and schema statements: 4 calls, 6 ms in all, 1 failed',
    );
    expect(folded).toContain('CREATE TABLE posts');
    expect(page.replace(folded, '')).not.toContain('CREATE TABLE posts');
    expect(page).toMatch(/1 statement in the last/);
    const csv = (await get('?format=csv')).trim().split('\r\n');
    expect(csv).toHaveLength(4);
    expect(csv[0]).toMatch(/summary,text,callers$/);
    const { facts } = JSON.parse(await get('?format=json')) as {
      facts: Record<'statements' | 'start_up', { summary: string }[]>;
    };
    expect(facts.statements.map(({ summary }) => summary)).toEqual(['SELECT posts']);
    expect(facts.start_up.map(({ summary }) => summary)).toEqual([
      'CREATE TABLE posts',
      'PRAGMA user_version',
    ]);
  });
});
