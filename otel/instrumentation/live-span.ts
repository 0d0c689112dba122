import {
  type Attributes,
  type AttributeValue,
  type Context,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  diag,
} from '@opentelemetry/api';
import {
  AddAttributeDecision,
  type InstrumentationScope,
  hrTimeDuration,
  isTimeInput,
  maybeAddAttribute,
  millisToHrTime,
} from '@opentelemetry/core';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import { estimatePartsBytes } from '../export/span-size.ts';
import type { SelfDescribing, KnownOperation } from '../sampling/ended-span.ts';
import type { SelfWeighing } from '../sampling/held-bytes.ts';
import { ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_TYPE } from '../base/semconv.ts';
import { exceptionAttributes } from './exception-attributes.ts';
import { plusNanos } from './hr-time.ts';
import type { LazyAttributes, LiveSpanSource, SpanStart } from './live-span-source.ts';
import { newSpanContext } from './own-span-context.ts';
import { NO_EVENTS, NO_LINKS, SPAN_LIMITS, pushEvent, pushLink } from './span-entries.ts';
import { elapsedNanos, givenTime, nanosSince } from './span-time.ts';
import { wholeTemplate } from './whole-template.ts';

/** Attributes set before those known from the start are looked at; together they stay below the limit. */
const MAX_UNCOUNTED = 64;

const UNSET: SpanStatus = Object.freeze({ code: SpanStatusCode.UNSET });
const NOT_ENDED: HrTime = Object.freeze([0, 0] as const) as unknown as HrTime;
const NO_DURATION: HrTime = Object.freeze([-1, -1] as const) as unknown as HrTime;

/**
 * A span of ours that is live while others run inside of it: to the app what a recording span of the SDK is, without tracer and sampler,
 * and with its work put off. Attributes and times are made when they are read. Always recorded; sampled as its parent is, else sampled.
 */
export class LiveSpan implements Span, ReadableSpan, SelfWeighing, SelfDescribing {
  // Declared, not defined, and no #private ones: a defined field is written twice, and these are made for every request.
  declare name: string;
  declare status: SpanStatus;
  declare events: TimedEvent[];
  declare links: Link[];
  /** Undefined for a root; ReadableSpan has no word for that under exact optional types. */
  declare readonly parentSpanContext: SpanContext;
  declare droppedAttributesCount: number;
  declare droppedEventsCount: number;
  declare droppedLinksCount: number;
  declare ended: boolean;
  declare readonly startNanos: number;
  declare readonly originMillis: number;
  declare readonly originNanos: number;
  /** Exact, of the monotonic clock; -1 until the end. */
  declare durationNanos: number;
  declare private readonly source: LiveSpanSource;
  declare private readonly ownContext: SpanContext;
  /** Until all of it is in the attributes. */
  declare private lazy: LazyAttributes | undefined;
  declare private isStartPending: boolean;
  declare private attributesSoFar: Attributes | undefined;
  /** Exact once the attributes known from the start are among them. */
  declare private attributesCount: number;
  declare private startOnce: HrTime | undefined;
  declare private endOnce: HrTime | undefined;
  declare private durationOnce: HrTime | undefined;

  /** Tells the sink. `parent` is a valid span context, or undefined. */
  constructor(
    source: LiveSpanSource,
    name: string,
    parent: SpanContext | undefined,
    parentContext: Context,
    { originMillis, originNanos, startNanos }: SpanStart,
    lazy: LazyAttributes | undefined,
  ) {
    this.name = name;
    this.status = UNSET;
    this.events = NO_EVENTS;
    this.links = NO_LINKS;
    this.parentSpanContext = parent as SpanContext;
    this.droppedAttributesCount = 0;
    this.droppedEventsCount = 0;
    this.droppedLinksCount = 0;
    this.ended = false;
    this.startNanos = startNanos;
    this.originMillis = originMillis;
    this.originNanos = originNanos;
    this.durationNanos = -1;
    this.source = source;
    this.lazy = lazy;
    this.isStartPending = lazy !== undefined;
    this.attributesSoFar = undefined;
    this.attributesCount = 0;
    this.startOnce = undefined;
    this.endOnce = undefined;
    this.durationOnce = undefined;
    this.ownContext = newSpanContext(parent);
    try {
      source.sink.onStart(this, parentContext);
    } catch (error) {
      source.guard.report('span start', error);
    }
  }

  get kind(): SpanKind {
    return this.source.kind;
  }
  get resource(): ReadableSpan['resource'] {
    return this.source.resource;
  }
  get instrumentationScope(): InstrumentationScope {
    return this.source.scope;
  }

