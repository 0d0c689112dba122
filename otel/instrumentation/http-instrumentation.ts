import { ClientRequest } from 'node:http';
import { createRequire } from 'node:module';
import { context, createNoopMeter } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';
import { HttpInstrumentation, type HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import { HttpServerSpans, type HttpServerSpansOptions } from './http-server-spans.ts';
import { checkNodeFeatures } from './node-features.ts';
import { canGuardCalls, guardCallsAbove, guardCallsBelow } from './outgoing-calls.ts';
import { requestSpanName } from './request-route.ts';
import { REDACTED_QUERY_PARAMS } from './redacted-query.ts';

export interface HttpInstrumentationOptions extends Pick<
  HttpServerSpansOptions,
  'contexts' | 'guard' | 'tracer' | 'clients' | 'cost'
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
  tracer,
  clients,
  cost,
}: HttpInstrumentationOptions): HttpInstrumentation {
  guard.run('node features', () => checkNodeFeatures((line) => guard.note(line)), undefined);
  const outgoing = createOutgoingInstrumentation(guard);
  outgoing.incoming = new HttpServerSpans({
    guard,
    clock,
    contexts,
    untracedPathPrefixes,
    tracer,
    cost,
    ...(clients && { clients }),
  });
  outgoing.incoming.enable();
  return outgoing;
}

/** The SDK's, for what goes out alone; it is enabled. */
function createOutgoingInstrumentation(guard: Guard): OutgoingHttpInstrumentation {
  const outgoing = new OutgoingHttpInstrumentation({
    enabled: false,
    disableIncomingRequestInstrumentation: true,
    redactedQueryParams: [...REDACTED_QUERY_PARAMS],
    ignoreOutgoingRequestHook: () =>
      guard.run('http ignore', () => isTracingSuppressed(context.active()), false),
    requestHook: (span, message) => {
      if (message instanceof ClientRequest) span.updateName(requestSpanName(message.method));
    },
  });
  outgoing.guardCalls(guard);
  outgoing.enable();
  // The patches are hooks of require, and an app of ES modules may never require these.
  const require = createRequire(import.meta.url);
  require('node:http');
  require('node:https');
  return outgoing;
}

class OutgoingHttpInstrumentation extends HttpInstrumentation {
  /** Set after the base class has enabled itself, in its constructor. */
  declare incoming: HttpServerSpans | undefined;
  declare private definitions: ReturnType<HttpInstrumentation['init']>;

  constructor(config: HttpInstrumentationConfig) {
    super(config);
    super.setMeterProvider({ getMeter: createNoopMeter });
  }

  override init(): ReturnType<HttpInstrumentation['init']> {
    return (this.definitions = super.init());
  }

  /** Puts our guards around the patches of the base class; before it is enabled. */
  guardCalls(guard: Guard): void {
    for (const definition of this.definitions) guardDefinition(definition, guard);
  }

  /** Rates and durations come from the sampling processor; a second histogram per request would only cost. */
  override setMeterProvider(): void {}

  override disable(): void {
    super.disable();
    this.incoming?.disable();
  }
}

function guardDefinition(definition: InstrumentationNodeModuleDefinition, guard: Guard): void {
  const { patch, unpatch } = definition;
  if (patch === undefined || unpatch === undefined) return;
  let restoreAbove = (): void => {};
  let restoreBelow = (): void => {};
  let isPatched = false;
  definition.patch = (exports: unknown, ...rest) => {
    // Required twice, under both of its names.
    if (isPatched || !canGuardCalls(exports)) return patch(exports, ...rest) as unknown;
    isPatched = true;
    const bare = { request: exports.request, get: exports.get };
    restoreBelow = guardCallsBelow(exports, guard);
    const patched: unknown = patch(exports, ...rest);
    restoreAbove = guardCallsAbove(exports, bare, guard);
    return patched;
  };
  definition.unpatch = (exports: unknown, ...rest) => {
    restoreAbove();
    unpatch(exports, ...rest);
    restoreBelow();
    isPatched = false;
  };
}
