import { afterEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import { madeBy, stepRemark } from '../../../src/observatory/pages/statement-plan.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { FakeTelemetry } from './fake-telemetry.ts';

const ADDRESS = '/admin/metrics-dashboard/statement?name=SELECT+posts_fts';
const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function page(query: string, explain?: (text: string) => readonly string[]): Promise<string> {
  const more = explain === undefined ? {} : { explain };
  const { server, origin } = await serveObservatory(new FakeTelemetry(), more);
  running.push(server);
  return (await fetch(`${origin}${ADDRESS}${query}`)).text();
}

describe('the page of a statement', () => {
  it('offers the plan and asks for none unasked', async () => {
    const text = await page('', () => {
      throw new Error('was asked');
    });
    expect(text).toMatch(/href="[^"]*statement\?name=SELECT\+posts_fts&amp;explain=1"/);
    expect(text).not.toContain('was asked');
  });

  it('plans the text that was seen, nothing from the address', async () => {
    const asked: string[] = [];
    const text = await page('&explain=1&text=DROP+TABLE+posts', (statement) => {
      asked.push(statement);
      return ['SCAN posts', '  USE TEMP B-TREE FOR ORDER BY'];
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/^SELECT /);
    expect(asked[0]).not.toContain('DROP');
    expect(text).toContain('reads every row');
    expect(text).toContain('sorts in memory');
  });

  it('says why there is no plan', async () => {
    const text = await page('&explain=1', () => {
      throw new Error('no such table: <posts>');
    });
    expect(text).toContain('No plan: no such table: &lt;posts&gt;.');
    expect(await page('&explain=1')).toContain('No database is at hand here');
  });

  it('lists its slowest calls, each at its span in its trace', async () => {
    const text = await page('');
    expect(text).toMatch(/href="[^"]*\/traces\/[0-9a-f]{32}\?span=[0-9a-f]{16}"/);
    const body = JSON.parse(await page('&format=json')) as {
      facts: {
        calls: { rows: { duration_millis: number; within: string }[]; looked: number; total: number };
      };
    };
    const { rows, looked, total } = body.facts.calls;
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.map((row) => row.duration_millis)).toEqual(
      rows.map((row) => row.duration_millis).toSorted((a, b) => b - a),
    );
    expect(new Set(rows.map((row) => row.within))).toEqual(new Set(['GET /search']));
    expect(looked).toBe(total);
  });
});

describe('a summary that several statements share', () => {
  const texts = [
    { text: 'SELECT title FROM posts_fts WHERE posts_fts MATCH ?', count: 3, totalMillis: 30, maxMillis: 25 },
    { text: 'SELECT count(*) FROM posts_fts', count: 1_204, totalMillis: 12, maxMillis: 0.5 },
  ];
  class TwoTexts extends FakeTelemetry {
    override series(...args: Parameters<FakeTelemetry['series']>) {
      return super
        .series(...args)
        .map((row) => (row.name === 'SELECT posts_fts' ? { ...row, text: texts[0]!.text, texts } : row));
    }
  }

  it('lists each with its own counts, shows the dearest, and another one on demand', async () => {
    const asked: string[] = [];
    const explain = (text: string) => {
      asked.push(text);
      return ['SCAN posts_fts'];
    };
    const { server, origin } = await serveObservatory(new TwoTexts(), { explain });
    running.push(server);
    const get = async (query: string) => (await fetch(`${origin}${ADDRESS}${query}`)).text();
    const first = await get('');
    expect(first).toContain('2 texts');
    expect(first).toContain('1,204');
    const other = /href="[^"]*(&amp;text=[0-9a-f]{8})"/.exec(first)![1]!.replace('&amp;', '&');
    const second = await get(other);
    expect(second).toMatch(/aria-current="true"[^]*count\(\*\)/);
    await get(`${other}&explain=1`);
    await get('&explain=1');
    expect(asked).toEqual([texts[1]!.text, texts[0]!.text]);
  });
});

describe('stepRemark', () => {
  it('is silent about what the plan itself has made', () => {
    const plan = [
      'CO-ROUTINE (subquery-3)',
      '  SCAN CONSTANT ROW',
      'MATERIALIZE newest',
      '  SCAN posts',
      'SCAN (subquery-3)',
      'SCAN newest LEFT-JOIN',
    ];
    expect(plan.map((step) => stepRemark(step, madeBy(plan)))).toEqual([
      undefined,
      undefined,
      undefined,
      'reads every row',
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['SCAN posts', 'reads every row'],
    ['  SCAN posts', 'reads every row'],
    ['SCAN posts USING COVERING INDEX posts_by_date', undefined],
    ['SCAN posts_fts VIRTUAL TABLE INDEX 0:M1', undefined],
    ['SEARCH posts USING INTEGER PRIMARY KEY (rowid=?)', undefined],
    ['SEARCH t USING AUTOMATIC COVERING INDEX (a=?)', 'builds an index for this one run'],
    ['USE TEMP B-TREE FOR GROUP BY', 'sorts in memory'],
  ])('%s: %s', (step, remark) => expect(stepRemark(step)).toBe(remark));
});
