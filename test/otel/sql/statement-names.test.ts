import { describe, expect, it } from '@jest/globals';
import { anyText, fc } from '../../fixtures/properties.ts';
import { SpanKind } from '@opentelemetry/api';
import { statementSubject } from '../../../otel/instrumentation/statement-facts.ts';
import { seriesOf } from '../../../otel/spans/operation-type.ts';
import {
  MAX_SERIES_LENGTH,
  namesOfAttributes,
  namesOfSeries,
  namesOfSource,
} from '../../../otel/sql/statement-names.ts';

const LONG = `SELECT ${Array.from({ length: 100 }, (_, i) => `column_${i}`).join(', ')} FROM posts WHERE `;
const SOURCES = [
  'SELECT * FROM posts WHERE id = 1',
  "SELECT *\n\tFROM posts -- all\n WHERE title = 'a'",
  `${LONG} a = 1`,
  `SELECT "${'x'.repeat(3_000)}" FROM t`,
  `INSERT INTO t VALUES ${Array.from({ length: 9_000 }, (_, i) => `(${i}, 'ä')`).join(',')}`,
  `SELECT '${'😀'.repeat(300)}', "${'😀'.repeat(120)}" FROM posts`,
  'SELECT "\ud800", \u202e FROM "مقالات" WHERE "نص" = \'\u0000\'',
  'not closed "\'[',
];

describe('the series of a statement', () => {
  it.each(SOURCES)('is the same from source and from attributes: %#', (source) => {
    const subject = statementSubject(source, 'blog.db');
    const span = {
      kind: SpanKind.CLIENT,
      name: 'SELECT blog',
      instrumentationScope: { name: 'a driver of somebody else' },
    };
    expect(seriesOf('database', { ...span, attributes: subject.attributes })).toBe(subject.series);
    expect(seriesOf('database', { ...span, attributes: { 'db.query.text': source } })).toBe(subject.series);
    expect(namesOfAttributes(subject.statement!.text, subject.name, subject.name)).toEqual(subject.statement);
  });

  it('fits into a key, is well-formed, and differs if a long text differs', () => {
    expect(namesOfSource(`${LONG} a = 1`).series).not.toBe(namesOfSource(`${LONG} b = 1`).series);
    fc.assert(
      fc.property(anyText({ maxLength: 600 }), (source) => {
        const { series } = namesOfSource(source);
        expect(series.length).toBeLessThanOrEqual(MAX_SERIES_LENGTH);
        expect(series.isWellFormed()).toBe(true);
        expect(new URLSearchParams(String(new URLSearchParams({ series }))).get('series')).toBe(series);
      }),
    );
  });

  it.each([
    [
      'text and summary',
      'SELECT 1',
      'mine',
      'name',
      { series: 'SELECT ?', text: 'SELECT ?', summary: 'mine' },
    ],
    ['a text', 'GET key', undefined, 'GET', { series: 'GET key', text: 'GET key', summary: 'GET' }],
    [
      'a summary',
      undefined,
      'SELECT a',
      'name',
      { series: 'SELECT a', text: undefined, summary: 'SELECT a' },
    ],
    ['neither', undefined, undefined, 'name', { series: 'name', text: undefined, summary: 'name' }],
  ])('of a span that tells %s', (_, text, summary, name, names) => {
    expect(namesOfAttributes(text, summary, name)).toEqual(names);
  });

  it('caches a bounded number of texts, and works beyond it', () => {
    for (let i = 0; i < 1_200; i++)
      expect(namesOfAttributes(`SELECT c${i} FROM t`, undefined, '').series).toBe(`SELECT c${i} FROM t`);
  });
});

describe('namesOfSeries', () => {
  it.each([
    'SELECT posts',
    'SELECT posts post_tags',
    'INSERT main.posts; DELETE tags',
    'BACKUP',
    '(other)',
    'WITH',
  ])('takes %s of an older file for a summary without a text', (series) =>
    expect(namesOfSeries(series)).toEqual({ series, text: undefined, summary: series }),
  );

  it.each([
    ['SELECT * FROM posts WHERE id = ?', 'SELECT posts'],
    ['DELETE FROM posts', 'DELETE posts'],
    ['PRAGMA journal_mode = ?', 'PRAGMA journal_mode'],
    [namesOfSource(`${LONG} a = 1`).series, 'SELECT'],
  ])('finds the summary of %s', (series, summary) => {
    expect(namesOfSeries(series)).toEqual({ series, text: series, summary });
  });
});
