import {
  type Attributes,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
} from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { ReadableSpan, Span, SpanProcessor, TimedEvent } from '@opentelemetry/sdk-trace';
import { SpanIds } from './span-ids.ts';

/** Where spans go that are over before they are made; a SpanProcessor is one. */
export type FinishedSpanSink = Pick<SpanProcessor, 'onEnd' | 'onStart'>;

const UNSET: SpanStatus = Object.freeze({ code: SpanStatusCode.UNSET });
const NO_LINKS: Link[] = Object.freeze([] as Link[]) as Link[];
const NO_EVENTS: TimedEvent[] = Object.freeze([] as TimedEvent[]) as TimedEvent[];
const ids = new SpanIds();

export interface FinishedSpanFacts {
  readonly name: string;
  readonly kind: SpanKind;
  readonly scope: InstrumentationScope;
  /** Values of the API's types, already within every bound: they are not looked at again. */
  readonly attributes: Attributes;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
}

/**
 * A child span that is over when it is made, and went well. The SDK's tracer checks every attribute twice, samples and reads two clocks,
 * which for a statement is more than the rest of its telemetry together; of a plain statement everything is known.
 */
export class FinishedSpan implements ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext: SpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly attributes: Attributes;
  readonly resource: ReadableSpan['resource'];
  readonly instrumentationScope: InstrumentationScope;
  readonly status = UNSET;
  readonly links = NO_LINKS;
  readonly events = NO_EVENTS;
  readonly ended = true;
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  readonly #spanContext: SpanContext;

  constructor(parent: ReadableSpan, facts: FinishedSpanFacts) {
    const parentContext = parent.spanContext();
    this.name = facts.name;
    this.kind = facts.kind;
    this.parentSpanContext = parentContext;
    this.startTime = facts.startTime;
    this.endTime = facts.endTime;
    this.duration = facts.duration;
    this.attributes = facts.attributes;
    this.resource = parent.resource;
    this.instrumentationScope = facts.scope;
    this.#spanContext = {
      traceId: parentContext.traceId,
      spanId: ids.generateSpanId(),
      // The parent's decision, as a ParentBased sampler takes it over.
      traceFlags: parentContext.traceFlags,
      ...(parentContext.traceState === undefined ? undefined : { traceState: parentContext.traceState }),
    };
  }

  spanContext(): SpanContext {
    return this.#spanContext;
  }

  isRecording(): boolean {
    return false;
  }
}

/** Shows a sink the whole life of a span that is over. */
export function giveFinished(
  sink: FinishedSpanSink,
  span: FinishedSpan,
  parent: Parameters<SpanProcessor['onStart']>[1],
): void {
  sink.onStart(span as unknown as Span, parent);
  sink.onEnd(span);
}
