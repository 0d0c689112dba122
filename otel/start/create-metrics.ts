import type { Clock } from '../base/clock.ts';
import type { TelemetryBooks } from '../export/sdk-metrics.ts';
import { TelemetryMetrics } from '../export/telemetry-metrics.ts';
import type { ActiveRequests } from '../instrumentation/active-requests.ts';
import { TraceExemplars } from '../store/trace-exemplars.ts';
import type { HeldFacts } from './held-facts.ts';

/** The metrics that the kit counts itself, with exemplars from the kept traces. */
export function createMetrics(options: {
  readonly held: Pick<HeldFacts, 'aggregates' | 'ring' | 'runtime' | 'traceLogs'>;
  readonly active: ActiveRequests;
  readonly books: () => TelemetryBooks;
  readonly clock: Clock;
}): TelemetryMetrics {
  const { held, active, books, clock } = options;
  const { aggregates, runtime, traceLogs } = held;
  const exemplars = new TraceExemplars(held);
  return new TelemetryMetrics({
    clock,
    aggregates,
    exemplars: (...period) => exemplars.collect(...period),
    activeRequests: () => active.counts(),
    runtime,
    logRecords: () => traceLogs.created,
    books,
  });
}
