import { BlockList, isIP } from 'node:net';
import type { Context } from 'koa';

/** Who asks, as far as it can be trusted. */
export type ClientAddress = (ctx: Context) => string;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * The address of the socket; behind a proxy on this machine, the one that the proxy says it was asked by. Its word is taken only when the
 * socket is of this machine and PUBLIC_URL says that visitors are not; and only the last hop of X-Forwarded-For, as all before it may be
 * made up by the visitor.
 */
export function createClientAddress(publicUrl: string | undefined): ClientAddress {
  const isBehindProxy = publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname);
  if (!isBehindProxy) return (ctx) => ctx.ip;
  return (ctx) => {
    if (!isLoopback(ctx.ip)) return ctx.ip;
    return withoutPort(ctx.get('X-Forwarded-For').split(',').at(-1)!.trim()) ?? ctx.ip;
  };
}

/** Of an address or of the host of a URL. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  const family = isIP(name);
  return family !== 0 && LOOPBACK.check(name, family === 4 ? 'ipv4' : 'ipv6');
}

/** `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]:4711`; undefined for anything else. */
function withoutPort(hop: string): string | undefined {
  const address = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(hop)?.[1] ?? hop.replace(/^([\d.]+):\d{1,5}$/, '$1');
  return isIP(address) === 0 ? undefined : address;
}
