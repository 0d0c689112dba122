import { byType, OPERATION_TYPES, type OperationType } from '../base/operation-types.ts';
import type { KeptSpan } from '../spans/kept-span.ts';
import type { EndedSpan } from '../spans/operation.ts';
import type { AuditFacts } from '../base/audit-facts.ts';
import { AuditedSums, judged, type NamedSums } from './audited-sums.ts';
import {
  type Bits56,
  compareBits56,
  isAtLeast,
  KEEP_ALL,
  probabilityOf,
  REJECT_ALL,
} from './consistent-threshold.ts';
import { KeptView } from './kept-view.ts';
import type { Sink } from './outcomes.ts';
import type { Budget, Policy, PolicySet, TraceView } from './policy.ts';

/** Series per type that are audited separately; others count only in the sum. ~500 bytes each. */
const MAX_SERIES = 500;

/** What the policies returned for one trace, until its spans reach the sink. */
interface Unit {
  readonly number: number;
  readonly trace: TraceView | undefined;
  readonly leftOut: 'elsewhere' | 'late' | undefined;
  readonly operations: EndedSpan[];
  /** Per operation, the lowest threshold of the ordinary policies. */
  readonly thresholds: (Bits56 | undefined)[];
  /** Thresholds of must-keep operations; undefined in a storm. */
  claims: Map<EndedSpan, Bits56 | undefined> | undefined;
  kept: readonly KeptSpan[];
}

/**
 * Checks verdicts from outside: compares what the policies returned for each operation, and its randomness, with what reaches the sink and its
 * weight. An operation kept with probability p counts 1/p, which on average equals the number counted. O(1) per operation. The probability is
 * recorded per operation, so a settings change does not distort it.
 */
export class SamplingAudit {
  readonly #byType = byType(() => new AuditedSums());
  readonly #certain = byType(() => new AuditedSums());
  readonly #series = byType(() => new Map<string, AuditedSums>());
  readonly #wrapped = new WeakMap<PolicySet, PolicySet>();
  readonly #leftOut = { elsewhere: 0, late: 0, storm: 0, never: 0 };
  #unit: Unit | undefined;
  #units = 0;

