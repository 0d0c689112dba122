import { ClientRequest } from 'node:http';
import { createRequire } from 'node:module';
import { context, createNoopMeter } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';
import { HttpInstrumentation, type HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http';
import type { Guard } from '../base/guard.ts';
import { hasOthersCalls, OTHERS_CALLS, onceOnly } from './other-http.ts';
import { canGuardCalls, guardCallsAbove, guardCallsBelow } from './outgoing-calls.ts';
import { REDACTED_QUERY_PARAMS } from '../base/redacted-query.ts';
import { requestSpanName } from './request-route.ts';

type Definitions = ReturnType<HttpInstrumentation['init']>;

/**
 * Instrumentation-http whose outgoing calls behave as in bare Node, and without histograms. It is enabled when constructed. If another
 * instrumentation traces outgoing calls, enabled before or after, this one leaves them to it.
 */
export class GuardedHttpInstrumentation extends HttpInstrumentation {
  /** Set by the base class in its constructor. */
  declare private definitions: Definitions;

  constructor(guard: Guard, config: HttpInstrumentationConfig) {
    const say = onceOnly((line) => guard.note(line));
    const isLeftToOther = (): boolean => {
      const isOthers = hasOthersCalls();
      if (isOthers) say(OTHERS_CALLS);
      return isOthers;
    };
    const hasOther = isLeftToOther();
    super({
      redactedQueryParams: [...REDACTED_QUERY_PARAMS],
      disableOutgoingRequestInstrumentation: hasOther,
      ignoreOutgoingRequestHook: () =>
        guard.run('http ignore', () => isTracingSuppressed(context.active()) || isLeftToOther(), false),
      requestHook: (span, message) => {
        if (message instanceof ClientRequest) span.updateName(requestSpanName(message.method));
      },
      ...config,
      enabled: false,
    });
    super.setMeterProvider({ getMeter: createNoopMeter });
    if (!hasOther) for (const definition of this.definitions) guardDefinition(definition, guard);
    this.enable();
    // The patches are hooks of `require`, which an ES module app may never call for these.
    const require = createRequire(import.meta.url);
    require('node:http');
    require('node:https');
  }

  override init(): Definitions {
    return (this.definitions = super.init());
  }

  /** Rates and durations come from the sampling processor; a second histogram per request would only add cost. */
  override setMeterProvider(): void {}
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
