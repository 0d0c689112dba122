import type { Receiver } from '../otel/export/receivers.ts';
import { httpReceiver } from '../otel/export/receivers.ts';
import { decodeHistograms, decodeLogs, decodeSpans } from '../otel/export/decode-otlp.ts';

/** What a test asks about a span, whoever received it. */
export interface ArrivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  readonly status?: { readonly code?: number };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface Arrivals {
  readonly spans: readonly ArrivedSpan[];
  readonly logs: readonly { readonly traceId: string; readonly body: string }[];
  /** Exponential histograms, a row per point; of the last export alone, as they are cumulative. */
  readonly histograms: readonly {
    readonly metric: string;
    readonly count: number;
    readonly bucketCounts: readonly number[];
    readonly exemplars: readonly { readonly traceId: string; readonly spanId: string }[];
  }[];
}

/** Takes OTLP over HTTP until it is stopped, and tells then what came. */
export interface OtlpArrivals {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  stop(): Promise<Arrivals>;
}

/** A receiver in this process. */
export class InProcessArrivals implements OtlpArrivals {
  readonly #receiver: Receiver;

  private constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  static async start(): Promise<InProcessArrivals> {
    return new InProcessArrivals(await httpReceiver());
  }

  get endpoint(): string {
    return this.#receiver.url;
  }

  async stop(): Promise<Arrivals> {
    await this.#receiver[Symbol.asyncDispose]();
    const bodies = (signal: string): Uint8Array[] =>
      this.#receiver.bodies.filter(({ path }) => path === `/v1/${signal}`).map(({ body }) => body);
    return {
      spans: bodies('traces').flatMap(decodeSpans),
      logs: bodies('logs').flatMap(decodeLogs),
      histograms: bodies('metrics').slice(-1).flatMap(decodeHistograms),
    };
  }
}