  /** Wraps the policies to record their answers. Each call starts another trace. */
  policies(
    source: (trace?: TraceView, root?: EndedSpan) => PolicySet,
  ): (trace?: TraceView, root?: EndedSpan) => PolicySet {
    return (trace, root) => {
      this.settle();
      this.#unit = {
        number: this.#units++,
        trace,
        leftOut:
          trace === undefined || trace.operations.length === 0
            ? 'late'
            : isRemote(root)
              ? 'elsewhere'
              : undefined,
        operations: [],
        thresholds: [],
        claims: undefined,
        kept: [],
      };
      return this.#recorded(source(trace, root));
    };
  }

  /** Wraps the budget to record its answers. */
  budget(source: Budget): Budget {
    return {
      admit: (operation, randomness) => {
        const fate = source.admit(operation, randomness);
        this.#claim(operation, fate === KEEP_ALL ? KEEP_ALL : undefined);
        return fate;
      },
      admitsCompanions: (operations) => source.admitsCompanions(operations),
    };
  }

  /** Wraps the sink: what it takes without throwing counts as kept. */
  sink(source: Sink): Sink {
    const { forceFlush, shutdown } = source;
    return {
      rates: source.rates,
      take: (spans) => {
        const unit = this.#unit;
        if (unit !== undefined) unit.kept = spans;
        try {
          source.take(spans);
        } catch (error) {
          if (unit !== undefined) unit.kept = [];
          throw error;
        }
      },
      ...(forceFlush && { forceFlush: () => forceFlush.call(source) }),
      ...(shutdown && { shutdown: () => shutdown.call(source) }),
    };
  }

  /** Adds what was recorded and drops its references to spans. */
  settle(): void {
    const unit = this.#unit;
    if (unit === undefined) return;
    this.#unit = undefined;
    const { operations, leftOut, kept } = unit;
    if (leftOut !== undefined) this.#leftOut[leftOut] += operations.length;
    // After a policy threw, everything is kept with unknown probability.
    else if (!kept.some((span) => span.keepReason === 'probability' && thresholdOf(span) === undefined))
      this.#add(unit);
  }

  facts(): AuditFacts {
    this.settle();
    const all: readonly NamedSums[] = [
      ...OPERATION_TYPES.flatMap((type) =>
        [this.#byType, this.#certain].map((of) => ({ type, series: undefined, sums: of[type] })),
      ),
      ...OPERATION_TYPES.flatMap((type) =>
        [...this.#series[type]].map(([series, sums]) => ({ type, series, sums })),
      ),
    ];
    const countedIn = (of: Readonly<Record<OperationType, AuditedSums>>): number =>
      OPERATION_TYPES.reduce((sum, type) => sum + of[type].total.counted, 0);
    return {
      ...judged(all),
      sampled: countedIn(this.#byType),
      certain: countedIn(this.#certain),
      leftOut: { ...this.#leftOut },
    };
  }

  #add({ number, trace, operations, thresholds, claims, kept }: Unit): void {
    let storm: Set<string> | undefined;
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i]!;
      if (claims?.has(operation) === true && claims.get(operation) === undefined) {
        (storm ??= new Set()).add(operation.spanId);
        this.#leftOut.storm++;
        continue;
      }
      const claim = claims?.get(operation);
      // Later policies are not asked about what a rule drops.
      const said = trace!.isKeptWhole ? KEEP_ALL : lower(claim, thresholds[i]);
      const threshold = claim === REJECT_ALL ? REJECT_ALL : said;
      if (threshold === undefined || threshold === REJECT_ALL) this.#leftOut.never++;
      else if (!Number.isNaN(operation.countedMillis)) this.#count(operation, number, threshold, trace!);
    }
    for (const span of kept) {
      const threshold = thresholdOf(span);
      if (threshold === undefined || storm?.has(span.spanId) === true) continue;
      const { operationType: type } = span;
      const p = probabilityOf(threshold);
      if (p === 1) this.#certain[type].keep(1);
      else {
        this.#byType[type].keep(p);
        this.#sumsOf(type, span.series)?.keep(p);
      }
    }
  }

  /** Operations kept for certain are not split by series: at a rate of 1 nearly all operations are such. */
  #count({ type, series }: EndedSpan, number: number, threshold: Bits56, trace: TraceView): void {
    const p = probabilityOf(threshold);
    if (p === 1) return this.#certain[type].countCertain();
    const isDue = isAtLeast(trace.randomness, threshold);
    this.#byType[type].count(number, p, isDue);
    this.#sumsOf(type, series)?.count(number, p, isDue);
  }

  #sumsOf(type: OperationType, series: string): AuditedSums | undefined {
    const ofType = this.#series[type];
    let known = ofType.get(series);
    if (known === undefined && ofType.size < MAX_SERIES) ofType.set(series, (known = new AuditedSums()));
    return known;
  }

  #recorded(policies: PolicySet): PolicySet {
    const known = this.#wrapped.get(policies);
    if (known !== undefined) return known;
    const claim = (operation: EndedSpan, said: Bits56 | undefined): void => {
      if (said !== undefined) this.#claim(operation, said);
    };
    // For budgeted policies, the budget determines the threshold.
    const claiming = (policy: Policy): Policy =>
      policy.isBudgeted === true ? policy : this.#recording(policy, claim);
    const wrapped: PolicySet = Object.freeze({
      ...policies,
      rules: policies.rules.map(claiming),
      mustKeep: policies.mustKeep.map(claiming),
      ordinary: policies.ordinary.map((policy) => this.#recording(policy, (...said) => this.#note(...said))),
    });
    this.#wrapped.set(policies, wrapped);
    return wrapped;
  }

  /** Calls `hear` with each answer of the policy. */
  #recording(policy: Policy, hear: (operation: EndedSpan, said: Bits56 | undefined) => void): Policy {
    const { name, reason, drops, isFinal } = policy;
    return {
      name,
      ...(reason !== undefined && { reason }),
      ...(drops !== undefined && { drops }),
      ...(isFinal !== undefined && { isFinal }),
      keep: (ended, trace) => {
        const said = policy.keep(ended, trace);
        hear(ended, said);
        return said;
      },
    };
  }

  /** The first claim decides. Undefined: cut by the budget, or by a threshold of a storm. */
  #claim(operation: EndedSpan, threshold: Bits56 | undefined): void {
    const unit = this.#unit;
    if (unit === undefined || unit.claims?.has(operation) === true) return;
    (unit.claims ??= new Map()).set(operation, threshold);
  }

  /** Ordinary policies are asked about the same operation one after the other. */
  #note(operation: EndedSpan, threshold: Bits56 | undefined): void {
    const unit = this.#unit;
    if (unit === undefined) return;
    const { operations, thresholds } = unit;
    const last = operations.length - 1;
    if (last >= 0 && operations[last] === operation) thresholds[last] = lower(thresholds[last], threshold);
    else {
      operations.push(operation);
      thresholds.push(threshold);
    }
  }
}

function isRemote(root: EndedSpan | undefined): boolean {
  return root?.span.parentSpanContext?.isRemote === true;
}

function thresholdOf(span: KeptSpan): Bits56 | undefined {
  return span instanceof KeptView ? span.threshold : undefined;
}

function lower(a: Bits56 | undefined, b: Bits56 | undefined): Bits56 | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareBits56(a, b) <= 0 ? a : b;
}
