import { describe, expect, it } from '@jest/globals';
import type { SeriesSummary } from '../../../../otel/query.ts';
import { isStartUpWork } from '../../../../src/observatory/facts/start-up-statements.ts';
import { emptySummary } from '../fake/series.ts';
import { FakeTelemetry } from '../fake-telemetry.ts';
import { serveObservatory } from '../../../fixtures/observatory-server.ts';

const row = (summary: string, more: Partial<SeriesSummary> = {}): SeriesSummary => ({
  ...emptySummary(1),
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
  class Started extends FakeTelemetry {
    override series(...args: Parameters<FakeTelemetry['series']>) {
      if (args[0] !== 'database') return super.series(...args);
      return [row('CREATE TABLE posts'), row('SELECT posts'), row('PRAGMA user_version', { errors: 1 })];
    }
  }

  it('folds the work of the start into one closed line with its totals, and has it in the files', async () => {
    const { server, origin } = await serveObservatory(new Started());
    try {
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
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
