import { describe, expect, it } from '@jest/globals';
import {
  allRepeated,
  repeatedInTurn,
  repeatedStatements,
} from '../../../../src/observatory/trace/repeated-statements.ts';
import { sketchTrace } from '../../../fixtures/trace-sketches.ts';

type Sketch = Parameters<typeof sketchTrace>[2][number];

const run = (count: number, millis: number, more: Partial<Sketch> = {}): Sketch[] =>
  Array.from({ length: count }, (_, index) => ({
    name: 'SELECT tags',
    type: 'database',
    at: 10 + index * 10,
    millis,
    ...more,
  }));
const spansOf = (...spans: Sketch[]) =>
  sketchTrace('ab'.repeat(16), 0, [{ name: 'GET /', type: 'http', at: 0, millis: 500 }, ...spans]).spans;

describe('repeatedStatements', () => {
  it('finds a run of five that took more than 5 ms', () => {
    expect(repeatedStatements(spansOf(...run(5, 1.1)))).toMatchObject([
      { series: 'SELECT tags', count: 5, totalMillis: 5.5 },
    ]);
  });

  it.each([
    ['four', run(4, 9)],
    ['five that took 5 ms', run(5, 1)],
    ['five at the same time', run(5, 9, { at: 10 })],
    ['five renderings', run(5, 9, { type: 'render' })],
    [
      'five broken by another statement',
      [
        ...run(3, 9),
        { name: 'SELECT x', type: 'database' as const, at: 41, millis: 1 },
        ...run(2, 9).map((span) => ({ ...span, at: span.at + 40 })),
      ],
    ],
    [
      'three under each of two parents',
      [...run(3, 9), ...run(3, 9, { parent: 1 }).map((span) => ({ ...span, at: span.at + 100 }))],
    ],
  ])('does not call %s a repetition', (_, spans) =>
    expect(repeatedStatements(spansOf(...spans))).toEqual([]),
  );
});

/** Rounds of so many statements, one after the other. */
const rounds = (count: number, names: readonly string[], millis = 0.2): Sketch[] =>
  Array.from({ length: count * names.length }, (_, index) => ({
    name: names[index % names.length]!,
    type: 'database',
    at: index,
    millis: index % names.length === 1 ? 2 * millis : millis,
  }));

describe('allRepeated', () => {
  it.each([
    ['ten runs', run(10, 0.004), 10],
    ['ten rounds of two', rounds(10, ['one', 'two'], 0.004), 10],
    ['five runs that cost', run(5, 1.1), 5],
  ])('finds %s, however little ten take', (_, spans, count) => {
    expect(allRepeated(spansOf(...spans))).toMatchObject([{ count }]);
  });

  it('leaves nine cheap runs alone, and a loop that costs nothing to those who look for loops', () => {
    expect(allRepeated(spansOf(...run(9, 0.004)))).toEqual([]);
    expect(repeatedStatements(spansOf(...run(40, 0.004)))).toEqual([]);
  });
});

describe('repeatedInTurn', () => {
  const media = ['find', 'uses', 'variants', 'seen', 'settings'];

  it('finds a loop of several statements, a row for all of them, named by the one that takes the most', () => {
    const spans = spansOf(...rounds(100, media));
    expect(repeatedStatements(spans)).toEqual([]);
    const [loop, ...more] = repeatedInTurn(spans);
    expect(more).toEqual([]);
    expect(loop).toMatchObject({ series: 'uses', count: 100, others: 4 });
    expect(loop!.totalMillis).toBeCloseTo(100 * 6 * 0.2);
  });

  it('finds the inner and the outer statement of one loop in another', () => {
    const spans = spansOf(...rounds(12, ['post', 'tag', 'tag', 'tag', 'tag', 'tag']));
    expect(repeatedInTurn(spans)).toMatchObject([{ series: 'tag', count: 60, others: 1 }]);
  });

  it.each([
    ['nine rounds', rounds(9, media, 9)],
    ['rounds of one statement, which is a run', rounds(20, ['one'], 9)],
    [
      'a statement among many others',
      rounds(
        20,
        Array.from({ length: 20 }, (_, index) => `${index}`),
        9,
      ),
    ],
    ['statements at the same time', rounds(40, ['one', 'two'], 9).map((span) => ({ ...span, at: 5 }))],
  ])('does not call %s a loop', (_, spans) => expect(repeatedInTurn(spansOf(...spans))).toEqual([]));
});
