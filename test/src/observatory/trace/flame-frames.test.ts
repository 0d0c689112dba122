import { describe, expect, it } from '@jest/globals';
import { fc } from '../../../fixtures/properties.ts';
import { drawFlameGraph, visibleFrames } from '../../../../src/observatory/charts/flame-graph.ts';
import {
  type FlameFrame,
  type FlameGraph,
  flameGraph,
  mergedFlameGraph,
} from '../../../../src/observatory/trace/flame-frames.ts';
import { spanTree } from '../../../../src/observatory/trace/span-tree.ts';
import { searchTrace, sketchTrace } from '../../../fixtures/trace-sketches.ts';

const ID = 'ab'.repeat(16);

/** They follow their caller, one deeper, up to the next frame that is not below it. */
function calleesOf({ frames }: FlameGraph, index: number): readonly FlameFrame[] {
  const { depth } = frames[index]!;
  const after = frames.slice(index + 1);
  const end = after.findIndex((frame) => frame.depth <= depth);
  return after.slice(0, end < 0 ? after.length : end).filter((frame) => frame.depth === depth + 1);
}

describe('flameGraph', () => {
  it('merges alike callees of one caller, the widest first', () => {
    const { frames } = flameGraph(spanTree(searchTrace(ID, 0).spans));
    expect(frames.map(({ series, count, depth }) => [series, count, depth])).toEqual([
      ['GET /search', 1, 0],
      ['SELECT posts_fts', 1, 1],
      ['render search', 1, 1],
      ['layout', 1, 2],
      ['SELECT tags', 24, 1],
      ['SELECT posts', 1, 1],
      ['authenticate', 1, 1],
    ]);
  });

  it('has widths that sum to the self time of all spans, callees within their caller', () => {
    const offset = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            at: offset,
            millis: offset,
            parent: fc.nat(20),
            series: fc.constantFrom('a', 'b', 'c'),
          }),
          {
            minLength: 1,
            maxLength: 40,
          },
        ),
        (spans) => {
          const trace = sketchTrace(
            ID,
            0,
            spans.map(({ at, millis, parent, series }, index) => ({
              name: series,
              type: 'other' as const,
              at,
              millis,
              parent: parent % Math.max(1, index),
            })),
          );
          const nodes = spanTree(trace.spans);
          const graph = flameGraph(nodes);
          const self = nodes.reduce((sum, node) => sum + node.selfMillis, 0);
          expect(graph.totalMillis).toBeCloseTo(self, 6);
          expect(graph.frames.reduce((sum, frame) => sum + frame.selfMillis, 0)).toBeCloseTo(self, 6);
          expect(graph.frames.reduce((sum, frame) => sum + frame.count, 0)).toBe(spans.length);
          for (const [index, frame] of graph.frames.entries()) {
            const children = calleesOf(graph, index);
            const inside = children.reduce((sum, child) => sum + child.totalMillis, 0);
            expect(frame.totalMillis).toBeCloseTo(frame.selfMillis + inside, 6);
            for (const child of children) {
              expect(child.offsetMillis).toBeGreaterThanOrEqual(frame.offsetMillis - 1e-6);
              expect(child.offsetMillis + child.totalMillis).toBeLessThanOrEqual(
                frame.offsetMillis + frame.totalMillis + 1e-6,
              );
            }
          }
        },
      ),
    );
  });

  it('merges several traces by weight, and opens the trace in which a frame took about the median', () => {
    const traces = [1, 9, 4].map((millis, index) => {
      const { traceId, spans } = sketchTrace(`${index}`.repeat(32), 0, [
        { name: 'root', type: 'other', at: 0, millis: 10 + millis },
        { name: 'q', type: 'database', at: 1, millis },
        ...(index === 0 ? [] : [{ name: 'q', type: 'database' as const, at: 10, millis: 1 }]),
      ]);
      return { traceId, weight: [1, 2, 4][index]!, nodes: spanTree(spans) };
    });
    const graph = mergedFlameGraph(traces);
    const self = traces.flatMap(({ weight, nodes }) => nodes.map((node) => weight * node.selfMillis));
    expect(graph.totalMillis).toBeCloseTo(
      self.reduce((sum, millis) => sum + millis, 0),
      9,
    );
    expect(graph.frames).toMatchObject([
      { series: 'root', count: 7, traceId: traces[2]!.traceId },
      { series: 'q', count: 13, selfMillis: 1 + 2 * 10 + 4 * 5 },
    ]);
  });

  it('opens the longest span of a frame', () => {
    const trace = sketchTrace(ID, 0, [
      { name: 'root', type: 'other', at: 0, millis: 100 },
      { name: 'q', type: 'database', at: 1, millis: 5 },
      { name: 'q', type: 'database', at: 10, millis: 50 },
    ]);
    const graph = flameGraph(spanTree(trace.spans));
    expect(graph.frames[1]).toMatchObject({ series: 'q', count: 2, spanId: trace.spans[2]!.spanId });
    const drawn = drawFlameGraph(graph, {
      selected: undefined,
      hrefOf: ({ spanId }) => `/x?span=${spanId}`,
    }).text;
    expect(drawn).toContain(`href="/x?span=${trace.spans[2]!.spanId}"`);
    expect(drawn).toContain('q ×2: 55\u00a0ms (55\u00a0%)');
  });

  it('draws a bounded number of frames and says what it left out', () => {
    const spans = Array.from({ length: 5000 }, (_, index) => ({
      name: `s${index}`,
      type: 'other' as const,
      at: index,
      millis: index === 0 ? 5000 : 1,
    }));
    const graph = flameGraph(spanTree(sketchTrace(ID, 0, spans).spans));
    expect(visibleFrames(graph).length).toBeLessThanOrEqual(1000);
    expect(drawFlameGraph(graph, { selected: undefined, hrefOf: () => '' }).text).toContain(
      'frames are too narrow or too deep to be drawn',
    );
  });

  it.each([0, NaN, Infinity])('draws durations of %d without a broken number', (millis) => {
    const graph = flameGraph(
      spanTree(sketchTrace(ID, 0, [{ name: 'x', type: 'other', at: 0, millis }]).spans),
    );
    expect(drawFlameGraph(graph, { selected: undefined, hrefOf: () => '' }).text).not.toMatch(/NaN|Infinity/);
  });
});
