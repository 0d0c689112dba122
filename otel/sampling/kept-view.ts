import type { Attributes, HrTime, SpanContext } from '@opentelemetry/api';
import type { KeepReason, OperationType } from '../base/operation-types.ts';
import type { KeptSpan, SpanTemplate, TemplatedSpan } from '../spans/kept-span.ts';
import type { EndedSpan } from '../spans/operation.ts';
import type { Bits56 } from './consistent-threshold.ts';
import { withThreshold } from './ot-trace-state.ts';
import type { HeldFacts } from './pending-trace.ts';

/**
 * A view of an ended span for one sink: the span itself is not touched, and nothing of it can be changed through the view (G2). Its trace state
 * differs: it carries the weight this pipeline gives the span, so two pipelines can weigh one span differently.
 */
export class KeptView implements KeptSpan {
  declare readonly keepReason: KeepReason;
  declare readonly traceFacts: HeldFacts;
  declare private readonly of: EndedSpan;
  declare private readonly weight: Bits56 | undefined;
  declare private weighted: SpanContext | undefined;
  declare private attributesOnce: Attributes | undefined;

  /** @param weight The rejection threshold that decided; undefined where nobody can tell. */
  constructor(of: EndedSpan, keepReason: KeepReason, facts: HeldFacts, weight: Bits56 | undefined) {
    this.keepReason = keepReason;
    this.traceFacts = facts;
    this.of = of;
    this.weight = weight;
    this.weighted = undefined;
    this.attributesOnce = undefined;
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
    // ReadableSpan declares it optional; a getter that answers undefined is the same to every reader.
    return this.of.span.parentSpanContext as SpanContext;
  }
  get startTime(): HrTime {
    return [...this.of.span.startTime];
  }
  get endTime(): HrTime {
    return [...this.of.span.endTime];
  }
  get status() {
    return { ...this.of.span.status };
  }
  get attributes(): Attributes {
    return (this.attributesOnce ??= { ...this.of.span.attributes });
  }
  get links() {
    return this.of.span.links.map((link) => ({ ...link, attributes: { ...link.attributes } }));
  }
  get events() {
    return this.of.span.events.map((event) => ({ ...event, attributes: { ...event.attributes } }));
  }
  get duration(): HrTime {
    return [...this.of.span.duration];
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
    const traceState = withThreshold(context.traceState, this.weight);
    return traceState === undefined ? { ...context } : { ...context, traceState };
  }
}
