import { SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Guard } from '../../../otel/base/guard.ts';
import { createRenderTracer } from '../../../otel/instrumentation/render.ts';
import { SteppingClock, TracingFixture } from './tracing-fixture.ts';

describe('createRenderTracer', () => {
  const tracing = new TracingFixture();
  const guard = new Guard();
  const clock = new SteppingClock();
  const tracer = tracing.ownTracer(clock);
  const render = createRenderTracer({ guard, clock, tracer: () => tracer });

  beforeEach(() => {
    tracing.take();
  });
  afterAll(() => {
    expect(guard.faults()).toEqual([]);
    tracing.stop();
  });

  it('creates an INTERNAL span that is active while the page renders', () => {
    const parent = tracing.inSpan((span) => {
      const inside = render('post', () => trace.getActiveSpan()!.spanContext().spanId);
      expect(inside).not.toBe(span.spanContext().spanId);
      expect(trace.getActiveSpan()).toBe(span);
      return span.spanContext();
    });
    expect(tracing.take()).toMatchObject([
      {
        name: 'render post',
        kind: SpanKind.INTERNAL,
        attributes: { 'render.template': 'post' },
        status: { code: SpanStatusCode.UNSET },
        parentSpanContext: { spanId: parent.spanId },
      },
    ]);
  });

  it('awaits a promise to its end, with the span active in it', async () => {
    const body = await tracing.inSpan(() =>
      render('feed', async () => {
        await Promise.resolve();
        expect(tracing.spans).toHaveLength(0);
        return (trace.getActiveSpan() as unknown as { name: string }).name;
      }),
    );
    expect(body).toBe('render feed');
    expect(tracing.take()).toMatchObject([{ name: 'render feed' }]);
  });

  it.each<readonly [string, () => unknown]>([
    [
      'thrown',
      () => {
        throw new TypeError('bad template');
      },
    ],
    ['rejected', () => Promise.reject(new TypeError('bad template'))],
  ])('passes what is %s through, and records it', async (_how, work) => {
    await expect((async () => tracing.inSpan(() => render('page', work)))()).rejects.toThrow(
      new TypeError('bad template'),
    );
    const [span] = tracing.take();
    expect(span).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'bad template' },
      attributes: { 'error.type': 'TypeError' },
    });
    expect(span!.events[0]).toMatchObject({
      name: 'exception',
      attributes: {
        'exception.type': 'TypeError',
        'exception.stacktrace': expect.stringContaining('render.test.ts'),
      },
    });
  });

  it('only calls if tracing is suppressed', () => {
    expect(context.with(suppressTracing(context.active()), () => render('post', () => 7))).toBe(7);
    expect(tracing.take()).toEqual([]);
  });

  it('leaves a thenable alone that is not a promise', () => {
    const started = (): never => {
      throw new Error('started');
    };
    const lazy = Object.defineProperty({}, String('then'), { value: started });
    expect(tracing.inSpan(() => render('lazy', () => lazy))).toBe(lazy);
  });
});
