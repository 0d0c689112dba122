import type { Attributes } from '@opentelemetry/api';
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

/** Removes them from attributes that nobody else reads any more. */
export function removeClientAddress(attributes: Attributes): void {
  for (const key of CLIENT_ATTRIBUTES) delete attributes[key];
}

/** A copy of a SERVER span's attributes without those that identify the client by its address. */
export function withoutClientAddress(attributes: Attributes): Attributes {
  const copy: Attributes = {};
  for (const key in attributes) if (!CLIENT_ATTRIBUTES.has(key)) copy[key] = attributes[key];
  return copy;
}
