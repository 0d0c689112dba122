import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { type Context, ROOT_CONTEXT, SpanKind, propagation, trace } from '@opentelemetry/api';
import { setRPCMetadata, suppressTracing } from '@opentelemetry/core';
import type { Clock } from '../base/clock.ts';
import type { CostMeter } from '../base/cost-meter.ts';
import type { Guard } from '../base/guard.ts';
import type { ActiveRequests } from './active-requests.ts';
import type { AsyncContextManager } from './context-manager.ts';
import { type ClientRules, DEFAULT_CLIENT_RULES } from './http-request-attributes.ts';
import {
  isStreamOfRequest,
  mayHaveBody,
  requestHeadOf,
  STREAM_HEAD,
  STREAM_START,
  type StreamMessage,
  StreamWatch,
} from './http2-stream.ts';
import { IncomingRequest, type RequestHead } from './incoming-request.ts';
import { LinkedContext } from './linked-context.ts';
import { isOthersRequest, onceOnly, OTHERS_REQUESTS } from './other-http.ts';
import {
  bindRequestListeners,
  disableRequestListeners,
  enableRequestListeners,
} from './request-listeners.ts';
import { RecordingSpan } from '../spans/span.ts';
import type { SpanSource } from '../spans/span-source.ts';
import type { RecordingTracer } from '../spans/tracer.ts';
import { requestSpanName } from './request-route.ts';
import { expectRequestStarts, noteRequestStart } from './request-starts.ts';
import { disableResponseWatches, enableResponseWatches, watchResponse } from './response-watch.ts';
import { linkTo, spanContextIn, trustsContext } from './sender-context.ts';
import { untracedPaths } from './untraced-paths.ts';
import { REQUEST_TURN_CHANNEL, WAITS_FOR_TURN } from './waiting-request.ts';

/** Published by Node inside the parser's callback, before the server emits `request`; for http and https, not for http2 and upgrades. */
const REQUEST_START = 'http.server.request.start';
/** Property of a waiting request: monotonic time at which it was parsed. */
const ARRIVED = Symbol('arrived');
type WaitingRequest = IncomingMessage & { [ARRIVED]?: number };
const STREAM_WATCH = Symbol('stream watch');
type WatchedStream = ServerHttp2Stream & { [STREAM_WATCH]?: StreamWatch };
const SUPPRESSED = suppressTracing(LinkedContext.root);

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface HttpServerSpansOptions {
  readonly guard: Guard;
  readonly clock: Clock;
  /** The globally registered context manager. */
  readonly contexts: AsyncContextManager;
  readonly untracedPathPrefixes: readonly string[];
  /** Default: a proxy on this machine is trusted, nobody's trace context is, and addresses are recorded. */
  readonly clients?: ClientRules;
  /** Creates the spans. */
  readonly tracer: RecordingTracer;
  /** Records the cost of starting requests. */
  readonly cost?: CostMeter | undefined;
  readonly active?: ActiveRequests | undefined;
}

/**
 * A SERVER span per incoming request, from Node's diagnostics channel: no emitter is bound and no sampler is asked. The handler runs in the span's
 * context; the span ends when the response closes, with facts of its socket.
 */
export class HttpServerSpans {
  readonly #guard: Guard;
  readonly #clock: Clock;
  readonly #contexts: AsyncContextManager;
  readonly #isUntraced: (url: string) => boolean;
  readonly #source: SpanSource;
  readonly #clients: ClientRules;
  readonly #cost: CostMeter | undefined;
  readonly #active: ActiveRequests | undefined;
  /** Headers that the propagator reads; without any of them there is nothing to extract. Empty if there is no propagator. */
  #propagated: readonly string[] = [];
  readonly #say: (line: string) => void;
  #isEnabled = false;

  constructor(options: HttpServerSpansOptions) {
    const { guard, clock, contexts, untracedPathPrefixes } = options;
    this.#clients = options.clients ?? DEFAULT_CLIENT_RULES;
    this.#guard = guard;
    this.#cost = options.cost;
    this.#active = options.active;
    this.#say = onceOnly((line) => guard.note(line));
    this.#clock = clock;
    this.#contexts = contexts;
    this.#isUntraced = untracedPaths(untracedPathPrefixes);
    this.#source = options.tracer.source;
  }

