import { isIP } from 'node:net';
import type { TrustedProxies } from '../settings/trusted-proxies.ts';
import { type ForwardedHop, readForwarded, readXForwarded } from './forwarded-header.ts';

type Header = string | readonly string[] | undefined;

/** The peer of a connection and the forwarded headers of a request. */
export interface ForwardedWords {
  readonly peerAddress: string | undefined;
  readonly forwarded: Header;
  readonly forwardedFor: Header;
  readonly forwardedHost: Header;
  readonly forwardedProto: Header;
}

/** A request as its client made it, as far as the forwarding proxies are trusted. */
export interface ForwardedRequest {
  /** An IP address without port and brackets: the peer's, unless a trusted proxy states another. */
  readonly clientAddress: string | undefined;
  /** Undefined unless a trusted proxy states it; the request's own Host applies then. */
  readonly host: string | undefined;
  readonly proto: 'http' | 'https' | undefined;
}

/**
 * Walks the hops from the right, starting at the nearest proxy, while they are trusted; the client may have written anything further left. If
 * `Forwarded` and `X-Forwarded-For` name two different clients, both are ignored, because the client wrote one of them.
 */
export function forwardedRequest(words: ForwardedWords, proxies: TrustedProxies): ForwardedRequest {
  const { peerAddress } = words;
  const direct = { clientAddress: peerAddress, host: undefined, proto: undefined };
  if (!isForwarded(words) || !proxies.trusts(peerAddress)) return direct;
  const header = textOf(words.forwarded);
  const standard = header === undefined ? undefined : readForwarded(header);
  const customary = readXForwarded({
    for: textOf(words.forwardedFor),
    host: textOf(words.forwardedHost),
    proto: textOf(words.forwardedProto),
  });
  const told = [standard, customary].flatMap((hops) =>
    hops === undefined ? [] : [walk(hops, direct, proxies)],
  );
  const [first, second] = told;
  // A proxy that states no client may still state host and scheme.
  if (first === undefined)
    return { ...direct, host: lastOf(words.forwardedHost), proto: schemeOf(lastOf(words.forwardedProto)) };
  if (second !== undefined && second.clientAddress !== first.clientAddress) return direct;
  return {
    clientAddress: first.clientAddress,
    host: first.host ?? second?.host ?? lastOf(words.forwardedHost),
    proto: first.proto ?? second?.proto ?? schemeOf(lastOf(words.forwardedProto)),
  };
}

/** Returns true if a proxy, or the client, states who the client is. */
export function isForwarded(words: ForwardedWords): boolean {
  const { forwarded, forwardedFor, forwardedHost, forwardedProto } = words;
  return (forwarded ?? forwardedFor ?? forwardedHost ?? forwardedProto) !== undefined;
}

function walk(
  hops: readonly ForwardedHop[],
  direct: ForwardedRequest,
  proxies: TrustedProxies,
): ForwardedRequest {
  let { clientAddress, host, proto } = direct;
  for (const hop of hops.toReversed()) {
    host = hop.host ?? host;
    proto = schemeOf(hop.proto) ?? proto;
    const address = hop.for === undefined ? undefined : addressOf(hop.for);
    // `unknown`, `_hidden` or junk: use the nearest known hop.
    if (address === undefined) break;
    clientAddress = address;
    if (!proxies.passes(address)) break;
  }
  return { clientAddress, host, proto };
}

/** `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]:4711`; undefined for anything else. */
function addressOf(hop: string): string | undefined {
  const address = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(hop)?.[1] ?? hop.replace(/^([\d.]+):\d{1,5}$/, '$1');
  return isIP(address) === 0 ? undefined : address.toLowerCase();
}

function schemeOf(word: string | undefined): 'http' | 'https' | undefined {
  const scheme = word?.toLowerCase();
  return scheme === 'http' || scheme === 'https' ? scheme : undefined;
}

/** Node joins repeated headers; where it does not, the order is the same. */
function textOf(header: Header): string | undefined {
  const text = typeof header === 'string' || header === undefined ? header : header.join(',');
  return text === '' ? undefined : text;
}

/** For a list, the value of the nearest proxy. */
function lastOf(header: Header): string | undefined {
  return textOf(header)?.split(',').at(-1)?.trim() || undefined;
}
