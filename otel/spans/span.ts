import {
  type Attributes,
  type Context,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  diag,
} from '@opentelemetry/api';
import { cleanAttributes, hrTimeDuration, isTimeInput } from '@opentelemetry/core';
import { ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_TYPE } from '../base/semconv.ts';
import { exceptionAttributes } from './exception-attributes.ts';
import { plusNanos } from './hr-time.ts';
import { RecordedSpan } from './recorded-span.ts';
import { NO_EVENTS, NO_LINKS, pushEvent, pushLink } from './span-entries.ts';
import { elapsedNanos, givenTime, nanosSince } from './span-time.ts';

/** Attributes set before those known from the start are counted; together they stay below the SDK's limit. */
const MAX_UNCOUNTED = 64;

/** The one span class of the kit: for requests, statements, renders, and users of its tracer. It behaves like a recording span of the SDK. */
export class RecordingSpan extends RecordedSpan implements Span {
  /** Notifies the processors of the start. */
  begin(parentContext: Context): this {
    try {
      this.source.sink.onStart(this, parentContext);
    } catch (error) {
      this.source.guard.report('span start', error);
    }
    return this;
  }

  /** Sets the caller's initial attributes; invalid or excess ones are dropped and counted. Call before `begin`. */
  startWith(attributes: Attributes): void {
    const { attributes: kept = {}, droppedAttributesCount = 0 } = cleanAttributes(
      attributes,
      this.source.limits,
    );
    this.attributesSoFar = kept;
    this.attributesCount = Object.keys(kept).length;
    this.droppedAttributesCount = droppedAttributesCount;
  }

  setAttribute(key: string, value: unknown): this {
    if (this.refusesBecauseEnded()) return this;
    const { limits, isLimited } = this.source;
    if (
      this.isStartPending &&
      !isLimited &&
      isPlain(value) &&
      key !== '' &&
      this.attributesCount < MAX_UNCOUNTED
    ) {
      (this.attributesSoFar ??= {})[key] = value;
      this.attributesCount++;
      return this;
    }
    const { attributes } = this;
    this.add(attributes, key, value, limits);
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
    const attributes = isTimeOnly ? undefined : attributesOrTime;
    this.droppedEventsCount += pushEvent(this.events, name, at, attributes, this.source.limits);
    return this;
  }

  addLink(link: Link): this {
    if (this.refusesBecauseEnded()) return this;
    if (this.links === NO_LINKS) this.links = [];
    this.droppedLinksCount += pushLink(this.links, link, this.source.limits);
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

  /** Now, on the time line of its trace; NaN if the clock fails. */
  presentMillis(): number {
    const { clock, guard } = this.source;
    const { millis, nanos } = this.origin;
    return guard.run('clock', () => millis + (clock.monotonicNanos() - nanos) / 1e6, NaN);
  }

  /** Without `endTime`, the end is the start plus the elapsed monotonic time. */
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

  /** Ends this many nanoseconds after the start. */
  endAfter(durationNanos: number): void {
    if (this.refusesBecauseEnded()) return;
    const { sink, guard } = this.source;
    this.durationNanos = durationNanos;
    try {
      sink.onEnding?.(this);
      this.ended = true;
      sink.onEnd(this);
    } catch (error) {
      this.ended = true;
      guard.report('span end', error);
    }
  }

  private refusesBecauseEnded(): boolean {
    if (!this.ended) return false;
    const { traceId, spanId } = this.spanContext();
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
