import {
  type Attributes,
  type HrTime,
  type Link,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TraceState,
} from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import type { AttributeValue, OperationType } from '../query.ts';
import type { FinishedOperation } from '../sampling/finished-operation.ts';
import type { SpanTemplate, TemplatedSpan } from '../sampling/kept-span.ts';
import type { StatementNames } from '../sql/statement-names.ts';
import { callerOf, plusNanos, type RequestFacts } from './context.ts';
import { LiveSpan } from './live-span.ts';
import { SpanIds } from './span-ids.ts';
import type { OperationResult, OperationSubject } from './timed-operation.ts';

const UNSET: SpanStatus = Object.freeze({ code: SpanStatusCode.UNSET });
const NO_LINKS: Link[] = Object.freeze([] as Link[]) as Link[];
const NO_EVENTS: TimedEvent[] = Object.freeze([] as TimedEvent[]) as TimedEvent[];
const ids = new SpanIds();

/**
 * A child span that is over when it is made, and went well. The SDK's tracer checks every attribute twice, samples and reads two clocks,
 * which for a statement is more than the rest of its telemetry together; of a plain statement everything is known. All that only a reader
 * of the span needs is made when it is read, which is after the response has gone, and only if the span is kept.
 */
export class FinishedSpan implements TemplatedSpan, FinishedOperation {
  // Declared, not defined, and no #private ones: a defined field is written twice, and these are made for every statement.
  declare readonly instrumentationScope: InstrumentationScope;
  declare readonly durationNanos: number;
  declare readonly rows: number | undefined;
  declare countedMillis: number;
  declare private readonly parent: ReadableSpan;
  declare private readonly request: RequestFacts;
  declare private readonly subject: OperationSubject;
  declare private readonly startNanos: number;
  declare private readonly rowsAttribute: string | undefined;
  declare private readonly moreAttributes: Attributes | undefined;
  declare private idOnce: string | undefined;
  declare private contextOnce: SpanContext | undefined;
  declare private startOnce: HrTime | undefined;
  declare private attributesOnce: Attributes | undefined;

  /** @param request The request that `parent` belongs to; its span tells what the time is. */
  constructor(
    parent: ReadableSpan,
    request: RequestFacts,
    subject: OperationSubject,
    scope: InstrumentationScope,
    result: OperationResult,
  ) {
    this.instrumentationScope = scope;
    this.durationNanos = result.durationNanos;
    this.rows = result.rows;
    this.countedMillis = NaN;
    this.parent = parent;
    this.request = request;
    this.subject = subject;
    this.startNanos = result.startNanos;
    this.rowsAttribute = result.rowsAttribute;
    this.moreAttributes = result.attributes;
    this.idOnce = undefined;
    this.contextOnce = undefined;
    this.startOnce = undefined;
    this.attributesOnce = undefined;
  }

  get isFinishedOperation(): true {
    return true;
  }
  get traceId(): string {
    return this.parent.spanContext().traceId;
  }
  get traceState(): TraceState | undefined {
    return this.parent.spanContext().traceState;
  }
  get spanId(): string {
    return (this.idOnce ??= ids.generateSpanId());
  }
  get parentSpanId(): string {
    return this.parent.spanContext().spanId;
  }
  get span(): ReadableSpan {
    return this;
  }
  get type(): OperationType {
    return this.subject.type;
  }
  get series(): string {
    return this.subject.series;
  }
  get statement(): StatementNames | undefined {
    return this.subject.statement;
  }
  get caller(): string | undefined {
    return callerOf(this.request);
  }
  get endMillis(): number {
    const { span, startNanos } = this.request;
    const sinceStart = (this.startNanos - startNanos + this.durationNanos) / 1e6;
    if (span instanceof LiveSpan) return span.originMillis + sinceStart;
    const [seconds, nanos] = (span as unknown as ReadableSpan).startTime;
    return seconds * 1000 + nanos / 1e6 + sinceStart;
  }
  get slownessNanos(): number {
    return this.durationNanos;
  }
  get failed(): boolean {
    return false;
  }
  get clientError(): boolean {
    return false;
  }
  get aborted(): boolean {
    return false;
  }

  get template(): SpanTemplate {
    return this.subject;
  }
  get ownAttributes(): readonly AttributeValue[] {
    const own: AttributeValue[] =
      this.rows === undefined || this.rowsAttribute === undefined ? [] : [this.rowsAttribute, this.rows];
    for (const key in this.moreAttributes) own.push(key, this.moreAttributes[key] as AttributeValue);
    return own;
  }

  get name(): string {
    return this.subject.name;
  }
  get kind(): SpanKind {
    return this.subject.kind;
  }
  get parentSpanContext(): SpanContext {
    return this.parent.spanContext();
  }
  get resource(): ReadableSpan['resource'] {
    return this.parent.resource;
  }
  get startTime(): HrTime {
    return (this.startOnce ??= timeIn(this.request, this.startNanos));
  }
  get endTime(): HrTime {
    return plusNanos(this.startTime, this.durationNanos);
  }
  get duration(): HrTime {
    return plusNanos([0, 0], this.durationNanos);
  }
  /** Values of the API's types, already within every bound: they are not looked at again. */
  get attributes(): Attributes {
    return (this.attributesOnce ??= this.allAttributes());
  }
  get status(): SpanStatus {
    return UNSET;
  }
  get links(): Link[] {
    return NO_LINKS;
  }
  get events(): TimedEvent[] {
    return NO_EVENTS;
  }
  get ended(): boolean {
    return true;
  }
  get droppedAttributesCount(): number {
    return 0;
  }
  get droppedEventsCount(): number {
    return 0;
  }
  get droppedLinksCount(): number {
    return 0;
  }

  spanContext(): SpanContext {
    return (this.contextOnce ??= this.newSpanContext());
  }

  isRecording(): boolean {
    return false;
  }

  private newSpanContext(): SpanContext {
    // Flags are the parent's decision, as a ParentBased sampler takes it over.
    const { traceId, traceFlags, traceState } = this.parent.spanContext();
    const own: SpanContext = { traceId, spanId: this.spanId, traceFlags };
    if (traceState !== undefined) own.traceState = traceState;
    return own;
  }

  private allAttributes(): Attributes {
    const attributes: Attributes = { ...this.subject.attributes, ...this.moreAttributes };
    if (this.rows !== undefined && this.rowsAttribute !== undefined)
      attributes[this.rowsAttribute] = this.rows;
    return attributes;
  }
}

/** On the time line of the request's own span. */
function timeIn({ span, startNanos }: RequestFacts, nanos: number): HrTime {
  return plusNanos((span as unknown as ReadableSpan).startTime, nanos - startNanos);
}
