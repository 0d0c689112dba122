import {
  type Attributes,
  type AttributeValue,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
} from '@opentelemetry/api';
import {
  AddAttributeDecision,
  type InstrumentationScope,
  maybeAddAttribute,
  millisToHrTime,
} from '@opentelemetry/core';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import { plusNanos } from './hr-time.ts';
import type { SpanTemplate, TemplatedSpan } from './kept-span.ts';
import type { KnownOperation, KnownSubject, SpanSoFar } from './known-operation.ts';
import { type SelfWeighing, sizeOfParts } from './size.ts';
import { newSpanContext } from './span-context.ts';
import { NO_EVENTS, NO_LINKS } from './span-entries.ts';
import type { LazyAttributes, SpanSource, TimeOrigin } from './span-source.ts';

const UNSET: SpanStatus = Object.freeze({ code: SpanStatusCode.UNSET });

/** The readable half of the kit's span. Ids, attributes and times are built on first access, which for most spans at a low rate never happens. */
export class RecordedSpan implements ReadableSpan, SelfWeighing, TemplatedSpan, SpanSoFar {
  // Declared, not defined, and no #private fields: a defined field is written twice, and every operation creates these.
  declare name: string;
  declare readonly kind: SpanKind;
  declare status: SpanStatus;
  declare events: TimedEvent[];
  declare links: Link[];
  /** Undefined for a root; ReadableSpan cannot express that under exact optional types. */
  declare readonly parentSpanContext: SpanContext;
  declare droppedAttributesCount: number;
  declare droppedEventsCount: number;
  declare droppedLinksCount: number;
  declare ended: boolean;
  declare readonly startNanos: number;
  declare readonly origin: TimeOrigin;
  /** Exact, by the monotonic clock; -1 until the end. */
  declare durationNanos: number;
  declare protected readonly source: SpanSource;
  declare protected contextOnce: SpanContext | undefined;
  /** Until they are all in `attributes`. */
  declare protected lazy: LazyAttributes | undefined;
  declare protected isStartPending: boolean;
  declare protected attributesSoFar: Attributes | undefined;
  /** Exact once the attributes known from the start are counted. */
  declare protected attributesCount: number;
  declare protected startOnce: HrTime | undefined;
  declare protected endOnce: HrTime | undefined;
  declare protected durationOnce: HrTime | undefined;

  /** `parent` is a valid span context, or undefined. Processors see the span only after `begin`. */
  // Positional: an options object would be one allocation per span.
  // oxlint-disable-next-line max-params
  constructor(
    source: SpanSource,
    name: string,
    kind: SpanKind,
    parent: SpanContext | undefined,
    origin: TimeOrigin,
    startNanos: number,
    lazy: LazyAttributes | undefined,
  ) {
    this.name = name;
    this.kind = kind;
    this.status = UNSET;
    this.events = NO_EVENTS;
    this.links = NO_LINKS;
    this.parentSpanContext = parent as SpanContext;
    this.droppedAttributesCount = 0;
    this.droppedEventsCount = 0;
    this.droppedLinksCount = 0;
    this.ended = false;
    this.startNanos = startNanos;
    this.origin = origin;
    this.durationNanos = -1;
    this.source = source;
    this.contextOnce = undefined;
    this.lazy = lazy;
    this.isStartPending = lazy !== undefined;
    this.attributesSoFar = undefined;
    this.attributesCount = 0;
    this.startOnce = undefined;
    this.endOnce = undefined;
    this.durationOnce = undefined;
  }

  get resource(): ReadableSpan['resource'] {
    return this.source.resource;
  }
  get instrumentationScope(): InstrumentationScope {
    return this.source.scope;
  }

  spanContext(): SpanContext {
    return (this.contextOnce ??= newSpanContext(this.parentSpanContext, this.source.ids));
  }

