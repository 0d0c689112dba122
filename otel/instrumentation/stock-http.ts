import { createRequire } from 'node:module';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Attributes, context, createNoopMeter, type Span, SpanStatusCode } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { HttpInstrumentation, type HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import { ATTR_HTTP_RESPONSE_STATUS_CODE } from '../base/semconv.ts';
import { failureOf, httpOutcome } from './http-outcome.ts';
import { addResponseAttributes } from './http-response-attributes.ts';
import { REDACTED_QUERY_PARAMS } from './redacted-query.ts';
import {
  disableResponseWatches,
  enableResponseWatches,
  ResponseWatch,
  type ResponseWatchSource,
  watchOf,
  watchResponse,
} from './response-watch.ts';
import { untracedPaths } from './untraced-paths.ts';

export interface StockHttpOptions {
  readonly guard: Guard;
  readonly clock: Clock;
  readonly untracedPathPrefixes: readonly string[];
}

/** Instrumentation-http of both directions, and what became of each answer beside it: it says nothing of first bytes, sizes and aborts (G9). */
export function createStockHttpInstrumentation(options: StockHttpOptions): HttpInstrumentation {
  const { guard, untracedPathPrefixes } = options;
  const isUntraced = untracedPaths(untracedPathPrefixes);
  const instrumentation = new WatchedHttpInstrumentation({
    redactedQueryParams: [...REDACTED_QUERY_PARAMS],
    redactedQueryParamsServer: [...REDACTED_QUERY_PARAMS],
    ignoreIncomingRequestHook: ({ url = '/' }) => guard.run('http ignore', () => isUntraced(url), false),
    ignoreOutgoingRequestHook: () =>
      guard.run('http ignore', () => isTracingSuppressed(context.active()), false),
    responseHook: (_span, response) => {
      if ('req' in response)
        guard.run('http start', () => watch(response as ServerResponse, options), undefined);
    },
    applyCustomAttributesOnSpan: (span, request, response) => {
      if ('req' in response)
        guard.run(
          'http close',
          () => describe(span, request as IncomingMessage, response as ServerResponse),
          undefined,
        );
    },
  });
  // The patches are hooks of require, and an app of ES modules may never require these.
  const require = createRequire(import.meta.url);
  require('node:http');
  require('node:https');
  enableResponseWatches();
  return instrumentation;
}

class WatchedHttpInstrumentation extends HttpInstrumentation {
  constructor(config: HttpInstrumentationConfig) {
    super(config);
    super.setMeterProvider({ getMeter: createNoopMeter });
  }

  /** Rates and durations come from the sampling processor; a second histogram per request would only cost. */
  override setMeterProvider(): void {}

  override disable(): void {
    super.disable();
    disableResponseWatches();
  }
}

/** What is seen of a response until the instrumentation asks for it. */
class StockResponseWatch extends ResponseWatch {
  override onClose(): void {}
}

function watch(response: ServerResponse, { guard, clock }: StockHttpOptions): void {
  const source: ResponseWatchSource = { guard, clock };
  watchResponse(response, new StockResponseWatch(source, clock.monotonicNanos()));
}

function describe(span: Span, request: IncomingMessage, response: ServerResponse): void {
  const seen = watchOf(response);
  if (seen === undefined) return;
  const error = failureOf(request, response, seen);
  const outcome = httpOutcome(request, response, seen, error);
  const attributes: Attributes = {};
  addResponseAttributes(attributes, outcome);
  // The instrumentation claims the default status of an answer that nobody was sent.
  const told = (span as Span & { readonly attributes?: Attributes }).attributes;
  if (outcome.statusCode === undefined && told !== undefined) delete told[ATTR_HTTP_RESPONSE_STATUS_CODE];
  span.setAttributes(attributes);
  if (outcome.errorType !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
}
