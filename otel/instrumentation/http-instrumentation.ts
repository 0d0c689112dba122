import type { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import { GuardedHttpInstrumentation } from './guarded-http-instrumentation.ts';
import { HttpServerSpans, type HttpServerSpansOptions } from './http-server-spans.ts';
import { checkNodeFeatures } from './node-features.ts';

export interface HttpInstrumentationOptions extends Pick<
  HttpServerSpansOptions,
  'contexts' | 'guard' | 'tracer' | 'clients' | 'cost' | 'active'
> {
  /** Requests to these paths and to paths below them create no spans, and neither does anything they call: `/admin/metrics`. */
  readonly untracedPathPrefixes?: readonly string[];
  readonly clock?: Clock;
}

/** Spans of both directions: the kit's own for incoming requests, the SDK's for outgoing ones. `disable` ends both. */
export function createHttpInstrumentation({
  guard,
  contexts,
  untracedPathPrefixes = [],
  clock = systemClock,
  tracer,
  clients,
  cost,
  active,
}: HttpInstrumentationOptions): HttpInstrumentation {
  guard.run('node features', () => checkNodeFeatures((line) => guard.note(line)), undefined);
  const incoming = new HttpServerSpans({
    guard,
    clock,
    contexts,
    untracedPathPrefixes,
    tracer,
    cost,
    active,
    ...(clients && { clients }),
  });
  return new OutgoingHttpInstrumentation(guard, incoming);
}

/** Outgoing requests are traced by the SDK's instrumentation. */
class OutgoingHttpInstrumentation extends GuardedHttpInstrumentation {
  readonly #incoming: HttpServerSpans;

  constructor(guard: Guard, incoming: HttpServerSpans) {
    super(guard, { disableIncomingRequestInstrumentation: true });
    this.#incoming = incoming;
    incoming.enable();
  }

  override disable(): void {
    super.disable();
    this.#incoming.disable();
  }
}
