import { expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '../../../otel/base/semconv.ts';
import { fail, processorsOfEachTest, type startProcessor, describeInBothModes } from './processor-fixture.ts';

type Started = ReturnType<typeof startProcessor>;
const start = processorsOfEachTest();

/** Failing requests: `perSecond` of them, evenly spaced, for this many seconds of the fake clock. */
function storm({ tracer, clock }: Started, perSecond: number, seconds: number, routes = 4): void {
  const begin = clock.millis;
  for (let i = 0; i < perSecond * seconds; i++) {
    clock.millis = begin + (i / perSecond) * 1000;
    const attributes = {
      'http.request.method': 'GET',
      'http.route': `/${i % routes}`,
      [ATTR_ERROR_TYPE]: 'TypeError',
    };
    fail(tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT)).end();
  }
}

describeInBothModes('an error storm', () => {
  // A minute at 50,000 spans/s is three million spans; the same minute at a hundredth of rate and cap is an equivalent storm.
  it('is bounded for a minute at 100 times the cap', () => {
    const run = start({ rates: 0, limits: { maxMustKeepSpansPerSecond: 5 } });
    storm(run, 500, 60);
    const { kept, dropped, started: all } = run.processor.counts();
    expect(all).toBe(30_000);
    expect(kept.error).toBeLessThanOrEqual(5 * 60 + 2 * 4);
    expect(kept.error).toBeGreaterThan(100);
    expect(dropped.storm).toBe(30_000 - kept.error);
    expect(dropped.probability).toBe(0);
    expect(run.aggregates.operations().http).toMatchObject({
      count: 30_000,
      errors: 30_000,
      kept: kept.error,
    });
    expect(run.processor.storm()).toMatchObject({ active: true, cut: dropped.storm });
    expect(new Set(run.local.spans.map((span) => span.series)).size).toBe(4);
  });

  it('handles one second at the full 50,000 spans/s with the default cap', () => {
    const run = start({ rates: 0 });
    storm(run, 50_000, 1);
    expect(run.processor.counts().kept.error).toBeLessThanOrEqual(1000 + 4);
    storm(run, 50_000, 1);
    const { kept, dropped } = run.processor.counts();
    expect(kept.error).toBeLessThanOrEqual(2000 + 2 * 4);
    expect(kept.error + dropped.storm).toBe(100_000);
    expect(run.processor.storm().probability).toBeCloseTo((0.4 * 1000) / 50_000, 3);
  });

  it('records the weight of kept spans: the threshold passed, none for an example', () => {
    const run = start({ rates: 0, limits: { maxMustKeepSpansPerSecond: 50 } });
    storm(run, 1000, 3, 1);
    const weights = run.local.spans.map((span) => span.spanContext().traceState?.get('ot'));
    expect(weights[0]).toBe('th:0');
    expect(weights.filter((weight) => weight === undefined)).toHaveLength(run.processor.storm().examples);
    const inLastSecond = weights.at(-1)!;
    expect(inLastSecond).toMatch(/^th:f/);
    expect(run.local.spans.every((span) => span.keepReason === 'error')).toBe(true);
  });

  it('keeps the ancestors of kept spans, and of no others', () => {
    const run = start({ rates: 0, limits: { maxMustKeepSpansPerSecond: 10, maxStormExamplesPerMinute: 0 } });
    for (let i = 0; i < 500; i++) {
      const root = run.tracer.startSpan('GET', { kind: SpanKind.SERVER }, ROOT_CONTEXT);
      fail(run.tracer.startSpan('step', {}, trace.setSpan(ROOT_CONTEXT, root))).end();
      root.end();
    }
    const { kept, dropped } = run.processor.counts();
    expect(kept.error).toBeGreaterThan(0);
    expect(kept.error).toBeLessThanOrEqual(10);
    expect(kept.ancestor).toBe(kept.error);
    expect(dropped).toMatchObject({ probability: 500 - kept.ancestor, storm: 500 - kept.error });
  });

  it('still exports whole traces by the export rate', () => {
    const run = start({ rates: 0, exportRates: 1, limits: { maxMustKeepSpansPerSecond: 10 } });
    storm(run, 200, 1);
    expect(run.exported.spans).toHaveLength(200);
    expect(run.local.spans.length).toBeLessThanOrEqual(14);
  });

  it('ends when failures are few again', () => {
    const run = start({ rates: 0, limits: { maxMustKeepSpansPerSecond: 50 } });
    storm(run, 1000, 2);
    const before = run.processor.counts().dropped.storm;
    run.clock.millis += 2000;
    storm(run, 20, 5);
    expect(run.processor.counts().dropped.storm).toBe(before);
    expect(run.processor.storm()).toMatchObject({ active: false, probability: 1 });
  });
});