  enable(): void {
    if (this.#isEnabled) return;
    if (!this.#contexts.canEnter) return;
    this.#isEnabled = true;
    enableResponseWatches();
    expectRequestStarts();
    enableRequestListeners();
    subscribe(REQUEST_START, this.#onRequestStart);
    subscribe(REQUEST_TURN_CHANNEL, this.#onRequestTurn);
    subscribe(STREAM_START, this.#onStreamStart);
    subscribe(STREAM_HEAD, this.#onStreamHead);
  }

  /** Requests in progress still end their spans; over HTTP/2 those without a response head have no status. */
  disable(): void {
    if (!this.#isEnabled) return;
    this.#isEnabled = false;
    unsubscribe(REQUEST_START, this.#onRequestStart);
    unsubscribe(REQUEST_TURN_CHANNEL, this.#onRequestTurn);
    unsubscribe(STREAM_START, this.#onStreamStart);
    unsubscribe(STREAM_HEAD, this.#onStreamHead);
    disableRequestListeners();
    disableResponseWatches();
  }

  readonly #onRequestStart = (message: unknown): void => {
    noteRequestStart();
    const request: WaitingRequest = (message as RequestStart).request;
    if ((request.socket as Socket & { readonly [WAITS_FOR_TURN]?: boolean })[WAITS_FOR_TURN] === true)
      request[ARRIVED] = this.#nanos();
    else this.#onRequestTurn(message);
  };

  /** An error thrown by a subscriber would become an uncaught exception. */
  readonly #onRequestTurn = (message: unknown): void => {
    try {
      const { request, response } = message as RequestStart;
      if (isOthersRequest(request)) return this.#leaveToOther();
      const since = this.#cost?.requestStart.begin() ?? 0;
      if (this.#isUntraced(request.url ?? '/')) {
        this.#active?.pass(request.url ?? '/', () => response.headersSent || response.destroyed);
        bindRequestListeners(request, SUPPRESSED);
        this.#contexts.enter(SUPPRESSED);
      } else this.#start(request, response);
      if (since !== 0) this.#cost?.requestStart.end(since);
    } catch (error) {
      // Otherwise, of several requests in one packet, this one would run in the context of the previous one.
      this.#contexts.enter(ROOT_CONTEXT);
      this.#guard.report('http start', error);
    }
  };

  #leaveToOther(): void {
    this.#say(OTHERS_REQUESTS);
    this.#contexts.enter(ROOT_CONTEXT);
  }

  #start(request: WaitingRequest, response: ServerResponse): void {
    const { incoming, context } = this.#begin(request, request[ARRIVED]);
    watchResponse(response, incoming);
    bindRequestListeners(request, context);
    this.#contexts.enter(context);
  }

  readonly #onStreamStart = (message: unknown): void => {
    try {
      const start = message as StreamMessage;
      if (!isStreamOfRequest(start)) return this.#contexts.enter(ROOT_CONTEXT);
      const path = start.headers[':path'] ?? '/';
      const isUntraced = this.#isUntraced(path);
      const { stream } = start;
      if (isUntraced) this.#active?.pass(path, () => stream.headersSent || stream.destroyed);
      const context = isUntraced ? SUPPRESSED : this.#startStream(start);
      if (mayHaveBody(start)) this.#contexts.bind(context, start.stream);
      this.#contexts.enter(context);
    } catch (error) {
      this.#contexts.enter(ROOT_CONTEXT);
      this.#guard.report('http start', error);
    }
  };

  #startStream(start: StreamMessage): Context {
    const { incoming, context } = this.#begin(requestHeadOf(start));
    const stream: WatchedStream = start.stream;
    const watch = (stream[STREAM_WATCH] = new StreamWatch(stream));
    stream.once('close', () => {
      this.#guard.run(
        'http close',
        () => {
          const { outcome, error } = watch.outcome(incoming.startNanos);
          incoming.endWith(outcome, error);
        },
        undefined,
      );
    });
    return context;
  }

  readonly #onStreamHead = (message: unknown): void => {
    const { stream, headers } = message as StreamMessage & { readonly stream: WatchedStream };
    this.#guard.run('http head', () => stream[STREAM_WATCH]?.head(headers, this.#nanos()), undefined);
  };

  /** @param arrivedNanos When it was parsed, for a request that waited. */
  #begin(request: RequestHead, arrivedNanos?: number): { incoming: IncomingRequest; context: Context } {
    const startNanos = this.#nanos();
    const sender = this.#senderOf(request.headers);
    const waitNanos = startNanos - (arrivedNanos ?? startNanos);
    const incoming = new IncomingRequest(this.#source, startNanos, request, this.#clients, waitNanos);
    const isContinued =
      sender === LinkedContext.root || trustsContext(incoming, request.headers, this.#clients);
    const parent = isContinued ? sender : LinkedContext.root;
    const span = new RecordingSpan(
      this.#source,
      requestSpanName(incoming.verb),
      SpanKind.SERVER,
      parent === LinkedContext.root ? undefined : spanContextIn(parent),
      { millis: this.#clock.now(), nanos: startNanos },
      startNanos,
      incoming,
    );
    incoming.span = span;
    const link = isContinued ? undefined : linkTo(sender);
    if (link !== undefined) span.addLink(link);
    span.begin(parent);
    incoming.active = this.#active?.begin(incoming);
    return { incoming, context: setRPCMetadata(trace.setSpan(parent, span), incoming) };
  }

  /** The context in the headers of a request. */
  #senderOf(headers: IncomingHttpHeaders): Context {
    if (this.#propagated.length === 0)
      this.#propagated = propagation.fields().map((field) => field.toLowerCase());
    for (const field of this.#propagated)
      if (headers[field] !== undefined) return propagation.extract(LinkedContext.root, headers);
    // A propagator without a list of its headers may read any.
    return this.#propagated.length > 0
      ? LinkedContext.root
      : propagation.extract(LinkedContext.root, headers);
  }

  /** NaN if the clock fails. */
  #nanos(): number {
    try {
      return this.#clock.monotonicNanos();
    } catch (error) {
      this.#guard.report('http clock', error);
      return NaN;
    }
  }
}
