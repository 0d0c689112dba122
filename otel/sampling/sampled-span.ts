import type { SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { AttributeValue, KeepReason, OperationType } from '../query.ts';
import type { Verdict } from './buffered-trace.ts';
import type { Bits56 } from './consistent-threshold.ts';
import type { EndedSpan } from './ended-span.ts';
import type { KeptSpan, SpanTemplate, TemplatedSpan, TraceFacts } from './kept-span.ts';
import { withThreshold } from './ot-trace-state.ts';
import type { StormFate } from './policies.ts';
import { weightOf } from './span-weight.ts';

/**
 * A view of an ended span for exporters: the span itself is not touched (G2). Only its trace state differs: it carries the weight
 * this pipeline gives the span, so two pipelines can weigh one span differently.
 */
export class SampledSpan implements KeptSpan {
  readonly operationType: OperationType;
  readonly series: string;
  readonly keepReason: KeepReason;
  readonly traceFacts: TraceFacts;
  readonly traceId: string;
  readonly spanId: string;
  readonly #span: ReadableSpan & Partial<TemplatedSpan>;
  readonly #own: Bits56;
  readonly #randomness: Bits56;
  readonly #fate: StormFate | undefined;
  #spanContext: SpanContext | undefined;

  /** @param own The pipeline's rejection threshold for spans of this type. */
  constructor(
    { span, type, series, spanId }: EndedSpan,
    keepReason: KeepReason,
    { traceId, facts, randomness }: Verdict,
    own: Bits56,
    fate: StormFate | undefined,
  ) {
    this.operationType = type;
    this.series = series;
    this.keepReason = keepReason;
    this.traceFacts = facts;
    this.traceId = traceId;
    this.spanId = spanId;
    this.#span = span;
    this.#own = own;
    this.#randomness = randomness;
    this.#fate = fate;
  }

  get template(): SpanTemplate | undefined {
    return this.#span.template;
  }
  get ownAttributes(): readonly AttributeValue[] | undefined {
    return this.#span.ownAttributes;
  }

  spanContext(): SpanContext {
    return (this.#spanContext ??= this.#weighted(this.#span.spanContext()));
  }

  get name() {
    return this.#span.name;
  }
  get kind() {
    return this.#span.kind;
  }
  get parentSpanContext(): SpanContext {
    // ReadableSpan declares it optional; a getter that answers undefined is the same to every reader.
    return this.#span.parentSpanContext as SpanContext;
  }
  get startTime() {
    return this.#span.startTime;
  }
  get endTime() {
    return this.#span.endTime;
  }
  get status() {
    return this.#span.status;
  }
  get attributes() {
    return this.#span.attributes;
  }
  get links() {
    return this.#span.links;
  }
  get events() {
    return this.#span.events;
  }
  get duration() {
    return this.#span.duration;
  }
  get ended() {
    return this.#span.ended;
  }
  get resource() {
    return this.#span.resource;
  }
  get instrumentationScope() {
    return this.#span.instrumentationScope;
  }
  get droppedAttributesCount() {
    return this.#span.droppedAttributesCount;
  }
  get droppedEventsCount() {
    return this.#span.droppedEventsCount;
  }
  get droppedLinksCount() {
    return this.#span.droppedLinksCount;
  }

  #weighted(context: SpanContext): SpanContext {
    const threshold = weightOf(this.#span, this.keepReason, this.#own, this.#randomness, this.#fate);
    const traceState = withThreshold(context.traceState, threshold);
    return traceState === context.traceState || traceState === undefined
      ? context
      : { ...context, traceState };
  }
}
