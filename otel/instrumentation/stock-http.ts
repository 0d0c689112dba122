import { type IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { type Attributes, propagation, ROOT_CONTEXT, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_SERVER_PORT,
  ATTR_URL_QUERY,
} from '../base/semconv.ts';
import type { ActiveRequests } from './active-requests.ts';
import { GuardedHttpInstrumentation } from './guarded-http-instrumentation.ts';
import { failureOf, httpOutcome } from './http-outcome.ts';
import { type ClientRules, requestAttributes, type RequestWords } from './http-request-attributes.ts';
import { addResponseAttributes } from './http-response-attributes.ts';
import { checkNodeFeatures } from './node-features.ts';
import { hasOthersRequests, OTHERS_REQUESTS } from './other-http.ts';
import {
  disableResponseWatches,
  enableResponseWatches,
  ResponseWatch,
  type ResponseWatchSource,
  watchOf,
  watchResponse,
} from './response-watch.ts';
import { linkTo, trustsContext } from './sender-context.ts';
import { untracedPaths } from './untraced-paths.ts';

export interface StockHttpOptions {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly untracedPathPrefixes: readonly string[];
  readonly clients: ClientRules;
  readonly active?: ActiveRequests | undefined;
}

/** Attributes that the instrumentation sets itself and that must be unset. */
const UNTOLD: Attributes = {
  [ATTR_CLIENT_ADDRESS]: undefined,
  [ATTR_NETWORK_PEER_ADDRESS]: undefined,
  [ATTR_NETWORK_PEER_PORT]: undefined,
  [ATTR_SERVER_PORT]: undefined,
  [ATTR_URL_QUERY]: undefined,
};

/** Instrumentation-http in both directions, plus the outcome of each response: it records no time to first byte, sizes and aborts (G9). */
export function createStockHttpInstrumentation(options: StockHttpOptions): HttpInstrumentation {
  const { guard, untracedPathPrefixes, active } = options;
  const isUntraced = untracedPaths(untracedPathPrefixes);
  guard.run('node features', () => checkNodeFeatures((line) => guard.note(line)), undefined);
  const isOthers = hasOthersRequests();
  if (isOthers) guard.note(OTHERS_REQUESTS);
  enableResponseWatches();
  return new WatchedHttpInstrumentation(guard, {
    disableIncomingRequestInstrumentation: isOthers,
    // Addresses, host, path and query by this kit's rules: secrets of a query and trust in proxies do not depend on who creates the spans.
    startIncomingSpanHook: (request) => {
      showHeaders(request);
      return guard.run(
        'http start',
        () => ({ ...UNTOLD, ...requestAttributes(wordsOf(request, options.clients)) }),
        UNTOLD,
      );
    },
    ignoreIncomingRequestHook: (request) => {
      const url = request.url ?? '/';
      if (guard.run('http ignore', () => isUntraced(url), false)) {
        guard.run('http ignore', () => active?.pass(url, answeredBy(request)), undefined);
        return true;
      }
      if (!guard.run('http context', () => isContinued(request, options.clients), false))
        hideContext(request);
      return false;
    },
    responseHook: (span, response) => {
      // The response to an outgoing call also has a request.
      if (!(response instanceof ServerResponse)) return;
      guard.run('http context', () => addLink(span, response.req), undefined);
      guard.run('http start', () => watch(span, response, options), undefined);
    },
    applyCustomAttributesOnSpan: (span, _request, response) => {
      if (response instanceof ServerResponse)
        guard.run('http close', () => describe(span, response), undefined);
    },
  });
}

class WatchedHttpInstrumentation extends GuardedHttpInstrumentation {
  override disable(): void {
    super.disable();
    disableResponseWatches();
  }
}

/** Observations of a response until the instrumentation asks for them. */
class StockResponseWatch extends ResponseWatch {
  readonly #span: Span;
  readonly #onEnd: () => void;

  constructor(span: Span, source: ResponseWatchSource, startNanos: number, onEnd: () => void) {
    super(source, startNanos);
    this.#span = span;
    this.#onEnd = onEnd;
  }

  /** The instrumentation is not notified of a response that Node does not close. */
  override onClose(response: ServerResponse): void {
    this.#onEnd();
    if (response.closed) return;
    describe(this.#span, response);
    this.#span.end();
  }
}

/** Its response is not known here; the first bytes of its socket from now on are the answer's. */
function answeredBy({ socket }: IncomingMessage): () => boolean {
  const before = socket.bytesWritten;
  return () => socket.destroyed || socket.bytesWritten > before;
}

function isContinued(request: IncomingMessage, clients: ClientRules): boolean {
  const { headers } = request;
  const fields = propagation.fields();
  // A propagator without a list of its headers may read any.
  if (fields.length > 0 && fields.every((field) => headers[field.toLowerCase()] === undefined)) return true;
  return trustsContext(wordsOf(request, clients), headers, clients);
}

/** Requests whose context was not continued. */
const STRANGERS = new WeakSet<IncomingMessage>();

/** Until the next hook: in between, the instrumentation takes the headers from which any propagator, also an app's, reads the context. */
function hideContext(request: IncomingMessage): void {
  STRANGERS.add(request);
  Object.defineProperty(request, 'headers', { value: {}, configurable: true });
}

function showHeaders(request: IncomingMessage): void {
  Reflect.deleteProperty(request, 'headers');
}

function addLink(span: Span, request: IncomingMessage): void {
  if (!STRANGERS.has(request)) return;
  const link = linkTo(propagation.extract(ROOT_CONTEXT, request.headers));
  if (link !== undefined) span.addLink(link);
}

function wordsOf(request: IncomingMessage, clients: ClientRules): RequestWords {
  const { headers, socket } = request;
  return {
    verb: request.method ?? 'GET',
    target: request.url ?? '/',
    httpVersion: request.httpVersion,
    isEncrypted: (socket as Partial<TLSSocket>).encrypted === true,
    peerAddress: socket.remoteAddress,
    peerPort: socket.remotePort,
    host: headers.host,
    userAgent: headers['user-agent'],
    requestId: headers['x-request-id'],
    forwarded: headers.forwarded,
    forwardedFor: headers['x-forwarded-for'],
    forwardedHost: headers['x-forwarded-host'],
    forwardedProto: headers['x-forwarded-proto'],
    clients,
  };
}

function watch(
  span: Span,
  response: ServerResponse,
  { guard, clock, clients, active }: StockHttpOptions,
): void {
  const startNanos = clock.monotonicNanos();
  const onEnd = (): void => count?.end(request);
  const seen = new StockResponseWatch(span, { guard, clock }, startNanos, onEnd);
  const request = {
    ...wordsOf(response.req, clients),
    span,
    startNanos,
    get firstByteNanos() {
      return seen.firstByteNanos;
    },
  };
  const count = active?.begin(request);
  watchResponse(response, seen);
}

function describe(span: Span, response: ServerResponse): void {
  const request = response.req;
  const seen = watchOf(response);
  if (seen === undefined) return;
  const error = failureOf(request, response, seen);
  const outcome = httpOutcome(request, response, seen, error);
  const attributes: Attributes = {};
  addResponseAttributes(attributes, outcome);
  // The instrumentation reports the default status of a response that was never sent.
  const told = (span as Span & { readonly attributes?: Attributes }).attributes;
  if (outcome.statusCode === undefined && told !== undefined) delete told[ATTR_HTTP_RESPONSE_STATUS_CODE];
  span.setAttributes(attributes);
  if (outcome.errorType !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
}
