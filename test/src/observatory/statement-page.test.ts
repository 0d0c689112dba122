import { describe, expect, it } from '@jest/globals';
import { madeBy, stepRemark } from '../../../src/observatory/pages/statement-plan.ts';
import { serveObservatory } from '../../fixtures/observatory-server.ts';
import { busyBlog } from '../../fixtures/busy-blog.ts';
import { MeasuredBlog } from '../../fixtures/measured-blog.ts';
import { NOW } from '../../fixtures/still-runtime.ts';
import { FTS_TEXT, statement } from '../../fixtures/trace-sketches.ts';

const PATH = '/admin/metrics-dashboard/statement';
const ADDRESS = `${PATH}?${new URLSearchParams({ name: FTS_TEXT })}`;
const BY_SUMMARY = `${PATH}?name=SELECT+posts_fts`;
const { telemetry } = busyBlog();

async function page(query: string, explain?: (text: string) => readonly string[]): Promise<string> {
  const more = explain === undefined ? {} : { explain };
  const { origin } = await serveObservatory(telemetry, more);
  return (await fetch(`${origin}${ADDRESS}${query}`)).text();
}

describe('the page of a statement', () => {
  it('offers the plan, and makes it only on request', async () => {
    const text = await page('', () => {
      throw new Error('was asked');
    });
    expect(text).toContain(`href="${ADDRESS}&amp;explain=1"`);
    expect(text).not.toContain('was asked');
  });

  it('plans the recorded text, never text from the address', async () => {
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

  it('gives the reason if there is no plan', async () => {
    const text = await page('&explain=1', () => {
      throw new Error('no such table: <posts>');
    });
    expect(text).toContain('No plan: no such table: &lt;posts&gt;.');
    expect(await page('&explain=1')).toContain('There is no database here');
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

describe('an address that names a summary', () => {
  const TEXTS = ['SELECT title FROM posts_fts WHERE posts_fts MATCH ?', 'SELECT count(*) FROM posts_fts'];
  const asked = (texts: readonly string[]) => {
    const happened = texts.map((text, index) => ({
      startMillis: NOW - 60_000 + index * 1000,
      spans: [
        { name: 'GET /search', type: 'http' as const, at: 0, millis: 40 },
        { ...statement(text), at: 1, millis: 30 },
      ],
    }));
    return new MeasuredBlog({ happened }).telemetry;
  };
  const open = async (texts: readonly string[], address = BY_SUMMARY) => {
    const { origin } = await serveObservatory(asked(texts));
    return fetch(`${origin}${address}`);
  };

  it('shows its only statement', async () => {
    const page = await (await open(TEXTS.slice(0, 1))).text();
    expect(page).toContain('posts_fts MATCH ?');
    expect(page).toContain('Slowest calls held');
  });

  it('lists its statements, each with what distinguishes it and a page of its own', async () => {
    const response = await open(TEXTS);
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain('2 statements of this summary');
    const links = [...page.matchAll(/href="([^"]*\/statement\?name=[^"]*)"\s+title="([^"]*)"/g)];
    expect(links.map(([, , title]) => title)).toEqual(TEXTS);
    const one = await (await open(TEXTS, links[1]![1])).text();
    expect(one).toContain('count(*)');
    expect(one).toContain('Other statements of this summary');
  });

  it.each([
    ['of markup', '</title><script>alert(1)</script>"\'&amp;'],
    ['of 255 characters of four bytes', '😀'.repeat(127)],
    ['that is written from right to left', '\u202eSELECT "مقالات"'],
    ['with a NUL and line ends', 'SELECT "a\u0000b\r\nc"'],
  ])('finds a text %s by its address', async (_, text) => {
    // As it is counted, without its literals.
    const [{ name } = { name: '' }] = asked([text]).series('database');
    const response = await open([text, 'SELECT 1'], `${PATH}?${new URLSearchParams({ name })}`);
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain('Slowest calls held');
    expect(page).not.toContain('<script>alert');
  });

  it('answers an unknown name of 8 kB', async () => {
    const name = 'SELECT "\u202e'.padEnd(8_000, 'x');
    const response = await open(TEXTS, `${PATH}?${new URLSearchParams({ name })}`);
    expect(response.status).toBe(404);
    const [, title = ''] = /<title>([^<]*)/.exec(await response.text())!;
    expect(title.length).toBeLessThan(200);
    expect(title).toContain('SELECT');
  });
});

describe('stepRemark', () => {
  it('has no remark on subqueries of the plan', () => {
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
