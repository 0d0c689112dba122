import { expect, it, jest } from '@jest/globals';
import { type Context, context, createContextKey, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { fail, processorsOfEachTest, type startProcessor, describeInBothModes } from './processor-fixture.ts';

type Started = ReturnType<typeof startProcessor>;
const start = processorsOfEachTest();
/** An event stream is meant to be long. */
const HTTP = {
  kind: SpanKind.SERVER,
  attributes: {
    'http.request.method': 'GET',
    'http.route': '/live',
    'http.response.header.content-type': ['text/event-stream'],
  },
};
const under = (span: Parameters<typeof trace.setSpan>[1]): Context => trace.setSpan(ROOT_CONTEXT, span);

function pass(run: Started, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    run.clock.millis += 1000;
    run.processor.decideOverdue();
  }
}

describeInBothModes('a long trace', () => {
  it('of an hour is decided at the maximum age and then passes through; its root is kept for a late failure', () => {
    const run = start({ rates: 0, limits: { maxVerdicts: 10 } });
    const stream = run.tracer.startSpan('stream', HTTP, ROOT_CONTEXT);
    run.tracer.startSpan('first', {}, under(stream)).end();
    pass(run, 59);
    expect(run.processor.held()).toMatchObject({ traces: 1, pendingSpans: 1 });
    pass(run, 1);
    expect(run.processor.held()).toMatchObject({ traces: 0, pendingSpans: 0, openVerdicts: 1 });
    for (let minute = 1; minute < 60; minute++) {
      pass(run, 60);
      run.tracer.startSpan('tick', {}, under(stream)).end();
      for (let other = 0; other < 20; other++) run.tracer.startSpan('page', HTTP, ROOT_CONTEXT).end();
      if (minute === 30) fail(run.tracer.startSpan('broken', {}, under(stream))).end();
    }
    stream.end();
    expect(run.local.spans.map((span) => [span.name, span.keepReason])).toEqual([
      ['broken', 'late'],
      ['stream', 'ancestor'],
    ]);
    expect(run.local.spans[0]!.traceFacts).toMatchObject({ truncated: true, droppedSpans: 60 });
    expect(run.processor.held()).toMatchObject({ openVerdicts: 0, owedAncestors: 0 });
  });

  it('of 100,000 spans buffers a thousand at most, and each gets a verdict', () => {
    const run = start({ rates: 1 });
    const root = run.tracer.startSpan('import', {}, ROOT_CONTEXT);
    const inside = under(root);
    let most = 0;
    for (let i = 0; i < 100_000; i++) {
      run.tracer.startSpan('row', {}, inside).end();
      if (i % 100 === 0) most = Math.max(most, run.processor.held().pendingSpans);
    }
    root.end();
    expect(most).toBeLessThanOrEqual(1000);
    expect(run.local.spans).toHaveLength(100_001);
    expect(run.processor.counts()).toMatchObject({ started: 100_001, live: 0 });
    expect(run.processor.held()).toMatchObject({ pendingSpans: 0, owedAncestors: 0, openVerdicts: 0 });
  });

  it('whose root never ends costs one record, up to their cap', () => {
    const run = start({ rates: 1, limits: { maxTraces: 50, maxOpenVerdicts: 20 } });
    for (let i = 0; i < 1000; i++) run.tracer.startSpan('lost', {}, ROOT_CONTEXT);
    expect(run.processor.held()).toMatchObject({
      traces: 50,
      openVerdicts: 20,
      verdicts: 0,
      pendingSpans: 0,
    });
    pass(run, 61);
    expect(run.processor.held()).toMatchObject({ traces: 0, openVerdicts: 20, verdicts: 0 });
    expect(run.processor.counts()).toMatchObject({ started: 1000, live: 1000 });
  });

  it('ages by the monotonic clock: a step of the wall clock neither decides early nor delays', () => {
    for (const step of [-3_600_000, 3_600_000]) {
      const run = start({ rates: 1 });
      const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
      run.tracer.startSpan('child', {}, under(root)).end();
      const { clock } = run;
      Object.assign(clock, { now: () => clock.millis + step });
      pass(run, 59);
      expect(run.local.spans).toHaveLength(0);
      pass(run, 1);
      expect(run.local.spans).toHaveLength(1);
      root.end();
    }
  });

  it('is decided by the timer, which wakes the process only while something is pending', () => {
    jest.useFakeTimers();
    try {
      const run = start({ rates: 1, deferredSpans: 256 });
      jest.advanceTimersByTime(10_000);
      expect(jest.getTimerCount()).toBe(0);
      run.tracer.startSpan('page', HTTP, ROOT_CONTEXT).end();
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(250);
      expect(run.local.spans.map(({ name }) => name)).toEqual(['page']);
      expect(jest.getTimerCount()).toBe(0);
      const stream = run.tracer.startSpan('stream', HTTP, ROOT_CONTEXT);
      run.tracer.startSpan('first', {}, under(stream)).end();
      for (const millis of [250, 59_500]) {
        run.clock.millis += millis;
        jest.advanceTimersByTime(millis);
      }
      expect([jest.getTimerCount(), run.local.spans.length]).toEqual([1, 1]);
      run.clock.millis += 1000;
      jest.advanceTimersByTime(1000);
      expect(run.local.spans.map(({ name }) => name)).toEqual(['page', 'first']);
      expect(jest.getTimerCount()).toBe(0);
      stream.end();
      jest.advanceTimersByTime(250);
      expect(run.local.spans).toHaveLength(3);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is decided outside the context of the request that woke the timer, which would retain it', () => {
    jest.useFakeTimers();
    const made = jest.spyOn(globalThis, 'setTimeout');
    const contexts = new AsyncContextManager();
    context.setGlobalContextManager(contexts);
    try {
      const run = start({ rates: 1, deferredSpans: 256 });
      const timer = made.mock.results.at(-1)!.value as NodeJS.Timeout;
      const refreshedIn: Context[] = [];
      jest.spyOn(timer, 'refresh').mockImplementation(() => (refreshedIn.push(context.active()), timer));
      jest.advanceTimersByTime(250);
      const request = ROOT_CONTEXT.setValue(createContextKey('request'), 'one');
      context.with(request, () => run.tracer.startSpan('page', HTTP, ROOT_CONTEXT).end());
      expect(refreshedIn).toEqual([ROOT_CONTEXT]);
    } finally {
      context.disable();
      made.mockRestore();
      jest.useRealTimers();
    }
  });
});
