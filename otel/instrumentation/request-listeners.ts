import { IncomingMessage } from 'node:http';
import { type Context, context as api } from '@opentelemetry/api';
import { type Adder, boundAdders, markBound } from './bound-emitter.ts';
import { InheritedPatch } from './method-patch.ts';

/**
 * A request's events are emitted by node's parser, outside of any request (on Node 24; on 22 in the one that its connection saw last). So
 * its listeners are bound as they are added, by methods that all messages inherit: to give every request methods of its own was half of what
 * tracing a small page cost, and most never get a listener.
 */
const methods = new InheritedPatch<Adder>(IncomingMessage.prototype, (natives) =>
  boundAdders(natives, {
    with: (context, fn, thisArg, ...args) => api.with(context, fn, thisArg, ...args),
    isNeedless: (message, event) => event === 'end' && isRequestWithoutBody(message as IncomingMessage),
  }),
);

/** Its end comes when somebody reads; node itself listens to that of each request. */
function isRequestWithoutBody({ method, headers }: IncomingMessage): boolean {
  const isRequest = method !== null && method !== undefined;
  return isRequest && headers['transfer-encoding'] === undefined && !(Number(headers['content-length']) > 0);
}

let users = 0;

export function enableRequestListeners(): void {
  if (users++ === 0) methods.apply();
}

/** Listeners that were added stay bound. */
export function disableRequestListeners(): void {
  if (--users === 0) methods.restore();
}

/** Listeners that `request` gets from now on run in `context`; needs `enableRequestListeners`. */
export function bindRequestListeners(request: IncomingMessage, context: Context): void {
  markBound(request, context);
}
