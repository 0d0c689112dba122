import type { Client, Metadata, ServiceError, StatusObject } from '@grpc/grpc-js';
import type { Signal } from '../base/export-storage.ts';
import type { OtlpTarget } from '../settings/otlp-target.ts';
import { ExportFailure } from './delivery.ts';
import { connectionFailure } from './export-faults.ts';
import { KeptConnection, tlsFiles } from './kept-connection.ts';
import { retryDelayOfStatus } from './otlp-answer.ts';
import { type OtlpTransport, USER_AGENT } from './otlp-transport.ts';

const METHODS: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
};
/** `grpc.default_compression_algorithm` of the channel. */
const GZIP = 2;
/** Status codes that the OTLP specification allows to retry; RESOURCE_EXHAUSTED only if it says when. */
const RETRYABLE: ReadonlySet<string> = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

interface Connection {
  readonly client: Client;
  readonly metadata: Metadata;
  /** Names of the status codes. */
  readonly codes: Readonly<Record<number, string>>;
}

/** OTLP over gRPC, without retries, which are the pipeline's. Loads grpc-js at the first export. */
export class GrpcTransport implements OtlpTransport {
  readonly #target: OtlpTarget;
  readonly #connection: KeptConnection<Connection>;

  constructor(target: OtlpTarget) {
    this.#target = target;
    this.#connection = new KeptConnection(
      () => openConnection(target),
      ({ client }) => client.close(),
    );
  }

  async send(body: Uint8Array, _mediaType: string, abort: AbortSignal): Promise<Uint8Array> {
    const { client, metadata, codes } = await this.#connection.get().catch((error: unknown) => {
      throw connectionFailure(error, this.#target);
    });
    abort.throwIfAborted();
    return new Promise((resolve, reject) => {
      const call = client.makeUnaryRequest(
        METHODS[this.#target.signal],
        (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
        (bytes: Buffer) => bytes,
        body,
        metadata,
        (error: ServiceError | null, answer?: Uint8Array) => {
          abort.removeEventListener('abort', cancel);
          if (error === null) resolve(answer ?? new Uint8Array());
          else reject(abort.aborted ? abort.reason : grpcFailure(error, codes, this.#target));
        },
      );
      const cancel = (): void => call.cancel();
      abort.addEventListener('abort', cancel, { once: true });
    });
  }

  close(): void {
    this.#connection.close();
  }
}

async function openConnection(target: OtlpTarget): Promise<Connection> {
  const { url, headers, compression } = target;
  const { default: grpc } = await import('@grpc/grpc-js');
  const { protocol, host, hostname, port } = new URL(url);
  const isSecure = protocol === 'https:';
  const { ca = null, cert = null, key = null } = await tlsFiles(target);
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const credentials = isSecure
    ? grpc.credentials.createSsl(ca, key, cert)
    : grpc.credentials.createInsecure();
  const address = port === '' ? `${hostname}:${isSecure ? 443 : 80}` : host;
  const options = {
    'grpc.primary_user_agent': USER_AGENT,
    // Its own waits between connections would outlast the pipeline's.
    'grpc.initial_reconnect_backoff_ms': 500,
    'grpc.max_reconnect_backoff_ms': 5000,
    ...(compression === 'gzip' ? { 'grpc.default_compression_algorithm': GZIP } : {}),
  };
  return { client: new grpc.Client(address, credentials, options), metadata, codes: grpc.status };
}

/** A failed call in a sentence. */
function grpcFailure(
  { code, details, metadata }: StatusObject,
  codes: Connection['codes'],
  { url, signal }: OtlpTarget,
): ExportFailure {
  const name = codes[code] ?? String(code);
  const retryAfterMillis = metadata
    .get('grpc-status-details-bin')
    .map((status) => (typeof status === 'string' ? undefined : retryDelayOfStatus(status)))
    .find((millis) => millis !== undefined);
  const isExhausted = name === 'RESOURCE_EXHAUSTED';
  return new ExportFailure(sentenceOf(name, details, new URL(url).host, signal), {
    errorType: name,
    isRetryable: RETRYABLE.has(name) || (isExhausted && retryAfterMillis !== undefined),
    // With a time to come back it is a quota, without one a limit of size.
    isTooLarge: isExhausted && retryAfterMillis === undefined,
    retryAfterMillis,
  });
}

function sentenceOf(name: string, details: string, host: string, signal: Signal): string {
  switch (name) {
    case 'UNAUTHENTICATED':
    case 'PERMISSION_DENIED':
      return `the receiver refuses the credentials (gRPC ${name}): ${details}; set OTEL_EXPORTER_OTLP_HEADERS`;
    case 'UNIMPLEMENTED':
      return `the receiver accepts no ${signal} (gRPC ${name}): ${details}`;
    case 'UNAVAILABLE':
      return `${host} does not answer by gRPC (${name}): ${details}; gRPC usually has port 4317, HTTP port 4318`;
    default:
      return `the receiver answered gRPC ${name}: ${details}`;
  }
}
