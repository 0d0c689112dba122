import { error } from './policies/error.ts';
import { probability } from './policies/probability.ts';
import { slow } from './policies/slow.ts';
import type { Policy, PolicySet } from './policy.ts';
import type { SamplingSettings } from './sampling-settings.ts';

/** All policies, in the order they are asked. A new one is a file in `policies/` and a line here. */
export function policySetOf(
  { rates, exportRates, slowThresholdNanos, keepsWholeTrace }: SamplingSettings,
  more: readonly Policy[] = [],
): PolicySet {
  return Object.freeze({
    mustKeep: [error, slow(slowThresholdNanos), ...more],
    ordinary: [probability(rates)],
    exported: [probability(exportRates)],
    keepsWholeTrace,
  });
}

/**
 * Returns the policies in force, made anew when the settings object was replaced. Settings that cannot be read or used are reported, and those
 * before stay in force; only the first ones throw.
 */
export function livePolicies(
  settings: () => SamplingSettings,
  more: readonly Policy[],
  report: (error: unknown) => void,
): () => PolicySet {
  let known = settings();
  let current = policySetOf(known, more);
  return () => {
    try {
      const now = settings();
      if (now !== known) {
        current = policySetOf(now, more);
        known = now;
      }
    } catch (fault) {
      report(fault);
    }
    return current;
  };
}
