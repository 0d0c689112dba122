import type { SpanContext } from '@opentelemetry/api';
import type { AttributeValue, KeepReason, OperationType } from '../query.ts';
import type { HeldFacts } from './buffered-trace.ts';
import type { Bits56 } from './consistent-threshold.ts';
import type { EndedSpan } from './ended-span.ts';
import type { KeptSpan, SpanTemplate, TemplatedSpan } from './kept-span.ts';
import { withThreshold } from './ot-trace-state.ts';
import type { StormFate } from './policies.ts';
import { weightOf } from './span-weight.ts';

/**
 * A view of an ended span for exporters: the span itself is not touched (G2). Only its trace state differs: it carries the weight
 * this pipeline gives the span, so two pipelines can weigh one span differently.
 */
export class SampledSpan implements KeptSpan {
  declare readonly keepReason: KeepReason;
  declare readonly traceFacts: HeldFacts;
  declare private readonly of: EndedSpan;
  declare private readonly own: Bits56;
  declare private readonly fate: StormFate | undefined;
  declare private weighted: SpanContext | undefined;

  /** @param own The pipeline's rejection threshold for spans of this type. */
  constructor(
    of: EndedSpan,
    keepReason: KeepReason,
    facts: HeldFacts,
    own: Bits56,
    fate: StormFate | undefined,
  ) {
    this.keepReason = keepReason;
    this.traceFacts = facts;
    this.of = of;
    this.own = own;
    this.fate = fate;
    this.weighted = undefined;
  }

  get operationType(): OperationType {
    return this.of.type;
  }
  get series(): string {
    return this.of.series;
  }
  get traceId(): string {
    return this.traceFacts.traceId;
  }
  get spanId(): string {
    return this.of.spanId;
  }
  get template(): SpanTemplate | undefined {
    return (this.of.span as Partial<TemplatedSpan>).template;
  }
  get ownAttributes(): readonly AttributeValue[] | undefined {
    return (this.of.span as Partial<TemplatedSpan>).ownAttributes;
  }

  spanContext(): SpanContext {
    return (this.weighted ??= this.#weigh(this.of.span.spanContext()));
  }

  get name() {
    return this.of.span.name;
  }
  get kind() {
    return this.of.span.kind;
  }
  get parentSpanContext(): SpanContext {
    // ReadableSpan declares it optional; a getter that answers undefined is the same to every reader.
    return this.of.span.parentSpanContext as SpanContext;
  }
  get startTime() {
    return this.of.span.startTime;
  }
  get endTime() {
    return this.of.span.endTime;
  }
  get status() {
    return this.of.span.status;
  }
  get attributes() {
    return this.of.span.attributes;
  }
  get links() {
    return this.of.span.links;
  }
  get events() {
    return this.of.span.events;
  }
  get duration() {
    return this.of.span.duration;
  }
  get ended() {
    return this.of.span.ended;
  }
  get resource() {
    return this.of.span.resource;
  }
  get instrumentationScope() {
    return this.of.span.instrumentationScope;
  }
  get droppedAttributesCount() {
    return this.of.span.droppedAttributesCount;
  }
  get droppedEventsCount() {
    return this.of.span.droppedEventsCount;
  }
  get droppedLinksCount() {
    return this.of.span.droppedLinksCount;
  }

  #weigh(context: SpanContext): SpanContext {
    const threshold = weightOf(
      this.of.span,
      this.keepReason,
      this.own,
      this.traceFacts.randomness,
      this.fate,
    );
    const traceState = withThreshold(context.traceState, threshold);
    return traceState === context.traceState || traceState === undefined
      ? context
      : { ...context, traceState };
  }
}
