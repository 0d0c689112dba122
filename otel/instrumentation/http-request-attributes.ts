import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '../base/semconv.ts';
import { type TrustedContext, TRUSTS_NO_CONTEXT } from '../settings/trusted-context.ts';
import { DEFAULT_TRUSTED_PROXIES, type TrustedProxies } from '../settings/trusted-proxies.ts';
import { partsOf } from '../spans/asked-address.ts';
import { forwardedRequest, type ForwardedRequest, type ForwardedWords } from './forwarded-request.ts';
import { redactedQuery } from '../base/redacted-query.ts';
import { knownMethod } from './request-route.ts';

/** An inbound X-Request-ID is recorded for the reader, never used as an id. */
const ATTR_X_REQUEST_ID = 'http.request.header.x-request-id';
const MAX_REQUEST_ID_LENGTH = 128;
const MAX_PORT = 65_535;

/** What is trusted of clients, and what is recorded of them. */
export interface ClientRules {
  /** Proxies whose forwarded headers are trusted. */
  readonly proxies: TrustedProxies;
  /** False leaves the addresses of clients and peers out of spans. */
  readonly recordsAddresses: boolean;
  /** Clients whose trace context is continued. */
  readonly context: TrustedContext;
  /** The trace context of a request with this secret is trusted, too. */
  readonly contextToken: string | undefined;
}

export const DEFAULT_CLIENT_RULES: ClientRules = {
  proxies: DEFAULT_TRUSTED_PROXIES,
  recordsAddresses: true,
  context: TRUSTS_NO_CONTEXT,
  contextToken: undefined,
};

/** Facts of a request, copied when it arrives, because its attributes may be built after it is gone. */
export interface RequestWords extends ForwardedWords {
  /** The method as it was sent. */
  readonly verb: string;
  /** The request target. */
  readonly target: string;
  readonly httpVersion: string;
  readonly isEncrypted: boolean;
  readonly peerPort: number | undefined;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
  readonly requestId: string | string[] | undefined;
  readonly clients: ClientRules;
}

/**
 * Attributes of a request at the start of its span, as instrumentation-http sets them; forwarded client, host and scheme apply only if a trusted
 * proxy states them.
 */
export function requestAttributes(words: RequestWords): Attributes {
  const { verb, peerAddress, userAgent, requestId } = words;
  const method = knownMethod(verb);
  const told = forwardedRequest(words, words.clients.proxies);
  const scheme = told.proto ?? (words.isEncrypted ? 'https' : 'http');
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_NETWORK_PROTOCOL_VERSION]: words.httpVersion,
  };
  if (verb !== method) attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = verb;
  if (words.clients.recordsAddresses && peerAddress !== undefined) {
    attributes[ATTR_NETWORK_PEER_ADDRESS] = peerAddress;
    if (words.peerPort !== undefined) attributes[ATTR_NETWORK_PEER_PORT] = words.peerPort;
  }
  if (userAgent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = userAgent;
  const client = clientAddressOf(words, told);
  if (client !== undefined) attributes[ATTR_CLIENT_ADDRESS] = client;
  addServer(attributes, words, told, scheme);
  addUrl(attributes, words.target);
  if (typeof requestId === 'string' && requestId !== '')
    attributes[ATTR_X_REQUEST_ID] = requestId.slice(0, MAX_REQUEST_ID_LENGTH);
  return attributes;
}

/** Address of the client, as a trusted proxy states it, or of the connection; undefined if addresses are not recorded. */
export function clientAddressOf(
  words: RequestWords,
  told = forwardedRequest(words, words.clients.proxies),
): string | undefined {
  return words.clients.recordsAddresses ? told.clientAddress : undefined;
}

/** Scheme of the client's request, as stated by a trusted proxy if there is one. */
export function schemeOf(words: RequestWords): string {
  const told =
    words.forwarded === undefined && words.forwardedProto === undefined
      ? undefined
      : forwardedRequest(words, words.clients.proxies).proto;
  return told ?? (words.isEncrypted ? 'https' : 'http');
}

/** Unmodified, not decoded or resolved, as the app sees it. `OPTIONS *` has the path `*`. */
function addUrl(attributes: Attributes, target: string): void {
  const { path, query } = partsOf(target);
  attributes[ATTR_URL_PATH] = path;
  if (query) attributes[ATTR_URL_QUERY] = redactedQuery(query, path);
}

/** Host and port the client requested, as stated by a trusted proxy if there is one. */
function addServer(
  attributes: Attributes,
  words: RequestWords,
  told: ForwardedRequest,
  scheme: string,
): void {
  // Only the proxy that states another host knows its scheme.
  if (told.host !== undefined) setServer(attributes, told.host, told.proto);
  else if (words.host) setServer(attributes, words.host, scheme);
}

interface NamedHost {
  readonly host: string;
  readonly address: string;
  /** `scheme`: the default port of the scheme, as none is given. Undefined: the given port is invalid. */
  readonly port: number | 'scheme' | undefined;
}

/** Most requests have the same host as the one before. */
let lastHost: NamedHost = { host: '', address: '', port: 'scheme' };

function setServer(attributes: Attributes, host: string, scheme: string | undefined): void {
  if (host !== lastHost.host) lastHost = readHost(host);
  attributes[ATTR_SERVER_ADDRESS] = lastHost.address;
  const port = lastHost.port === 'scheme' ? defaultPort(scheme) : lastHost.port;
  if (port !== undefined) attributes[ATTR_SERVER_PORT] = port;
}

/** `name`, `name:port`, `[v6]` or `[v6]:port`; the port may be empty (RFC 3986 section 3.2.3). */
function readHost(host: string): NamedHost {
  const colon = host.lastIndexOf(':');
  const hasPort = colon > 0 && (host.indexOf(':') === colon || host[colon - 1] === ']');
  return {
    host,
    address: hasPort ? host.slice(0, colon) : host,
    port: hasPort ? portOf(host.slice(colon + 1)) : 'scheme',
  };
}

function portOf(digits: string): NamedHost['port'] {
  if (digits === '') return 'scheme';
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : NaN;
  return port <= MAX_PORT ? port : undefined;
}

function defaultPort(scheme: string | undefined): number | undefined {
  return scheme === 'http' ? 80 : scheme === 'https' ? 443 : undefined;
}