  spanContext(): SpanContext {
    return this.ownContext;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  /** One object, as long as the span lives. */
  get attributes(): Attributes {
    if (this.isStartPending) this.beginAttributes();
    if (this.ended && this.lazy !== undefined) this.finishAttributes();
    return (this.attributesSoFar ??= {});
  }

  get endMillis(): number {
    return this.originMillis + ((this.startNanos - this.originNanos || 0) + this.durationNanos) / 1e6;
  }

  get knownOperation(): KnownOperation | undefined {
    return this.lazy?.knownOperation?.(this);
  }

  get template() {
    return this.isStartPending && this.attributesCount === 0 ? wholeTemplate(this, this.lazy) : undefined;
  }
  /** What it holds in memory, estimated without making what was put off. */
  get heldBytes(): number {
    const lazyBytes = this.lazy?.heldBytes ?? 0;
    return lazyBytes + estimatePartsBytes(this.name, this.attributesSoFar, this.events, this.links);
  }

  /** What was set under `key` since the start; unlike `attributes` it makes nothing. */
  setSinceStart(key: string): AttributeValue | undefined {
    return this.attributesSoFar?.[key];
  }

  setAttribute(key: string, value: unknown): this {
    if (this.refusesBecauseEnded()) return this;
    if (isPlain(value) && key !== '' && this.isStartPending && this.attributesCount < MAX_UNCOUNTED) {
      (this.attributesSoFar ??= {})[key] = value;
      this.attributesCount++;
      return this;
    }
    const { attributes } = this;
    const decision = maybeAddAttribute({
      key,
      value,
      attributes,
      limits: SPAN_LIMITS,
      currentAttributesCount: this.attributesCount,
    });
    if (decision === AddAttributeDecision.ADD_NEW) this.attributesCount++;
    else if (decision === AddAttributeDecision.DROP_LIMIT_REACHED) this.droppedAttributesCount++;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key]);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.refusesBecauseEnded()) return this;
    if (this.events === NO_EVENTS) this.events = [];
    const isTimeOnly = isTimeInput(attributesOrTime);
    const at = this.timeOf(isTimeOnly && !isTimeInput(time) ? attributesOrTime : time);
    this.droppedEventsCount += pushEvent(this.events, name, at, isTimeOnly ? undefined : attributesOrTime);
    return this;
  }

  addLink(link: Link): this {
    if (this.refusesBecauseEnded()) return this;
    if (this.links === NO_LINKS) this.links = [];
    this.droppedLinksCount += pushLink(this.links, link);
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus({ code, message }: SpanStatus): this {
    if (this.refusesBecauseEnded()) return this;
    if (code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return this;
    this.status = code === SpanStatusCode.ERROR && typeof message === 'string' ? { code, message } : { code };
    return this;
  }

  updateName(name: string): this {
    if (!this.refusesBecauseEnded()) this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = exceptionAttributes(exception);
    if (attributes[ATTR_EXCEPTION_TYPE] || attributes[ATTR_EXCEPTION_MESSAGE])
      this.addEvent('exception', attributes, time);
    else diag.warn(`Failed to record an exception ${String(exception)}`);
  }

  /** Without a time, the end is the start plus what the monotonic clock says has passed. */
  end(endTime?: TimeInput): void {
    if (endTime === undefined) return this.endAfter(elapsedNanos(this.source, this));
    if (this.refusesBecauseEnded()) return;
    const end = this.timeOf(endTime);
    const duration = hrTimeDuration(this.startTime, end);
    if (duration[0] >= 0) {
      this.endOnce = end;
      this.durationOnce = duration;
      return this.endAfter(duration[0] * 1e9 + duration[1]);
    }
    this.endOnce = [...this.startTime];
    this.endAfter(0);
  }

  /** Ends so many nanoseconds after the start. */
  endAfter(durationNanos: number): void {
    if (this.refusesBecauseEnded()) return;
    this.durationNanos = durationNanos;
    this.ended = true;
    try {
      this.source.sink.onEnd(this);
    } catch (error) {
      this.source.guard.report('span end', error);
    }
  }

  get startTime(): HrTime {
    return (this.startOnce ??= plusNanos(
      millisToHrTime(this.originMillis),
      this.startNanos - this.originNanos || 0,
    ));
  }
  get endTime(): HrTime {
    if (!this.ended) return NOT_ENDED;
    return (this.endOnce ??= plusNanos(this.startTime, this.durationNanos));
  }
  get duration(): HrTime {
    if (!this.ended) return NO_DURATION;
    return (this.durationOnce ??= plusNanos([0, 0], this.durationNanos));
  }

  private beginAttributes(): void {
    this.isStartPending = false;
    const { guard } = this.source;
    const attributes = guard.run('span attributes', () => this.lazy!.startAttributes(), {});
    if (this.lazy!.addEndAttributes === undefined) this.lazy = undefined;
    this.attributesSoFar = Object.assign(attributes, this.attributesSoFar);
    this.attributesCount = Object.keys(attributes).length;
  }

  private finishAttributes(): void {
    const lazy = this.lazy!;
    this.lazy = undefined;
    const attributes = (this.attributesSoFar ??= {});
    this.source.guard.run('span attributes', () => lazy.addEndAttributes?.(attributes), undefined);
  }

  private refusesBecauseEnded(): boolean {
    if (!this.ended) return false;
    const { traceId, spanId } = this.ownContext;
    diag.warn(`Cannot execute the operation on ended Span {traceId: ${traceId}, spanId: ${spanId}}`);
    return true;
  }

  private timeOf(time: TimeInput | undefined): HrTime {
    return givenTime(time) ?? plusNanos(this.startTime, elapsedNanos(this.source, this) - nanosSince(time));
  }
}

function isPlain(value: unknown): value is string | number | boolean {
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean';
}
