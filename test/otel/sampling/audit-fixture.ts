import { TraceFlags } from '@opentelemetry/api';
import { Guard } from '../../../otel/base/guard.ts';
import type { OperationType } from '../../../otel/base/operation-types.ts';
import { NO_AGGREGATES, Outcomes, type Sink } from '../../../otel/sampling/outcomes.ts';
import { PendingTrace } from '../../../otel/sampling/pending-trace.ts';
import type { Budget, Policy } from '../../../otel/sampling/policy.ts';
import { livePolicies } from '../../../otel/sampling/policy-set.ts';
import { KEEP_ALL } from '../../../otel/sampling/consistent-threshold.ts';
import { SamplingAudit } from '../../../otel/sampling/sampling-audit.ts';
import type { SamplingSettings } from '../../../otel/sampling/sampling-settings.ts';
import { decide } from '../../../otel/sampling/verdict.ts';
import type { EndedSpan } from '../../../otel/spans/operation.ts';
import { endedSpan } from './ended-span-fixture.ts';
import { hexOf } from './random.ts';

export interface AuditedOperation {
  readonly type: OperationType;
  readonly series: string;
  readonly failed?: boolean;
  readonly remote?: boolean;
  readonly route?: string;
}

const NO_STORM: Budget = { admit: () => KEEP_ALL, admitsCompanions: () => true };
const OWED = { max: 100, maxPerTrace: 10, held: 0, forgotten: 0 };

/** The verdict and its consequences without spans: a hundred thousand operations in a moment. */
export class AuditedVerdicts {
  readonly audit = new SamplingAudit();
  readonly #random: () => number;
  readonly #policies: ReturnType<typeof livePolicies>;
  readonly #budget: Budget;
  readonly #outcomes: Outcomes;
  settings: SamplingSettings;

  /** `random`: 32 bits, from which trace ids are built. `sink`: destination of kept spans. */
  constructor(
    settings: SamplingSettings,
    random: () => number,
    {
      policies = [],
      budget = NO_STORM,
      sink = { rates: 'local', take: () => {} },
    }: {
      readonly policies?: readonly Policy[];
      readonly budget?: Budget;
      readonly sink?: Sink;
    } = {},
  ) {
    const guard = new Guard();
    this.settings = settings;
    this.#random = random;
    this.#policies = this.audit.policies(livePolicies(() => this.settings, policies, guard));
    this.#budget = this.audit.budget(budget);
    this.#outcomes = new Outcomes(NO_AGGREGATES, [this.audit.sink(sink)], guard);
  }

  /** One trace of these operations, the local root last. */
  trace(operations: readonly AuditedOperation[]): void {
    const traceId = hexOf(this.#random, 4);
    const first = { traceId, spanId: '1'.repeat(16), traceFlags: TraceFlags.SAMPLED };
    const trace = new PendingTrace(first, OWED);
    for (const [index, operation] of operations.entries())
      trace.hold(auditedSpan(operation, traceId, index), 0);
    const root = trace.operations.at(-1);
    trace.rootOperation = root;
    const policies = this.#policies(trace, root);
    this.#outcomes.give(
      trace,
      trace.operations,
      decide(trace, policies, trace.operations, this.#budget, false),
    );
    this.audit.settle();
  }
}

function auditedSpan(
  { type, series, failed = false, remote = false, route }: AuditedOperation,
  traceId: string,
  index: number,
): EndedSpan {
  const spanId = index.toString(16).padStart(16, '0');
  return endedSpan({
    span: {
      kind: type === 'http' ? 1 : 0,
      attributes: route === undefined ? {} : { 'http.request.method': 'GET', 'http.route': route },
      spanContext: () => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED }),
      ...(remote && {
        parentSpanContext: { traceId, spanId: 'f'.repeat(16), traceFlags: 1, isRemote: true },
      }),
    },
    spanId,
    type,
    series,
    durationNanos: 1e6,
    slownessNanos: 1e6,
    failed,
  });
}
