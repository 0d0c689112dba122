import { setImmediate } from 'node:timers/promises';
import { TraceFlags } from '@opentelemetry/api';
import type { Guard } from '../base/guard.ts';
import { byType } from '../base/operation-types.ts';
import { KEEP_ALL } from '../sampling/consistent-threshold.ts';
import { NO_AGGREGATES, Outcomes, type Sink } from '../sampling/outcomes.ts';
import { PendingTrace } from '../sampling/pending-trace.ts';
import type { Budget, Policy } from '../sampling/policy.ts';
import { livePolicies } from '../sampling/policy-set.ts';
import type { DryRunSide } from '../base/settings-change.ts';
import type { SamplingSettings } from '../sampling/sampling-settings.ts';
import { decide, exportVerdict } from '../sampling/verdict.ts';
import { operationReader } from '../spans/read-operation.ts';
import { heldSpan } from './held-span.ts';
import { endMillisOf } from './span-record.ts';
import type { TraceRecord } from './trace-record.ts';

/** A slice blocks the event loop for a few milliseconds. */
const TRACES_PER_SLICE = 50;
/** A storm depends on its moment: a replay cuts nothing. */
const NO_STORM: Budget = { admit: () => KEEP_ALL, admitsCompanions: () => true };

/** A trace as it was when the dry run started. */
export type HeldTrace = Pick<
  TraceRecord,
  'traceId' | 'spans' | 'extent' | 'remoteParent' | 'head' | 'droppedSpans'
>;

/** Decides held traces again under other settings, with the function and policies that decide every trace; nothing is kept or exported. */
export async function replay(
  traces: readonly HeldTrace[],
  settings: SamplingSettings,
  policies: readonly Policy[],
  guard: Guard,
): Promise<DryRunSide> {
  const run = new Replay(settings, policies, guard);
  // Targets depend on earlier arrivals.
  const inOrder = traces.toSorted((a, b) => a.extent.toMillis - b.extent.toMillis);
  for (const [index, trace] of inOrder.entries()) {
    if (index % TRACES_PER_SLICE === TRACES_PER_SLICE - 1) await setImmediate();
    run.decide(trace);
  }
  return run.side();
}

class Replay {
  readonly #guard: Guard;
  readonly #policies: ReturnType<typeof livePolicies>;
  readonly #read: ReturnType<typeof operationReader>;
  readonly #outcomes: Outcomes;
  readonly #kept = byType(() => 0);
  readonly #dropped = byType(() => 0);
  /** Simulated time of the replayed trace. */
  #nowMillis = 0;
  #traces = 0;
  #exportedTraces = 0;

  constructor(settings: SamplingSettings, policies: readonly Policy[], guard: Guard) {
    const clock = { now: () => this.#nowMillis, monotonicNanos: () => this.#nowMillis * 1e6 };
    this.#guard = guard;
    this.#policies = livePolicies(() => settings, policies, guard, clock);
    this.#read = operationReader(guard, clock);
    this.#outcomes = new Outcomes(NO_AGGREGATES, [this.#sink('local'), this.#sink('export')], guard);
  }

  decide(record: HeldTrace): void {
    this.#guard.run('dry run', () => this.#decide(record), undefined);
  }

  side(): DryRunSide {
    const { tally } = this.#outcomes;
    return {
      traces: this.#traces,
      exportedTraces: this.#exportedTraces,
      kept: this.#kept,
      dropped: this.#dropped,
      reasons: tally.counts().kept,
      rules: tally.rules(),
      named: [...tally.named()].map(([name, counts]) => ({ name, ...counts })),
    };
  }

  #decide({ traceId, spans, extent, remoteParent, head }: HeldTrace): void {
    this.#nowMillis = extent.toMillis;
    const first = { traceId, spanId: spans[0]?.spanId ?? '', traceFlags: TraceFlags.SAMPLED };
    const trace = new PendingTrace(first, { max: Infinity, maxPerTrace: Infinity, held: 0, forgotten: 0 });
    trace.remoteParent = remoteParent;
    const inOrder = spans.toSorted((a, b) => endMillisOf(a) - endMillisOf(b));
    for (const span of inOrder) {
      const operation = this.#read(heldSpan(span, traceId), undefined);
      if (span === head && span.localRoot) trace.rootOperation = operation;
      trace.hold(operation, 0);
    }
    const { operations } = trace;
    if (operations.length === 0) return;
    const root = trace.rootOperation ?? operations[0]!;
    const policies = this.#policies(trace, root);
    trace.exports = exportVerdict(trace, policies, root);
    const verdict = decide(trace, policies, operations, NO_STORM, false);
    for (const { type } of operations) this.#dropped[type]++;
    this.#outcomes.give(trace, operations, verdict);
  }

  #sink(rates: Sink['rates']): Sink {
    return {
      rates,
      take: (kept) => {
        if (rates === 'export') {
          this.#exportedTraces++;
          return;
        }
        this.#traces++;
        for (const { operationType } of kept) {
          this.#kept[operationType]++;
          this.#dropped[operationType]--;
        }
      },
    };
  }
}
