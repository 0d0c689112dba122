import { describe, expect, it } from '@jest/globals';
import { fc } from '../../../fixtures/properties.ts';
import type { SpanRow } from '../../../../otel/query.ts';
import { sharesOf, spanTree } from '../../../../src/observatory/trace/span-tree.ts';
import { waterfallRows } from '../../../../src/observatory/trace/waterfall-rows.ts';
import { searchTrace, sketchTrace } from '../../../fixtures/trace-sketches.ts';

const BASE = sketchTrace('ab'.repeat(16), 0, [{ name: 'x', type: 'other', at: 0, millis: 1 }]).spans[0]!;

function span(
  spanId: string,
  parentSpanId: string | undefined,
  startMillis: number,
  durationMillis: number,
): SpanRow {
  return { ...BASE, spanId, parentSpanId, name: spanId, series: spanId, startMillis, durationMillis };
}

describe('spanTree', () => {
  it('orders each span under its parent, siblings by start', () => {
    const nodes = spanTree([
      span('c', 'a', 50, 10),
      span('b', 'a', 10, 30),
      span('a', undefined, 0, 100),
      span('d', 'b', 15, 5),
    ]);
    expect(nodes.map((node) => [node.span.spanId, node.depth])).toEqual([
      ['a', 0],
      ['b', 1],
      ['d', 2],
      ['c', 1],
    ]);
  });

  it('takes from a span the time its children cover, once where they overlap and only inside it', () => {
    const nodes = spanTree([
      span('a', undefined, 0, 100),
      span('b', 'a', 10, 40),
      span('c', 'a', 30, 40),
      span('d', 'a', 90, 500),
    ]);
    expect(nodes[0]?.selfMillis).toBe(30);
  });

  it('walks the critical path back from the end', () => {
    const nodes = spanTree([
      span('a', undefined, 0, 100),
      span('b', 'a', 10, 40),
      span('c', 'a', 10, 20),
      span('d', 'a', 60, 30),
    ]);
    expect(Object.fromEntries(nodes.map((node) => [node.span.spanId, node.criticalMillis]))).toEqual({
      a: 30,
      b: 40,
      c: 0,
      d: 30,
    });
  });

  it('reads spans that overlap as consecutive, up to the start of the later one', () => {
    const nodes = spanTree([
      span('search', undefined, 0, 700),
      // In a worker thread; the next one starts before the answer of the first is handled.
      span('count', 'search', 225, 139),
      span('rows', 'search', 361, 234),
      // Beside both.
      span('beside', 'search', 200, 200),
    ]);
    expect(Object.fromEntries(nodes.map((node) => [node.span.spanId, node.criticalMillis]))).toEqual({
      search: 200 + 105,
      beside: 25,
      rows: 234,
      count: 136,
    });
  });

  it('keeps the measured duration of a span that is completely on the critical path', () => {
    const start = 1_795_453_669_130.25;
    const nodes = spanTree([span('a', undefined, start, 5), span('b', 'a', start + 1.3, 0.08883)]);
    expect(nodes.find((node) => node.span.spanId === 'b')?.criticalMillis).toBe(0.08883);
  });

  it('sums to the whole on the critical path', () => {
    const trace = searchTrace('ab'.repeat(16), 0);
    const sum = spanTree(trace.spans).reduce((all, node) => all + node.criticalMillis, 0);
    expect(sum).toBeCloseTo(trace.durationMillis, 6);
  });

  it('keeps every span once, whatever its parents are', () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const spans = fc.uniqueArray(
      fc.record({
        id: ids,
        parent: fc.option(ids, { nil: undefined }),
        at: fc.integer({ min: -50, max: 50 }),
        millis: fc.integer({ min: 0, max: 100 }),
      }),
      { selector: (each) => each.id },
    );
    fc.assert(
      fc.property(spans, (drawn) => {
        const nodes = spanTree(drawn.map((each) => span(each.id, each.parent, each.at, each.millis)));
        expect(nodes.map((node) => node.span.spanId).sort()).toEqual(drawn.map((each) => each.id).sort());
        for (const node of nodes) {
          expect(node.selfMillis).toBeGreaterThanOrEqual(0);
          expect(node.selfMillis).toBeLessThanOrEqual(node.span.durationMillis);
          expect(node.criticalMillis).toBeGreaterThanOrEqual(0);
          expect(node.criticalMillis).toBeLessThanOrEqual(node.selfMillis);
        }
        const onPath = nodes.reduce((sum, node) => sum + node.criticalMillis, 0);
        expect(onPath).toBe(nodes[0]?.span.durationMillis ?? 0);
      }),
    );
  });

  it('reads a tree of any depth', () => {
    const deep = Array.from({ length: 5000 }, (_, index) =>
      span(`s${index}`, index === 0 ? undefined : `s${index - 1}`, 0, 10),
    );
    expect(spanTree(deep).at(-1)?.depth).toBe(4999);
  });
});

describe('sharesOf', () => {
  it('adds self time up by series, most first', () => {
    const [first, second] = sharesOf(spanTree(searchTrace('ab'.repeat(16), 0).spans));
    expect([first?.series, first?.count, first?.selfMillis]).toEqual(['SELECT posts_fts', 1, 961]);
    expect(second?.series).toBe('render search');
  });
});

describe('waterfallRows', () => {
  it('folds a run into its first span and stretches that to the last', () => {
    const trace = searchTrace('ab'.repeat(16), 0);
    const nodes = spanTree(trace.spans);
    const ids = trace.spans.filter((each) => each.series === 'SELECT tags').map((each) => each.spanId);
    const rows = waterfallRows(nodes, [
      { series: 'SELECT tags', name: 'SELECT tags', count: 24, totalMillis: 13.2, spanIds: ids },
    ]);
    const folded = rows.filter((row) => row.kind === 'span').find((row) => row.repeat !== undefined);
    expect(folded?.repeat).toBe(24);
    expect(folded?.durationMillis).toBeCloseTo(23 * 0.62 + 0.55, 6);
    // Without the gaps: what the sentence and the table say of the run.
    expect(folded?.measuredMillis).toBeCloseTo(24 * 0.55, 6);
    expect(rows.filter((row) => row.kind === 'event').map((row) => row.summary)).toEqual(['terms=3']);
  });
});
