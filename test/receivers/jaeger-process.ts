import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../fixtures/free-port.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { ReceiverProgram } from '../integration/receiver-program.ts';

const CONFIG = fileURLToPath(new URL('../../deploy/jaeger.yaml', import.meta.url));

export interface JaegerTag {
  readonly key: string;
  readonly value: unknown;
}
/** A span as Jaeger's query API has it, times in microseconds. */
export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly startTime: number;
  readonly duration: number;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  readonly tags: readonly JaegerTag[];
}
export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/** Jaeger with the configuration that is shipped, on free ports of loopback. */
export class JaegerProcess extends ReceiverProgram {
  /** For OTEL_EXPORTER_OTLP_TRACES_ENDPOINT. */
  readonly endpoint: string;
  readonly #query: string;

  private constructor(program: string, args: readonly string[], endpoint: string, query: string) {
    super(program, args);
    this.endpoint = endpoint;
    this.#query = query;
  }

  static async start(program: string): Promise<JaegerProcess> {
    const [otlp, query] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const anyPort = { endpoint: '127.0.0.1:0' };
    const config = join(temporaryFolder(), 'jaeger.yaml');
    const overlay = {
      receivers: { otlp: { protocols: { http: { endpoint: otlp }, grpc: anyPort } } },
      extensions: { jaeger_query: { http: { endpoint: query }, grpc: anyPort } },
      service: { telemetry: { metrics: { level: 'none' } } },
    };
    // JSON is YAML, laid over the configuration that is shipped.
    writeFileSync(config, JSON.stringify(overlay));
    const args = [`--config=${CONFIG}`, `--config=${config}`];
    const jaeger = new JaegerProcess(program, args, `http://${otlp}/v1/traces`, `http://${query}`);
    await jaeger.startAgain();
    return jaeger;
  }

  /** Traces of a service by its search, at most a thousand. */
  search(
    service: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<readonly JaegerTrace[]> {
    return this.#ask(`/api/traces?${new URLSearchParams({ service, limit: '1000', ...parameters })}`);
  }

  trace(id: string): Promise<readonly JaegerTrace[]> {
    return this.#ask(`/api/traces/${id}`);
  }

  async #ask(path: string): Promise<readonly JaegerTrace[]> {
    const answer = await fetch(this.#query + path);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    const { data }: { readonly data: readonly JaegerTrace[] } = JSON.parse(await answer.text());
    return data;
  }
}
