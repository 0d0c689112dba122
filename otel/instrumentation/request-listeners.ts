import { IncomingMessage } from 'node:http';
import { type Context, context as api } from '@opentelemetry/api';
import { type Adder, boundAdders, markBound } from './bound-emitter.ts';
import { InheritedPatch } from './method-patch.ts';

/**
 * A request's events are emitted by Node's parser, outside any request (on Node 24; on 22 in the last request of its connection). So its listeners
 * are bound as they are added, by methods that all messages inherit: own methods per request were half the cost of tracing a small page, and most
 * requests never get a listener.
 */
const methods = new InheritedPatch<Adder>(IncomingMessage.prototype, (natives) =>
  boundAdders(natives, {
    with: (context, fn, thisArg, ...args) => api.with(context, fn, thisArg, ...args),
    isNeedless: (message, event) => event === 'end' && isRequestWithoutBody(message as IncomingMessage),
  }),
);

/** Its end is emitted when the app reads; Node itself listens to it on every request. */
function isRequestWithoutBody({ method, headers }: IncomingMessage): boolean {
  const isRequest = method !== null && method !== undefined;
  return isRequest && headers['transfer-encoding'] === undefined && !(Number(headers['content-length']) > 0);
}

let users = 0;

export function enableRequestListeners(): void {
  if (users++ === 0) methods.apply();
}

/** Listeners that were already added stay bound. */
export function disableRequestListeners(): void {
  if (--users === 0) methods.restore();
}

/** Runs listeners added to `request` from now on in `context`; needs `enableRequestListeners`. */
export function bindRequestListeners(request: IncomingMessage, context: Context): void {
  markBound(request, context);
}
