import type { Attributes } from '@opentelemetry/api';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { ATTR_CLIENT_ADDRESS, ATTR_NETWORK_PEER_ADDRESS, ATTR_NETWORK_PEER_PORT } from '../base/semconv.ts';

/** Of a SERVER span, the peer is the client or a proxy; the last five are names before the stable conventions. */
const CLIENT_ATTRIBUTES: ReadonlySet<string> = new Set([
  ATTR_CLIENT_ADDRESS,
  'client.port',
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  'http.client_ip',
  'net.peer.ip',
  'net.peer.port',
  'net.sock.peer.addr',
  'net.sock.peer.port',
]);

/** A copy of a SERVER span's attributes without those that identify the client by its address. */
export function withoutClientAddress(attributes: Attributes): Attributes {
  const copy: Attributes = {};
  for (const key in attributes) if (!CLIENT_ATTRIBUTES.has(key)) copy[key] = attributes[key];
  return copy;
}

/** Removes the client's address from log records, for the processors that follow. */
const remover: LogRecordProcessor = {
  onEmit: ({ attributes }) => {
    for (const key of CLIENT_ATTRIBUTES) delete attributes[key];
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

/** Processors of log records in their order: what is kept for pages, then exports, each with addresses only if it may have them. */
export function logProcessors(
  rules: { readonly recordsClientAddresses: boolean; readonly exportsClientAddresses: boolean },
  forPages: LogRecordProcessor,
  exports: readonly LogRecordProcessor[],
): readonly LogRecordProcessor[] {
  return [
    ...(rules.recordsClientAddresses ? [] : [remover]),
    forPages,
    ...(rules.exportsClientAddresses ? [] : [remover]),
    ...exports,
  ];
}
