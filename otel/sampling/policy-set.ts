import { type Clock, systemClock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import { ArrivalRates } from './arrival-rates.ts';
import { error } from './policies/error.ts';
import { probability } from './policies/probability.ts';
import { slow } from './policies/slow.ts';
import type { EndedSpan } from '../spans/operation.ts';
import type { Policy, PolicySet, TraceView } from './policy.ts';
import type { SamplingSettings } from './sampling-settings.ts';
import { TracePolicies } from './trace-policies.ts';

/** Policies before anything is known of a trace. */
export interface UnsettledPolicies extends PolicySet {
  /** Policies for one trace, resolved by its local root or its stand-in; undefined if none depends on it. */
  readonly ofTrace?: (trace: TraceView, root: EndedSpan | undefined) => PolicySet;
}

/**
 * All policies, in the order they are asked. Those of rules and targets depend on the local root and are resolved per trace. A new policy is a
 * file in `policies/` and a line here. Targets are based on `arrivals`.
 */
export function policySetOf(
  settings: SamplingSettings,
  more: readonly Policy[] = [],
  arrivals = new ArrivalRates(systemClock.monotonicNanos),
): UnsettledPolicies {
  const { rates, exportRates, slowThresholdNanos, keepsWholeTrace, rules, target } = settings;
  const plain: PolicySet = Object.freeze({
    rules: [],
    mustKeep: [error, slow(slowThresholdNanos), ...more],
    ordinary: [probability(rates)],
    exported: [probability(exportRates)],
    keepsWholeTrace,
  });
  if (rules.length === 0 && target === 0) return plain;
  return Object.freeze({ ...plain, ofTrace: new TracePolicies(plain, settings, arrivals).ofTrace });
}

/**
 * Returns the policies in force, rebuilt when the settings object is replaced. Settings that cannot be read or used are reported, and the previous
 * ones stay in force; only the first ones throw.
 */
export function livePolicies(
  settings: () => SamplingSettings,
  more: readonly Policy[],
  guard: Guard,
  { monotonicNanos }: Pick<Clock, 'monotonicNanos'> = systemClock,
): (trace?: TraceView, root?: EndedSpan) => PolicySet {
  let known = settings();
  const arrivals = new ArrivalRates(monotonicNanos);
  let current = policySetOf(known, more, arrivals);
  const inForce = (): UnsettledPolicies => {
    try {
      const now = settings();
      if (now !== known) {
        current = policySetOf(now, more, arrivals);
        known = now;
      }
    } catch (fault) {
      guard.report('sampling settings', fault);
    }
    return current;
  };
  return (trace, root) => {
    const policies = inForce();
    const { ofTrace } = policies;
    if (trace === undefined || ofTrace === undefined) return policies;
    return guard.run('policies', () => ofTrace(trace, root), policies);
  };
}
