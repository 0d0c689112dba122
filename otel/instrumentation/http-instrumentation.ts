import { createRequire } from 'node:module';
import { context, createNoopMeter } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { HttpInstrumentation, type HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http';
import { type Clock, systemClock } from '../base/clock.ts';
import { HttpServerSpans, type HttpServerSpansOptions } from './http-server-spans.ts';
import { REDACTED_QUERY_PARAMS } from './redacted-query.ts';

export interface HttpInstrumentationOptions extends Pick<
  HttpServerSpansOptions,
  'contexts' | 'guard' | 'resource' | 'sink' | 'clients' | 'cost'
> {
  /** Requests to these paths and what lies below them make no spans, nor does anything they do: `/admin/metrics`. */
  readonly untracedPathPrefixes?: readonly string[];
  readonly clock?: Clock;
}

/** Spans of both directions: our own of requests that come in, the SDK's of those that go out. `disable` ends both. */
export function createHttpInstrumentation({
  guard,
  contexts,
  untracedPathPrefixes = [],
  clock = systemClock,
  sink,
  resource,
  clients,
  cost,
}: HttpInstrumentationOptions): HttpInstrumentation {
  const outgoing = new OutgoingHttpInstrumentation({
    disableIncomingRequestInstrumentation: true,
    redactedQueryParams: [...REDACTED_QUERY_PARAMS],
    ignoreOutgoingRequestHook: () =>
      guard.run('http ignore', () => isTracingSuppressed(context.active()), false),
  });
  // The patches are hooks of require, and an app of ES modules may never require these.
  const require = createRequire(import.meta.url);
  require('node:http');
  require('node:https');
  outgoing.incoming = new HttpServerSpans({
    guard,
    clock,
    contexts,
    untracedPathPrefixes,
    sink,
    resource,
    cost,
    ...(clients && { clients }),
  });
  outgoing.incoming.enable();
  return outgoing;
}

class OutgoingHttpInstrumentation extends HttpInstrumentation {
  /** Set after the base class has enabled itself, in its constructor. */
  declare incoming: HttpServerSpans | undefined;

  constructor(config: HttpInstrumentationConfig) {
    super(config);
    super.setMeterProvider({ getMeter: createNoopMeter });
  }

  /** Rates and durations come from the sampling processor; a second histogram per request would only cost. */
  override setMeterProvider(): void {}

  override disable(): void {
    super.disable();
    this.incoming?.disable();
  }
}
