import { decodeSpans, type DecodedSpan } from '../otel/export/decode-otlp.ts';
import { httpReceiver, type Receiver } from '../otel/export/receivers.ts';

/** An OTLP receiver that hands out the spans it got. */
export class SpanReceiver {
  readonly #receiver: Receiver;

  private constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  static async start(): Promise<SpanReceiver> {
    return new SpanReceiver(await httpReceiver());
  }

  /** Settings of a process that sends every span here, whatever it keeps itself. */
  get environment(): Record<string, string> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL('/', this.#receiver.url).href.replace(/\/$/, ''),
      OTEL_BSP_SCHEDULE_DELAY: '50',
      METRICS_EXPORT_SAMPLING_RATE: '1',
    };
  }

  get spans(): DecodedSpan[] {
    return this.#receiver.bodies
      .filter(({ path }) => path === '/v1/traces')
      .flatMap(({ body }) => decodeSpans(body));
  }

  /** The first span that fits, as soon as it has come. */
  async span(fits: (span: DecodedSpan) => boolean): Promise<DecodedSpan> {
    for (;;) {
      const found = this.spans.find(fits);
      if (found !== undefined) return found;
      await this.#receiver.received(this.#receiver.bodies.length + 1);
    }
  }

  async stop(): Promise<void> {
    await this.#receiver[Symbol.asyncDispose]();
  }
}
