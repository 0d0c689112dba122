import type { SampledSpan, TelemetryQuery, TimeRange } from '../../../otel/query.ts';

/** Failed requests that are read for the list. */
const MAX_READ = 500;

/** The attribute of a request's span that has the address. */
export const CLIENT_ADDRESS = 'client.address';
const USER_AGENT = 'user_agent.original';

/** A client whose requests failed. */
export interface FailedClient {
  readonly address: string;
  /** Of the kept failed requests that were read. */
  readonly requests: number;
  /** Of the last of them; undefined if none was sent. */
  readonly userAgent: string | undefined;
  readonly lastMillis: number;
  /** The last of them. */
  readonly example: { readonly traceId: string; readonly spanId: string };
}

/** Who got an error. */
export interface FailedClients {
  /** Most requests first. */
  readonly clients: readonly FailedClient[];
  /** Failed requests that were read, and those of them without an address. */
  readonly read: number;
  readonly withoutAddress: number;
  /** Failed requests that are kept. */
  readonly kept: number;
}

/** Counts the clients of kept failed requests; of more than 500, those of 500 drawn at random. Addresses are in traces alone, so there is no exact count. */
export function failedClients(
  telemetry: Pick<TelemetryQuery, 'sampleTraces'>,
  range: TimeRange,
  series?: string,
): FailedClients {
  const { marked } = telemetry.sampleTraces({
    range,
    type: 'http',
    series,
    marked: 'failed',
    limit: MAX_READ,
  });
  const clients = new Map<string, FailedClient>();
  let withoutAddress = 0;
  for (const { traceId, spans } of marked.traces) {
    const request = spans.find(
      (span) => span.type === 'http' && span.status === 'error' && (series ?? span.series) === span.series,
    );
    const address = request && textOf(request, CLIENT_ADDRESS);
    if (request === undefined || address === undefined) withoutAddress++;
    else clients.set(address, joined(clients.get(address), address, traceId, request));
  }
  return {
    clients: [...clients.values()].sort((a, b) => b.requests - a.requests || b.lastMillis - a.lastMillis),
    read: marked.traces.length,
    withoutAddress,
    kept: marked.kept,
  };
}

function joined(
  before: FailedClient | undefined,
  address: string,
  traceId: string,
  request: SampledSpan,
): FailedClient {
  const requests = (before?.requests ?? 0) + 1;
  if (before !== undefined && before.lastMillis > request.startMillis) return { ...before, requests };
  return {
    address,
    requests,
    userAgent: textOf(request, USER_AGENT),
    lastMillis: request.startMillis,
    example: { traceId, spanId: request.spanId },
  };
}

function textOf({ attributes }: SampledSpan, key: string): string | undefined {
  for (let at = 0; at < attributes.length; at += 2)
    if (attributes[at] === key) return String(attributes[at + 1]);
  return undefined;
}
