import { type Attributes, type HrTime, type SpanContext, SpanKind } from '@opentelemetry/api';
import { withoutClientAddress } from '../spans/client-address.ts';
import { errorText, withoutErrorSecrets } from '../spans/error-texts.ts';
import type { KeptSpan } from '../spans/kept-span.ts';

/**
 * A kept span for third-party exporters. Everything it returns is a copy, so that an exporter cannot modify the span that other processors hold; the texts of
 * errors are without credentials.
 */
export class CopiedSpan implements KeptSpan {
  readonly #of: KeptSpan;
  readonly #withoutClient: boolean;
  #attributes: Attributes | undefined;

  /** @param withoutClient Leaves out the client's address. */
  constructor(of: KeptSpan, withoutClient = false) {
    this.#of = of;
    this.#withoutClient = withoutClient && of.kind === SpanKind.SERVER;
  }

  get traceId() {
    return this.#of.traceId;
  }
  get spanId() {
    return this.#of.spanId;
  }
  get operationType() {
    return this.#of.operationType;
  }
  get series() {
    return this.#of.series;
  }
  get keepReason() {
    return this.#of.keepReason;
  }
  get keptBy() {
    return this.#of.keptBy;
  }
  get traceFacts() {
    const { droppedSpans, truncated, remoteParent, isContinued } = this.#of.traceFacts;
    return { droppedSpans, truncated, remoteParent, isContinued };
  }
  get name() {
    return this.#of.name;
  }
  get kind() {
    return this.#of.kind;
  }
  get parentSpanContext(): SpanContext {
    // ReadableSpan declares it optional; a getter that returns undefined is the same to every reader.
    const parent = this.#of.parentSpanContext;
    return (parent && { ...parent }) as SpanContext;
  }
  get startTime() {
    return copied(this.#of.startTime);
  }
  get endTime() {
    return copied(this.#of.endTime);
  }
  get duration() {
    return copied(this.#of.duration);
  }
  get status() {
    const { message, ...status } = this.#of.status;
    return { ...status, ...(message !== undefined && { message: errorText(message) }) };
  }
  get attributes(): Attributes {
    return (this.#attributes ??= withoutErrorSecrets(
      this.#withoutClient ? withoutClientAddress(this.#of.attributes) : { ...this.#of.attributes },
    ));
  }
  get links() {
    return this.#of.links.map((link) => ({ ...link, attributes: { ...link.attributes } }));
  }
  get events() {
    return this.#of.events.map((event) => ({
      ...event,
      attributes: { ...withoutErrorSecrets(event.attributes) },
    }));
  }
  get ended() {
    return this.#of.ended;
  }
  get resource() {
    return this.#of.resource;
  }
  get instrumentationScope() {
    return this.#of.instrumentationScope;
  }
  get droppedAttributesCount() {
    return this.#of.droppedAttributesCount;
  }
  get droppedEventsCount() {
    return this.#of.droppedEventsCount;
  }
  get droppedLinksCount() {
    return this.#of.droppedLinksCount;
  }

  spanContext(): SpanContext {
    return { ...this.#of.spanContext() };
  }
}

function copied([seconds, nanos]: HrTime): HrTime {
  return [seconds, nanos];
}
