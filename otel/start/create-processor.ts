import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { exporterSink } from '../sampling/exporter-sink.ts';
import type { LiveSampling } from '../sampling/live-sampling.ts';
import type { Sink } from '../sampling/outcomes.ts';
import type { Policy } from '../sampling/policy.ts';
import { livePolicies } from '../sampling/policy-set.ts';
import type { StormBudget } from '../sampling/policies/storm-budget.ts';
import type { SamplingAudit } from '../sampling/sampling-audit.ts';
import { SamplingSpanProcessor } from '../sampling/sampling-span-processor.ts';
import type { EndedSpan } from '../spans/operation.ts';
import { askedOf, operationReader } from '../spans/read-operation.ts';
import { InProcessSpanExporter } from '../store/in-process-span-exporter.ts';
import type { HeldFacts } from './held-facts.ts';

/** Some forty pages, less than a millisecond of work; ~150 KB. */
const DEFERRED_SPANS = 256;

/** Wires the processor: counts every ended span and decides, trace by trace, what is kept and exported. */
export function createProcessor(options: {
  readonly held: HeldFacts;
  readonly live: LiveSampling;
  readonly audit: SamplingAudit;
  readonly budget: StormBudget;
  /** Accepts spans without waiting. Undefined if none are exported. */
  readonly exporter: SpanExporter | undefined;
  /** Whether exported spans carry client addresses. */
  readonly exportsClientAddresses: boolean;
  /** Additional must-keep policies. */
  readonly policies: readonly Policy[];
  /** Additional destinations of kept spans. */
  readonly sinks: readonly Sink[];
  /** Receives every ended operation; must not throw. */
  readonly noteOperation?: (operation: EndedSpan) => void;
  /** Receives the operations of every trace that is complete when it is decided. */
  readonly noteTrace?: (operations: readonly EndedSpan[]) => void;
  /** Called when something that pages show has changed. */
  readonly touch: () => void;
  readonly guard: Guard;
  readonly clock: Clock;
}): SamplingSpanProcessor {
  const { held, live, audit, budget, exporter, policies, touch, guard, clock } = options;
  const withoutClients = !options.exportsClientAddresses;
  const { aggregates, ring, cost } = held;
  const inForce = audit.policies(held.shedding.policies(livePolicies(live.settings, policies, guard, clock)));
  return new SamplingSpanProcessor({
    read: operationReader(guard, clock),
    aggregates: {
      record(operation) {
        touch();
        options.noteOperation?.(operation);
        return aggregates.record(operation, askedOf(operation));
      },
      recordKept: (type, series, countedMillis) => aggregates.recordKept(type, series, countedMillis),
    },
    guard,
    clock,
    policies(trace, root) {
      if (trace?.live === 0)
        guard.run('complete trace', () => options.noteTrace?.(trace.operations), undefined);
      return inForce(trace, root);
    },
    budget: audit.budget(budget),
    deferredSpans: DEFERRED_SPANS,
    onHandled(spans, operations, nanos) {
      audit.settle();
      cost.handled(nanos, spans, operations);
    },
    sinks: [
      audit.sink(new InProcessSpanExporter({ ring, guard, onStored: touch })),
      ...(exporter === undefined ? [] : [exporterSink(exporter, 'export', guard, { withoutClients })]),
      ...options.sinks,
    ],
  });
}
