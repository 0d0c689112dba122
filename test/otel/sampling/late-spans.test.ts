import { afterEach, describe, expect, it } from '@jest/globals';
import { type Context, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { fail, settingsOf, startProcessor } from './processor-fixture.ts';

type Started = ReturnType<typeof startProcessor>;
const started: Started[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(({ processor }) => processor.shutdown()));
});
function start(options: Parameters<typeof startProcessor>[0]): Started {
  const one = startProcessor(options);
  started.push(one);
  return one;
}
const HTTP = { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.route': '/live' } };
const under = (span: Parameters<typeof trace.setSpan>[1]): Context => trace.setSpan(ROOT_CONTEXT, span);
const reasons = ({ local }: Started): unknown[] => local.spans.map((span) => [span.name, span.keepReason]);

describe('a late span', () => {
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

describe('two local roots of one trace', () => {
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

  it('where the first is a stream: the second is decided when it has lingered, the stream passes through', () => {
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
