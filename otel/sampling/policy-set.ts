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

/** Policies for traces of which nothing is known. */
export interface UnsettledPolicies extends PolicySet {
  /** The same for one trace, with what depends on its local root, or on what stands for it; undefined where nothing does. */
  readonly ofTrace?: (trace: TraceView, root: EndedSpan | undefined) => PolicySet;
}

/**
 * All policies, in the order they are asked; those of rules and targets depend on the local root, and are settled for each trace. A new one is a file in
 * `policies/` and a line here. `arrivals`: what targets go by.
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
 * Returns the policies in force, made anew when the settings object was replaced. Settings that cannot be read or used are reported, and those
 * before stay in force; only the first ones throw.
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
