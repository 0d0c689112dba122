import { expect, it } from '@jest/globals';
import { type Context, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import {
  fail,
  settingsOf,
  processorsOfEachTest,
  type startProcessor,
  describeInBothModes,
} from './processor-fixture.ts';

type Started = ReturnType<typeof startProcessor>;
const start = processorsOfEachTest();
const HTTP = { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.route': '/live' } };
const under = (span: Parameters<typeof trace.setSpan>[1]): Context => trace.setSpan(ROOT_CONTEXT, span);
const reasons = ({ local }: Started): unknown[] => local.spans.map((span) => [span.name, span.keepReason]);

describeInBothModes('a late span', () => {
  it('that ends after its root within the lingering time is decided with it', () => {
    const run = start({ rates: 0 });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    const child = run.tracer.startSpan('child', {}, under(root));
    root.end();
    run.clock.millis += 1000;
    run.processor.decideOverdue();
    fail(child).end();
    expect(reasons(run)).toEqual([
      ['GET', 'ancestor'],
      ['child', 'error'],
    ]);
  });

  it('that outlasts the lingering time inherits the verdict, and is kept as late when it failed', () => {
    const run = start({ rates: 0 });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    const [ordinary, failing] = ['a', 'b'].map((name) => run.tracer.startSpan(name, {}, under(root)));
    root.end();
    run.clock.millis += 2000;
    run.processor.decideOverdue();
    expect(run.processor.seen(root.spanContext().traceId)).toBe('never-kept');
    ordinary!.end();
    fail(failing!).end();
    expect(reasons(run)).toEqual([['b', 'late']]);
    expect(run.local.spans[0]!.traceFacts).toMatchObject({ truncated: true, droppedSpans: 2 });
  });

  it('that starts after its root has the verdict of the root at rate 1, and of its own type', () => {
    const run = start({ rates: { other: 0 } });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    root.end();
    run.tracer.startSpan('job', {}, under(root)).end();
    run.tracer.startSpan('GET', HTTP, under(root)).end();
    fail(run.tracer.startSpan('job', {}, under(root))).end();
    expect(reasons(run)).toEqual([
      ['GET', 'probability'],
      ['GET', 'probability'],
      ['job', 'late'],
    ]);
    expect(run.processor.held()).toMatchObject({ traces: 0, openVerdicts: 0, verdicts: 1 });
  });

  it('exports by the verdict on its whole trace, whatever its own type', () => {
    const run = start({ rates: 0, exportRates: { http: 1, other: 0 } });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    root.end();
    run.tracer.startSpan('job', {}, under(root)).end();
    expect(run.exported.spans.map((span) => span.name)).toEqual(['GET', 'job']);
  });

  it('of a trace whose verdict was forgotten is judged by the same randomness', () => {
    for (const rates of [0, 1]) {
      const run = start({ rates, limits: { maxVerdicts: 1 } });
      const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
      root.end();
      run.tracer.startSpan('another', HTTP, ROOT_CONTEXT).end();
      run.tracer.startSpan('late', {}, under(root)).end();
      expect(run.local.spans.map((span) => span.name)).toEqual(rates === 0 ? [] : ['GET', 'another', 'late']);
    }
  });

  it('gets the verdict of a trace decided under other settings where the trace was kept whole for export', () => {
    const run = start({ rates: 1, exportRates: 1 });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    root.end();
    run.state.settings = settingsOf(1, 0);
    run.tracer.startSpan('late', {}, under(root)).end();
    expect(run.exported.spans).toHaveLength(2);
  });
});

describeInBothModes('a late span after a change of settings', () => {
  it.each([
    [1, 0, true],
    [0, 1, false],
    [0.5, 0, true],
    [0.5, 1, false],
  ])('of a trace decided at rate %d follows it, and not %d', (before, after, isKept) => {
    const run = start({ rates: before });
    // Of two traces, one is kept at 0.5 and one is not.
    const traceId = `0af7651916cd43dd84${isKept ? 'f' : '0'}8eb211c80319c`;
    const remote = { traceId, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED, isRemote: true };
    const root = run.tracer.startSpan('GET', HTTP, trace.setSpanContext(ROOT_CONTEXT, remote));
    const running = run.tracer.startSpan('running', {}, under(root));
    root.end();
    run.clock.millis += 2000;
    run.processor.decideOverdue();
    run.state.settings = settingsOf(after);
    running.end();
    run.tracer.startSpan('started since', {}, under(root)).end();
    const names = isKept ? ['GET', 'running', 'started since'] : [];
    expect(run.local.spans.map((span) => span.name)).toEqual(names);
  });

  it('of a completely dropped trace, remembered by id alone, is dropped as well', () => {
    const run = start({ rates: 0 });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    root.end();
    run.state.settings = settingsOf(1);
    expect(run.processor.held()).toMatchObject({ verdicts: 0, droppedTraces: 1 });
    run.tracer.startSpan('late', {}, under(root)).end();
    expect(reasons(run)).toEqual([]);
  });

  it('is must-keep by the thresholds in force: slowness does not depend on its trace', () => {
    const run = start({ rates: 0 });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    root.end();
    const settings = settingsOf(0);
    run.state.settings = { ...settings, slowThresholdNanos: { ...settings.slowThresholdNanos, other: 5 } };
    run.tracer.startSpan('late', { startTime: [1, 0] }, under(root)).end([1, 5]);
    expect(reasons(run)).toEqual([['late', 'late']]);
  });

  it('is weighed by the policies of its trace’s verdict', () => {
    const run = start({ rates: 1 });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    root.end();
    run.state.settings = settingsOf(0.25);
    run.tracer.startSpan('late', {}, under(root)).end();
    expect(run.local.spans.map((span) => span.spanContext().traceState?.get('ot'))).toEqual(['th:0', 'th:0']);
  });
});

describeInBothModes('a failure in a trace that is kept whole', () => {
  it.each([
    ['while its root runs brings the trace', false, ['ordinary', 'failed', 'after', 'GET'], 'th:0'],
    ['after its root has ended comes with its ancestors', true, ['failed', 'GET'], undefined],
  ])('%s', (_how, isAfter, names, rootWeight) => {
    const run = start({ rates: 0, wholeTrace: true });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    run.tracer.startSpan('ordinary', {}, under(root)).end();
    const failed = fail(run.tracer.startSpan('failed', {}, under(root)));
    const after = run.tracer.startSpan('after', {}, under(root));
    if (!isAfter) failed.end();
    if (!isAfter) after.end();
    root.end();
    if (isAfter) failed.end();
    if (isAfter) after.end();
    expect(run.local.spans.map(({ name }) => name).sort()).toEqual([...names].sort());
    const weight = run.local.spans
      .find(({ name }) => name === 'GET')!
      .spanContext()
      .traceState?.get('ot');
    expect(weight).toBe(rootWeight);
  });
});

describeInBothModes('a late failure whose parent was dropped', () => {
  it('lacks it, in a trace marked as truncated', () => {
    const run = start({ rates: 0 });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    fail(run.tracer.startSpan('failed', {}, under(root))).end();
    const parent = run.tracer.startSpan('parent', {}, under(root));
    parent.end();
    root.end();
    expect(run.local.spans.map((span) => span.traceFacts.truncated)).toEqual([false, false]);
    fail(run.tracer.startSpan('late', {}, under(parent))).end();
    expect(reasons(run)).toEqual([
      ['failed', 'error'],
      ['GET', 'ancestor'],
      ['late', 'late'],
    ]);
    expect(run.local.spans.at(-1)!.traceFacts).toMatchObject({ truncated: true, droppedSpans: 1 });
  });

  it('marks a completely dropped trace as well', () => {
    const run = start({ rates: 0 });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    root.end();
    fail(run.tracer.startSpan('late', {}, under(root))).end();
    expect(run.local.spans.map((span) => [span.name, span.traceFacts.truncated])).toEqual([['late', true]]);
  });

  it('in a wholly kept trace has its parent, and no mark', () => {
    const run = start({ rates: 1 });
    const root = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    root.end();
    fail(run.tracer.startSpan('late', {}, under(root))).end();
    expect(run.local.spans.map((span) => span.traceFacts.truncated)).toEqual([false, false]);
  });
});

describeInBothModes('two local roots of one trace', () => {
  const remote = (spanId: string): Context =>
    trace.setSpanContext(ROOT_CONTEXT, {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId,
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
    });

  it('one after the other each get a verdict, and what is owed stays owed', () => {
    const run = start({ rates: 0 });
    for (const name of ['first', 'second']) {
      const root = run.tracer.startSpan(name, HTTP, remote('b7ad6b7169203331'));
      fail(run.tracer.startSpan(`${name} child`, {}, under(root))).end();
      root.end();
    }
    expect(run.local.batches.map((batch) => batch.map((span) => span.name))).toEqual([
      ['first child', 'first'],
      ['second child', 'second'],
    ]);
    expect(run.processor.held()).toMatchObject({ traces: 0, openVerdicts: 0, verdicts: 1, owedAncestors: 0 });
  });

  it('at the same time wait for each other', () => {
    const run = start({ rates: 1 });
    const [a, b] = ['a', 'b'].map((name) => run.tracer.startSpan(name, HTTP, remote('b7ad6b7169203331')));
    a!.end();
    expect(run.local.batches).toHaveLength(0);
    b!.end();
    expect(run.local.batches.map((batch) => batch.map((span) => span.name))).toEqual([['a', 'b']]);
  });

  it('with a stream as the first: the second is decided after lingering, the stream passes through', () => {
    const run = start({ rates: 0 });
    const stream = run.tracer.startSpan('stream', HTTP, remote('b7ad6b7169203331'));
    run.clock.millis += 60_000;
    run.processor.decideOverdue();
    expect(run.processor.held()).toMatchObject({ traces: 0, openVerdicts: 1 });
    fail(run.tracer.startSpan('page', HTTP, remote('b7ad6b7169203331'))).end();
    run.clock.millis += 2000;
    run.processor.decideOverdue();
    expect(reasons(run)).toEqual([['page', 'error']]);
    fail(stream).end();
    expect(reasons(run).at(-1)).toEqual(['stream', 'late']);
    expect(run.processor.held()).toMatchObject({ traces: 0, openVerdicts: 0, verdicts: 1 });
  });
});
