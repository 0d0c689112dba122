import type { AttributeMap, TraceDetail } from '../../../otel/query.ts';

const ADDRESSES: ReadonlySet<string> = new Set([
  'client.address',
  'client.port',
  'network.peer.address',
  'network.peer.port',
  'net.peer.ip',
  'http.client_ip',
]);

/** A trace without the network addresses of those who asked. */
export function withoutClientAddresses(trace: TraceDetail): TraceDetail {
  return {
    ...trace,
    spans: trace.spans.map((span) => ({ ...span, attributes: without(span.attributes) })),
    logs: trace.logs.map((line) => ({ ...line, attributes: without(line.attributes) })),
  };
}

function without(attributes: AttributeMap): AttributeMap {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !ADDRESSES.has(name)));
}
