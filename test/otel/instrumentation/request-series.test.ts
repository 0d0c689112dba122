import { SpanKind } from '@opentelemetry/api';
import { defaultResource } from '@opentelemetry/resources';
import { describe, expect, it } from '@jest/globals';
import { Guard } from '../../../otel/base/guard.ts';
import { type RequestFacts, callerOf } from '../../../otel/instrumentation/context.ts';
import { LinkedContext } from '../../../otel/instrumentation/linked-context.ts';
import { LiveSpan } from '../../../otel/instrumentation/live-span.ts';
import { seriesOf } from '../../../otel/sampling/operation-type.ts';
import { SteppingClock } from './tracing-fixture.ts';

function request(method: string): { facts: RequestFacts; span: LiveSpan; looks: () => number } {
  let looks = 0;
  const source = {
    kind: SpanKind.SERVER,
    scope: { name: 'test' },
    resource: defaultResource(),
    sink: { onStart() {}, onEnd() {} },
    clock: new SteppingClock(),
    guard: new Guard(),
  };
  const startAttributes = () => {
    looks++;
    return { 'http.request.method': method };
  };
  const start = { originMillis: 0, originNanos: 0, startNanos: 0 };
  const span = new LiveSpan(source, method, undefined, LinkedContext.root, start, { startAttributes });
  return { facts: { span, startNanos: 0, method }, span, looks: () => looks };
}

describe('the series of the request that a statement ran for', () => {
  it.each(['GET', '_OTHER'])('of %s is that of its span, known without making its attributes', (method) => {
    const { facts, span, looks } = request(method);
    expect(callerOf(facts)).toBeUndefined();
    for (const route of ['/:slug', '/feeds/:name', 'r'.repeat(400)]) {
      span.setAttribute('http.route', route);
      const caller = callerOf(facts);
      expect(looks()).toBe(0);
      const { series: _, ...fresh } = facts;
      expect(caller).toBe(seriesOf('http', spanLike(method, route)));
      expect(callerOf(fresh)).toBe(caller);
    }
    span.end();
    expect(seriesOf('http', span)).toBe(callerOf(facts));
    expect(looks()).toBe(1);
  });

  it('is unknown outside of a request', () => {
    expect(callerOf(undefined)).toBeUndefined();
  });
});

function spanLike(method: string, route: string): Parameters<typeof seriesOf>[1] {
  return {
    name: method,
    kind: SpanKind.SERVER,
    attributes: { 'http.request.method': method, 'http.route': route },
    instrumentationScope: { name: 'test' },
  };
}