  /** As in its context, without creating a span id. */
  get traceId(): string {
    return (this.parentSpanContext ?? this.spanContext()).traceId;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  /** One object for the life of the span. */
  get attributes(): Attributes {
    if (this.isStartPending) this.beginAttributes();
    if (this.ended && this.lazy !== undefined) this.finishAttributes();
    return (this.attributesSoFar ??= {});
  }

  get endMillis(): number {
    return this.origin.millis + ((this.startNanos - this.origin.nanos || 0) + this.durationNanos) / 1e6;
  }

  get knownSubject(): KnownSubject | undefined {
    return this.lazy?.knownSubject?.(this);
  }
  get knownOperation(): KnownOperation | undefined {
    return this.lazy?.knownOperation?.(this);
  }
  get callerSeries(): string | undefined {
    return this.lazy?.callerSeries?.(this);
  }

  /** The template that describes it completely together with `ownAttributes`; undefined if it has anything else. */
  get template(): SpanTemplate | undefined {
    const template = this.lazy?.template;
    if (template === undefined || !this.isStartPending || this.source.isLimited) return undefined;
    if (this.name !== template.name || this.status.code !== SpanStatusCode.UNSET) return undefined;
    if (this.events.length > 0 || this.links.length > 0) return undefined;
    return this.isSetApartFrom(template.attributes) ? template : undefined;
  }
  /** Attributes set besides the template: key, value, key, value. */
  get ownAttributes(): readonly AttributeValue[] {
    const own: AttributeValue[] = [];
    for (const key in this.attributesSoFar) own.push(key, this.attributesSoFar[key]);
    return own;
  }

  /** Estimated memory in bytes, without building what is lazy. */
  get heldBytes(): number {
    const lazyBytes = this.lazy?.heldBytes ?? 0;
    return lazyBytes + sizeOfParts(this.name, this.attributesSoFar, this.events, this.links);
  }

  /** The value set under `key` after the start; unlike `attributes` it builds nothing. */
  setSinceStart(key: string): AttributeValue | undefined {
    return this.attributesSoFar?.[key];
  }

  /** Returns true if none of these was set after the start. */
  isSetApartFrom(attributes: Attributes): boolean {
    for (const key in this.attributesSoFar) if (Object.hasOwn(attributes, key)) return false;
    return true;
  }

  get startTime(): HrTime {
    return (this.startOnce ??= plusNanos(
      millisToHrTime(this.origin.millis),
      this.startNanos - this.origin.nanos || 0,
    ));
  }
  /** Sets the exact start time; call before `begin`. */
  startAt(time: HrTime): void {
    this.startOnce = time;
  }
  get endTime(): HrTime {
    if (!this.ended) return [0, 0];
    return (this.endOnce ??= plusNanos(this.startTime, this.durationNanos));
  }
  get duration(): HrTime {
    if (!this.ended) return [-1, -1];
    return (this.durationOnce ??= plusNanos([0, 0], this.durationNanos));
  }

  protected add(attributes: Attributes, key: string, value: unknown, limits: SpanSource['limits']): void {
    const currentAttributesCount = this.attributesCount;
    const decision = maybeAddAttribute({ key, value, attributes, limits, currentAttributesCount });
    if (decision === AddAttributeDecision.ADD_NEW) this.attributesCount++;
    else if (decision === AddAttributeDecision.DROP_LIMIT_REACHED) this.droppedAttributesCount++;
  }

  protected beginAttributes(): void {
    this.isStartPending = false;
    const { guard } = this.source;
    const attributes = guard.run('span attributes', () => this.lazy!.startAttributes(), {});
    const setSinceStart = this.attributesSoFar;
    if (this.lazy!.addEndAttributes === undefined) this.lazy = undefined;
    this.attributesSoFar = this.within(attributes);
    for (const key in setSinceStart) this.attributesSoFar[key] = setSinceStart[key];
    this.attributesCount = Object.keys(this.attributesSoFar).length;
  }

  protected finishAttributes(): void {
    const lazy = this.lazy!;
    this.lazy = undefined;
    const attributes = (this.attributesSoFar ??= {});
    this.source.guard.run('span attributes', () => this.addLast(lazy, attributes), undefined);
  }

  protected addLast(lazy: LazyAttributes, attributes: Attributes): void {
    if (!this.source.isLimited) return lazy.addEndAttributes?.(attributes);
    const last: Attributes = {};
    lazy.addEndAttributes?.(last);
    for (const key in last) this.add(attributes, key, last[key], this.source.limits);
  }

  /** The kit's own attributes need no check against the SDK's defaults. */
  protected within(attributes: Attributes): Attributes {
    if (!this.source.isLimited) return attributes;
    const kept: Attributes = {};
    this.attributesCount = 0;
    for (const key in attributes) this.add(kept, key, attributes[key], this.source.limits);
    return kept;
  }
}
