import type { Middleware } from 'koa';
import { forwardedRequest, type TrustedProxies } from '../../otel/kit.ts';

/**
 * Sets `ctx.ip`, `ctx.protocol` and `ctx.host` to what a trusted proxy reports, by the same rule as telemetry. Koa's own
 * `app.proxy` would trust everyone.
 */
export function trustProxies(proxies: TrustedProxies): Middleware {
  return ({ req, request }, next) => {
    const { headers, socket } = req;
    const words = {
      peerAddress: socket.remoteAddress,
      forwarded: headers.forwarded,
      forwardedFor: headers['x-forwarded-for'],
      forwardedHost: headers['x-forwarded-host'],
      forwardedProto: headers['x-forwarded-proto'],
    };
    const { clientAddress, host, proto } = forwardedRequest(words, proxies);
    if (clientAddress !== words.peerAddress) define(request, 'ip', clientAddress);
    if (host !== undefined) define(request, 'host', host);
    if (proto !== undefined) define(request, 'protocol', proto);
    return next();
  };
}

/** Overrides Koa's getters. */
function define(request: object, name: 'ip' | 'host' | 'protocol', value: string | undefined): void {
  Object.defineProperty(request, name, { value, configurable: true });
}
