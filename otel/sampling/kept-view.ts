import type { SpanContext } from '@opentelemetry/api';
import type { KeepReason, OperationType } from '../base/operation-types.ts';
import type { KeptSpan, SpanTemplate, TemplatedSpan, TraceFacts } from '../spans/kept-span.ts';
import type { EndedSpan } from '../spans/operation.ts';
import type { Bits56 } from './consistent-threshold.ts';
import { withThreshold } from './ot-trace-state.ts';
import type { Outcome } from './policy.ts';

/**
 * A view of an ended span for one sink: the span itself is not touched (G2). Only its trace state differs: it
 * carries the weight this pipeline gives the span, so two pipelines can weigh one span differently.
 */
export class KeptView implements KeptSpan {
  declare readonly keepReason: KeepReason;
  declare readonly keptBy: string | undefined;
  declare readonly traceFacts: TraceFacts;
  declare private readonly of: EndedSpan;
  declare readonly threshold: Bits56 | undefined;
  declare private weighted: SpanContext | undefined;

  constructor(of: EndedSpan, keepReason: KeepReason, { threshold, policy }: Outcome, facts: TraceFacts) {
    this.keepReason = keepReason;
    this.keptBy = keepReason === 'rule' || keepReason === 'policy' ? policy?.name : undefined;
    this.traceFacts = facts;
    this.of = of;
    this.threshold = threshold;
    this.weighted = undefined;
  }

  get operationType(): OperationType {
    return this.of.type;
  }
  get series(): string {
    return this.of.series;
  }
  get traceId(): string {
    return this.of.span.spanContext().traceId;
  }
  get spanId(): string {
    return this.of.spanId;
  }
  get template(): SpanTemplate | undefined {
    return (this.of.span as Partial<TemplatedSpan>).template;
  }
  get ownAttributes(): TemplatedSpan['ownAttributes'] | undefined {
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
    // ReadableSpan declares it optional; a getter that returns undefined is the same to every reader.
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
    const traceState = withThreshold(context.traceState, this.threshold);
    return traceState === undefined ? { ...context } : { ...context, traceState };
  }
}
