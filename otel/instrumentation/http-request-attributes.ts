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
} from '../semconv.ts';
import { type Forwarded, readForwarded } from './forwarded-header.ts';
import { redactedQuery } from './redacted-query.ts';

/** An inbound X-Request-ID is kept for the reader, never used as an id. */
const ATTR_X_REQUEST_ID = 'http.request.header.x-request-id';
const MAX_REQUEST_ID_LENGTH = 128;
/** The methods semantic conventions name; any other is `_OTHER`, so that nobody can make up series. */
const KNOWN_METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '));
/** A path that a URL parser would leave as it is: no dot segments, nothing to encode. */
const PLAIN_PATH = /^(?:\/[\w~-][\w.~-]*)*\/?$/;

/** What a request said of itself, copied when it came in: its attributes are made when it may be gone. */
export interface RequestWords {
  /** As it was sent. */
  readonly verb: string;
  /** The request target. */
  readonly target: string;
  readonly httpVersion: string;
  readonly isEncrypted: boolean;
  readonly peerAddress: string | undefined;
  readonly peerPort: number | undefined;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
  readonly requestId: string | string[] | undefined;
  readonly forwarded: string | undefined;
  readonly forwardedFor: string | string[] | undefined;
  readonly forwardedHost: string | string[] | undefined;
  readonly forwardedProto: string | string[] | undefined;
}

export function knownMethod(verb: string): string {
  return KNOWN_METHODS.has(verb) ? verb : '_OTHER';
}

/** What semantic conventions want to know of a request when its span starts, as instrumentation-http tells it. */
export function requestAttributes(words: RequestWords): Attributes {
  const { verb, peerAddress, userAgent, requestId } = words;
  const method = knownMethod(verb);
  const scheme = words.isEncrypted ? 'https' : 'http';
  const forwarded = words.forwarded === undefined ? undefined : readForwarded(words.forwarded);
  const attributes: Attributes = {
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_NETWORK_PROTOCOL_VERSION]: words.httpVersion,
  };
  if (verb !== method) attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] = verb;
  if (peerAddress !== undefined) {
    attributes[ATTR_NETWORK_PEER_ADDRESS] = peerAddress;
    if (words.peerPort !== undefined) attributes[ATTR_NETWORK_PEER_PORT] = words.peerPort;
  }
  if (userAgent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = userAgent;
  addClient(attributes, words, forwarded);
  addServer(attributes, words, forwarded, scheme);
  addUrl(attributes, words.target);
  if (typeof requestId === 'string' && requestId !== '')
    attributes[ATTR_X_REQUEST_ID] = requestId.slice(0, MAX_REQUEST_ID_LENGTH);
  return attributes;
}

/** The host's own words are not needed to know path and query, so a broken `Host` does not hide them. */
function addUrl(attributes: Attributes, target: string): void {
  const queryAt = target.indexOf('?');
  const plain = queryAt < 0 ? target : target.slice(0, queryAt);
  if (PLAIN_PATH.test(plain) && plain !== '' && !target.includes('#', plain.length)) {
    attributes[ATTR_URL_PATH] = plain;
    if (queryAt >= 0 && queryAt + 1 < target.length)
      attributes[ATTR_URL_QUERY] = redactedQuery(target.slice(queryAt + 1), plain);
    return;
  }
  const url = URL.parse(target, 'http://localhost');
  if (url === null) return;
  attributes[ATTR_URL_PATH] = url.pathname;
  if (url.search !== '') attributes[ATTR_URL_QUERY] = redactedQuery(url.search.slice(1), url.pathname);
}

/** The address of who asked; as a proxy in front of us tells it, if there is one. */
function addClient(
  attributes: Attributes,
  { forwardedFor, peerAddress }: RequestWords,
  forwarded: Forwarded | undefined,
): void {
  const told = forwarded?.for ?? firstOf(forwardedFor)?.split(',', 1)[0]!.trim();
  const address = told === undefined ? peerAddress : withoutPort(told);
  if (address !== undefined) attributes[ATTR_CLIENT_ADDRESS] = address;
}

function withoutPort(address: string): string {
  const hostname = URL.parse(`http://${address}`)?.hostname;
  return hostname === undefined ? address : hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The name and port the client asked for; as a proxy in front of us tells it, if there is one. */
function addServer(
  attributes: Attributes,
  words: RequestWords,
  forwarded: Forwarded | undefined,
  scheme: string,
): void {
  const forwardedHost = firstOf(words.forwardedHost);
  if (forwarded?.host !== undefined) setServer(attributes, forwarded.host, forwarded.proto);
  else if (forwardedHost !== undefined) setServer(attributes, forwardedHost, firstOf(words.forwardedProto));
  else if (words.host) setServer(attributes, words.host, scheme);
}

interface NamedHost {
  readonly host: string;
  readonly address: string;
  readonly port: number | undefined;
}

/** Most requests name the same host as the one before. */
let lastHost: NamedHost = { host: '', address: '', port: undefined };

function setServer(attributes: Attributes, host: string, scheme: string | undefined): void {
  if (host !== lastHost.host) lastHost = readHost(host);
  attributes[ATTR_SERVER_ADDRESS] = lastHost.address;
  const port = lastHost.port ?? defaultPort(scheme);
  if (port !== undefined) attributes[ATTR_SERVER_PORT] = port;
}

/** `name`, `name:port`, `[v6]` or `[v6]:port`; without a port it is the scheme's own, if that is known. */
function readHost(host: string): NamedHost {
  const colon = host.lastIndexOf(':');
  const hasPort = colon > 0 && (host.indexOf(':') === colon || host[colon - 1] === ']');
  return {
    host,
    address: hasPort ? host.slice(0, colon) : host,
    port: hasPort ? Number(host.slice(colon + 1)) : undefined,
  };
}

function defaultPort(scheme: string | undefined): number | undefined {
  return scheme === 'http' ? 80 : scheme === 'https' ? 443 : undefined;
}

function firstOf(header: string | readonly string[] | undefined): string | undefined {
  const value = typeof header === 'string' ? header : header?.[0];
  return value === '' ? undefined : value;
}
