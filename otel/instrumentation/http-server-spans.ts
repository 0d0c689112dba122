import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ROOT_CONTEXT, SpanKind, type Tracer, propagation, trace } from '@opentelemetry/api';
import { type RPCMetadata, RPCType, setRPCMetadata, suppressTracing } from '@opentelemetry/core';
import type { Clock } from '../clock.ts';
import type { Guard } from '../guard.ts';
import { type RequestFacts, setRequestFacts } from './context.ts';
import type { AsyncContextManager } from './context-manager.ts';
import { requestAttributes } from './http-request-attributes.ts';
import { describeResponse } from './http-response-attributes.ts';
import { type ResponseWatch, watchResponse } from './response-watch.ts';
import { untracedPaths } from './untraced-paths.ts';

const SCOPE_NAME = 'glasshouse/http';
/** Published by node inside of the parser's callback, before the server emits `request`; for http and https, not for http2 and upgrades. */
const REQUEST_START = 'http.server.request.start';
const SUPPRESSED = suppressTracing(ROOT_CONTEXT);

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface HttpServerSpansOptions {
  readonly guard: Guard;
  readonly clock: Clock;
  /** The one that is registered globally. */
  readonly contexts: AsyncContextManager;
  readonly untracedPathPrefixes: readonly string[];
}

/**
 * A SERVER span per incoming request, straight from node's diagnostics channel: nothing of `http` is patched, no emitter is bound. The
 * handler runs in the span's context; the span ends when the response closes, with facts of its socket.
 */
export class HttpServerSpans {
  readonly #guard: Guard;
  readonly #clock: Clock;
  readonly #contexts: AsyncContextManager;
  readonly #isUntraced: (url: string) => boolean;
  readonly #tracer: Tracer = trace.getTracer(SCOPE_NAME);

  constructor({ guard, clock, contexts, untracedPathPrefixes }: HttpServerSpansOptions) {
    this.#guard = guard;
    this.#clock = clock;
    this.#contexts = contexts;
    this.#isUntraced = untracedPaths(untracedPathPrefixes);
  }

  enable(): void {
    subscribe(REQUEST_START, this.#onRequestStart);
  }

  /** Requests that are under way still end their spans. */
  disable(): void {
    unsubscribe(REQUEST_START, this.#onRequestStart);
  }

  /** What a subscriber throws becomes an uncaught exception. */
  readonly #onRequestStart = (message: unknown): void => {
    try {
      this.#start(message as RequestStart);
    } catch (error) {
      // Of requests in one packet, this one would else run in the context of the one before.
      this.#contexts.enter(ROOT_CONTEXT);
      this.#guard.report('http start', error);
    }
  };

  #start({ request, response }: RequestStart): void {
    if (this.#isUntraced(request.url ?? '/')) return this.#contexts.enter(SUPPRESSED);
    const startNanos = this.#nanos();
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = this.#tracer.startSpan(
      request.method ?? 'GET',
      { kind: SpanKind.SERVER, attributes: requestAttributes(request) },
      parent,
    );
    const rpc: RPCMetadata = { type: RPCType.HTTP, span };
    const active = setRPCMetadata(trace.setSpan(parent, span), rpc);
    if (!Number.isNaN(startNanos)) setRequestFacts(rpc, { span, startNanos } satisfies RequestFacts);
    watchResponse(response, { span, rpc, startNanos, clock: this.#clock, guard: this.#guard, onClose });
    this.#contexts.enter(active);
  }

  /** NaN when the clock is broken. */
  #nanos(): number {
    try {
      return this.#clock.monotonicNanos();
    } catch (error) {
      this.#guard.report('http clock', error);
      return NaN;
    }
  }
}

function onClose(response: ServerResponse, watch: ResponseWatch): void {
  try {
    describeResponse(watch.span, response, watch);
  } finally {
    watch.span.end();
  }
}
