import { describe, expect, it } from '@jest/globals';
import { repeatedStatements } from '../../../../src/observatory/trace/repeated-statements.ts';
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
