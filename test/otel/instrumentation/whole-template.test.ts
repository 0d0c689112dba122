import { ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { emptyResource } from '@opentelemetry/resources';
import { Guard } from '../../../otel/base/guard.ts';
import { LiveSpan } from '../../../otel/instrumentation/live-span.ts';
import { SteppingClock } from './tracing-fixture.ts';

const TEMPLATE = { name: 'render post', kind: SpanKind.INTERNAL, attributes: { 'render.template': 'post' } };

function liveSpan(template?: typeof TEMPLATE): LiveSpan {
  const source = {
    kind: SpanKind.INTERNAL,
    scope: { name: 'test' },
    resource: emptyResource(),
    sink: { onStart() {}, onEnd() {} },
    clock: new SteppingClock(),
    guard: new Guard(),
  };
  const lazy = {
    startAttributes: () => ({ ...TEMPLATE.attributes }),
    ...(template === undefined ? {} : { template }),
  };
  const start = { originMillis: 0, originNanos: 0, startNanos: 0 };
  return new LiveSpan(source, TEMPLATE.name, undefined, ROOT_CONTEXT, start, lazy);
}

describe('a live span', () => {
  it('is described by its template while nothing is said of it beside, also when it is over', () => {
    const span = liveSpan(TEMPLATE);
    expect(span.template).toBe(TEMPLATE);
    span.end();
    expect(span.template).toBe(TEMPLATE);
  });

  it.each<[string, (span: LiveSpan) => void]>([
    ['an attribute', (span) => span.setAttribute('more', 1)],
    ['an event', (span) => span.addEvent('cut')],
    ['a link', (span) => span.addLink({ context: span.spanContext() })],
    ['a failure', (span) => span.setStatus({ code: SpanStatusCode.ERROR })],
    ['another name', (span) => span.updateName('render')],
  ])('stands for itself with %s', (_what, change) => {
    const span = liveSpan(TEMPLATE);
    change(span);
    span.end();
    expect(span.template).toBeUndefined();
  });

  it('stands for itself without one', () => expect(liveSpan().template).toBeUndefined());
});
