import { describe, expect, it } from '@jest/globals';
import { createTraceState, type HrTime, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { fail, startProcessor } from './processor-fixture.ts';

const AT: HrTime = [1_700_000_000, 0];
const FIELDS = [
  'name', 'kind', 'parentSpanContext', 'startTime', 'endTime', 'status', 'attributes', 'links', 'events', 'duration', 'ended',
  'droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount',
] as const; // prettier-ignore

function deepFreeze(value: unknown): void {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}

/** What another processor sees of every span at its end. */
class Witness implements SpanProcessor {
  readonly seen: unknown[] = [];
  readonly #freezes: boolean;

  constructor(freezes = false) {
    this.#freezes = freezes;
  }
  onStart(): void {}
  onEnd(span: ReadableSpan): void {
    const { traceState, ...ids } = span.spanContext();
    const fields = Object.fromEntries(FIELDS.map((field) => [field, span[field]]));
    this.seen.push(
      structuredClone({
        ...fields,
        parentSpanContext: span.parentSpanContext?.spanId,
        ids,
        state: traceState?.serialize(),
      }),
    );
    if (!this.#freezes) return;
    // The span, its context and every nested value: a write to any of them throws from here on.
    for (const field of FIELDS) deepFreeze(span[field]);
    deepFreeze(span.spanContext());
    Object.freeze(span);
  }
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

function play(place: 'before' | 'after' | 'frozen') {
  const witness = new Witness(place === 'frozen');
  const fixture = startProcessor({ rates: 0.5, exportRates: 0.25 });
  const spanProcessors = place === 'after' ? [fixture.processor, witness] : [witness, fixture.processor];
  let spans = 0;
  const idGenerator = {
    generateTraceId: () => 'f'.repeat(32),
    generateSpanId: () => (++spans).toString(16).padStart(16, '0'),
  };
  const tracer = new TracerProvider({ spanProcessors, idGenerator }).getTracer('test');
  for (let i = 0; i < 60; i++) {
    const remote = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: (BigInt(i + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n)
        .toString(16)
        .slice(-32)
        .padStart(32, '0'),
      spanId: 'b7ad6b7169203331',
      traceFlags: i % 2 ? TraceFlags.SAMPLED : TraceFlags.SAMPLED | 2,
      isRemote: true,
      traceState: createTraceState('ot=th:4,vendor=1'),
    });
    const root = tracer.startSpan('GET', {
      kind: SpanKind.SERVER, startTime: AT, links: [{ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }, attributes: { list: ['a', 'b'] } }],
      attributes: { 'http.request.method': 'GET', 'http.route': '/', list: [1, 2, 3] },
    }, remote); // prettier-ignore
    const child = tracer.startSpan('child', { startTime: AT }, trace.setSpan(ROOT_CONTEXT, root));
    child.addEvent('exception', { 'exception.type': 'Error' }, AT);
    if (i % 5 === 0) fail(child);
    child.end(AT);
    root.end([1_700_000_000 + (i % 7 === 0 ? 1 : 0), 0]);
  }
  void fixture.processor.shutdown();
  const given = (all: typeof fixture.local.spans): unknown[] =>
    all.map((span) => [
      span.spanContext().spanId, span.spanContext().traceFlags, span.spanContext().traceState?.serialize(),
      span.name, span.series, span.keepReason, { ...span.traceFacts }, span.attributes, span.events, span.status, span.duration,
    ]); // prettier-ignore
  return {
    seen: witness.seen,
    local: given(fixture.local.spans),
    exported: given(fixture.exported.spans),
    faults: fixture.guard.faults(),
  };
}

describe('spans', () => {
  it('are the same for a processor before and after the kit’s, whose verdicts are the same in either place', () => {
    const [before, after] = [play('before'), play('after')];
    expect(after.seen).toEqual(before.seen);
    expect(after.local).toEqual(before.local);
    expect(after.exported).toEqual(before.exported);
    expect(before.local.length).toBeGreaterThan(before.exported.length);
    expect(before.faults).toEqual([]);
  });

  it('may be deeply frozen at their end', () => {
    const frozen = play('frozen');
    const free = play('before');
    expect(frozen.faults).toEqual([]);
    expect(frozen.local).toEqual(free.local);
    expect(frozen.exported).toEqual(free.exported);
  });
});
