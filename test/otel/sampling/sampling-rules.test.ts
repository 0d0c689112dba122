import { expect, it } from '@jest/globals';
import { type HrTime, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { fc } from '../../fixtures/properties.ts';
import type { RuleCounts, SamplingRule } from '../../../otel/query.ts';
import { ATTR_RENDER_TEMPLATE } from '../../../otel/base/semconv.ts';
import {
  fail,
  noteStatement,
  processorsOfEachTest,
  type startProcessor,
  describeInBothModes,
} from './processor-fixture.ts';

type Started = ReturnType<typeof startProcessor>;
const start = processorsOfEachTest();

const AT: HrTime = [1_773_489_600, 0];
const HTTP = {
  kind: SpanKind.SERVER,
  startTime: AT,
  attributes: { 'http.request.method': 'GET', 'http.route': '/:slug' },
};
const RENDER = { startTime: AT, attributes: { [ATTR_RENDER_TEMPLATE]: 'post' } };
const after = (nanos: number): HrTime => [AT[0] + Math.floor(nanos / 1e9), nanos % 1e9];

/** Rules that decided anything: seen, kept, dropped. */
function told({ processor }: Started): Record<string, readonly [number, number, number]> {
  const rules = Object.entries(processor.sampling().rules).filter(([, { seen }]) => seen > 0);
  return Object.fromEntries(rules.map(([rule, { seen, kept, dropped }]) => [rule, [seen, kept, dropped]]));
}

function sum(rules: Readonly<Record<SamplingRule, RuleCounts>>, what: keyof RuleCounts): number {
  return Object.values(rules).reduce((total, counts) => total + counts[what], 0);
}

function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

describeInBothModes('rules', () => {
  it('count each operation under the one that decided it', () => {
    const run = start({ rates: { http: 0, database: 1, render: 0 } });
    const request = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    const inside = trace.setSpan(ROOT_CONTEXT, request);
    noteStatement(run, request, 1e6);
    noteStatement(run, request, 2e9);
    run.tracer.startSpan('render', RENDER, inside).end(after(1e6));
    fail(run.tracer.startSpan('render', RENDER, inside)).end(after(1e6));
    request.end(after(1e6));
    expect(told(run)).toEqual({
      database: [1, 1, 0],
      slow: [1, 1, 0],
      render: [1, 0, 1],
      error: [1, 1, 0],
      ancestor: [1, 1, 0],
    });
  });

  it('count what is dropped, and what is kept with its trace', () => {
    for (const wholeTrace of [false, true]) {
      const run = start({ rates: 0, wholeTrace });
      const request = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
      noteStatement(run, request, 1e6);
      fail(request).end(after(1e6));
      expect(told(run)).toEqual({
        ...(wholeTrace ? { trace: [1, 1, 0] } : { database: [1, 0, 1] }),
        error: [1, 1, 0],
      });
      expect(run.local.spans.at(-1)?.traceFacts.droppedSpans).toBe(wholeTrace ? 0 : 1);
      expect(run.processor.counts()).toMatchObject({ started: 2, live: 0, kept: { error: 1 } });
    }
  });

  it('count a late failure as late, and what a storm cuts under the rule that would have kept it', () => {
    const run = start({ rates: 0, limits: { maxSpansPerTrace: 1, maxMustKeepSpansPerSecond: 1 } });
    const request = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    const inside = trace.setSpan(ROOT_CONTEXT, request);
    run.tracer.startSpan('render', RENDER, inside).end(after(1e6));
    fail(run.tracer.startSpan('render', RENDER, inside)).end(after(1e6));
    for (let i = 0; i < 3; i++) fail(run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT)).end(after(1e6));
    // The first of them is the storm's example of its kind.
    expect(told(run)).toEqual({ render: [1, 0, 1], late: [1, 1, 0], error: [3, 1, 2] });
    expect(run.processor.sampling().storm).toMatchObject({ active: true, cut: 2, examples: 1 });
  });

  it('do not count what is pending a verdict', () => {
    const run = start({ rates: 1 });
    const request = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    run.tracer.startSpan('render', RENDER, trace.setSpan(ROOT_CONTEXT, request)).end(after(1e6));
    expect(told(run)).toEqual({});
    request.end(after(1e6));
    expect(told(run)).toEqual({ http: [1, 1, 0], render: [1, 1, 0] });
  });

  it('have together seen every decided operation, whatever the rates, bounds and storms', () => {
    const operation = fc.record({
      kind: fc.constantFrom('statement' as const, 'render' as const, 'job' as const),
      nanos: fc.constantFrom(1e6, 2e9),
      isFailed: fc.boolean(),
      isLate: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(operation, { maxLength: 6 }), { maxLength: 10 }),
        fc.constantFrom(0, 0.5, 1),
        fc.boolean(),
        fc.constantFrom(0, 7),
        fc.boolean(),
        (requests, rates, isTight, deferredSpans, wholeTrace) => {
          const limits = isTight
            ? { maxMustKeepSpansPerSecond: 2, maxSpansPerTrace: 2, maxTraces: 1, maxVerdicts: 1 }
            : {};
          const run = start({ rates, limits, deferredSpans, wholeTrace });
          let begun = 0;
          const balance = (): void => {
            const { started: all, live, kept, dropped } = run.processor.counts();
            expect(all).toBe(begun);
            expect(live + totalOf(kept) + totalOf(dropped)).toBe(begun);
          };
          for (const operations of requests) {
            const request = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
            begun++;
            const inside = trace.setSpan(ROOT_CONTEXT, request);
            const play = ({ kind, nanos, isFailed }: (typeof operations)[number]): void => {
              if (kind === 'statement') noteStatement(run, request, nanos);
              else {
                const options = kind === 'render' ? RENDER : { startTime: AT };
                const span = run.tracer.startSpan(kind, options, inside);
                (isFailed ? fail(span) : span).end(after(nanos));
              }
              begun++;
              balance();
            };
            operations.filter(({ isLate }) => !isLate).forEach(play);
            request.end(after(1e6));
            operations.filter(({ isLate }) => isLate).forEach(play);
            balance();
          }
          run.processor.decideOverdue();
          const { rules } = run.processor.sampling();
          const counted = Object.values(run.aggregates.operations());
          const total = (of: (typeof counted)[number]['count'][]): number => of.reduce((a, b) => a + b, 0);
          const waiting = run.processor.held().pendingSpans;
          expect(sum(rules, 'seen') + waiting).toBe(total(counted.map(({ count }) => count)));
          expect(sum(rules, 'kept')).toBe(total(counted.map(({ kept }) => kept)));
          for (const { seen, kept, dropped } of Object.values(rules)) expect(seen).toBe(kept + dropped);
          const book = run.processor.counts();
          expect(sum(rules, 'kept')).toBe(totalOf(book.kept));
          expect(sum(rules, 'dropped')).toBe(totalOf(book.dropped));
          balance();
        },
      ),
      { numRuns: 100 },
    );
  });
});
