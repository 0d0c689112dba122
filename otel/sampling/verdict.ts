import type { EndedSpan } from '../spans/operation.ts';
import { keepAncestors } from './ancestors.ts';
import { type Bits56, compareBits56, KEEP_ALL, REJECT_ALL } from './consistent-threshold.ts';
import type { PendingTrace } from './pending-trace.ts';
import type { Budget, Outcome, Policy, PolicySet } from './policy.ts';

/** Outcomes per span, in the order of the operations. */
export interface Verdict {
  readonly local: Outcome[];
  /** Undefined if nothing is exported. */
  readonly exported: Outcome[] | undefined;
}

/** The answer of a must-keep policy about a span. */
interface Claim {
  readonly policy: Policy;
  /** Undefined if the budget cut it, even if it is kept as an example of its kind. */
  readonly threshold: Bits56 | undefined;
  readonly isExample: boolean;
}

/** For a trace whose ordinary spans are not exported. */
export const DROPPED: Outcome = { reason: undefined, threshold: undefined, policy: undefined };

/** For a span whose policy threw. */
export const UNDECIDED: Outcome = { reason: 'probability', threshold: undefined, policy: undefined };

/**
 * The one verdict, on all spans of a trace that is complete or overdue, or on one that ended after that. Kept
 * are spans with R >= T of a must-keep policy or the lowest T of the others, the rest of a trace that failed
 * or was slow, and ancestors of all these (G12, G15, G17, G18, G21). Throws what a policy throws.
 */
export function decide(
  trace: PendingTrace,
  policies: PolicySet,
  operations: readonly EndedSpan[],
  budget: Budget,
  isLate: boolean,
): Verdict {
  // A late span was decided with its trace, unless it must be kept.
  const { rules, ordinary } = (isLate ? trace.decidedBy : undefined) ?? policies;
  const claims = claimsOf(trace, rules, policies.mustKeep, operations, budget);
  if (policies.keepsWholeTrace && claims !== undefined && !isLate && !trace.isKeptWhole) {
    // An operation that ends after its root keeps only its ancestors, as if the trace were decided already.
    const inRoot =
      trace.rootOperation === undefined ? claims.length : operations.indexOf(trace.rootOperation) + 1;
    if (claims.slice(0, inRoot).some(bringsItsTrace)) trace.isKeptWhole = budget.admitsCompanions(operations);
  }

  const { exports } = trace;
  const local = operations.map((operation, i) =>
    outcomeOf(trace, claims?.[i], ordinaryVerdict(trace, ordinary, operation), isLate),
  );
  const exported = exports && operations.map((_, i) => outcomeOf(trace, claims?.[i], exports, isLate));
  if (local.some(isKept) || trace.owes) keepAncestors(operations, local, trace.owedAncestors);
  if (exported !== undefined && (exported.some(isKept) || trace.owes))
    keepAncestors(operations, exported, trace.owedExportAncestors);
  return { local, exported };
}

/**
 * Decides whether the ordinary spans of a trace are exported, all or none (G21), by the stricter of the
 * upstream threshold and ours. If the remote parent is not sampled, none is; if it states no rate, the weight
 * is unknown. What the process keeps depends on neither. `root`: the local root or its stand-in.
 */
export function exportVerdict(trace: PendingTrace, policies: PolicySet, root: EndedSpan): Outcome {
  const own = ordinaryVerdict(trace, policies.exported, root);
  if (trace.isUnsampled || own.reason === undefined) return DROPPED;
  const above = trace.upstreamThreshold;
  return { ...own, threshold: above && (compareBits56(own.threshold!, above) >= 0 ? own.threshold : above) };
}

/** Keeps everything if a policy threw: too much is better than a lost failure. */
export function keepAll(trace: PendingTrace, operations: readonly EndedSpan[]): Verdict {
  const all = (): Outcome[] => operations.map(() => UNDECIDED);
  return { local: all(), exported: trace.exports && all() };
}

/** Per span; undefined if no policy claims any, as in most traces. */
function claimsOf(
  trace: PendingTrace,
  rules: readonly Policy[],
  mustKeep: readonly Policy[],
  operations: readonly EndedSpan[],
  budget: Budget,
): (Claim | undefined)[] | undefined {
  let claims: (Claim | undefined)[] | undefined;
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i]!;
    const ruled = rules.length > 0 ? claimOf(trace, rules, operation, budget) : undefined;
    const claim = ruled ?? claimOf(trace, mustKeep, operation, budget);
    if (claim !== undefined) (claims ??= [])[i] = claim;
  }
  return claims;
}

function bringsItsTrace(claim: Claim | undefined): boolean {
  return claim?.policy.isBudgeted === true && claim.threshold !== undefined;
}

function isKept({ reason }: Outcome): boolean {
  return reason !== undefined;
}

/** The answer of the first policy with an opinion; if the budget cuts it, of the next unbudgeted one. */
function claimOf(
  trace: PendingTrace,
  mustKeep: readonly Policy[],
  operation: EndedSpan,
  budget: Budget,
): Claim | undefined {
  let cut: Claim | undefined;
  for (let i = 0; i < mustKeep.length; i++) {
    const policy = mustKeep[i]!;
    const isBudgeted = policy.isBudgeted === true;
    if (isBudgeted && cut !== undefined) continue;
    const threshold = policy.keep(operation, trace);
    if (threshold === undefined) continue;
    if (!isBudgeted) return { policy, threshold, isExample: false };
    const fate = budget.admit(operation, trace.randomness);
    if (fate === 'example') return { policy, threshold: undefined, isExample: true };
    if (fate !== 'cut') return { policy, threshold: fate, isExample: false };
    cut = { policy, threshold: undefined, isExample: false };
  }
  return cut;
}

function ordinaryVerdict(trace: PendingTrace, policies: readonly Policy[], operation: EndedSpan): Outcome {
  let lowest: Bits56 | undefined;
  let policy: Policy | undefined;
  for (let i = 0; i < policies.length; i++) {
    const candidate = policies[i]!;
    const threshold = candidate.keep(operation, trace);
    if (threshold === undefined) continue;
    if (lowest === undefined || compareBits56(threshold, lowest) < 0) {
      lowest = threshold;
      policy = candidate;
    }
    if (candidate.isFinal === true) break;
  }
  const isAbove = lowest !== undefined && trace.isKeptBy(lowest);
  return { reason: isAbove ? (policy?.reason ?? 'policy') : undefined, threshold: lowest, policy };
}

function outcomeOf(
  trace: PendingTrace,
  claim: Claim | undefined,
  ordinary: Outcome,
  isLate: boolean,
): Outcome {
  if (claim === undefined) return withoutClaim(trace, ordinary, undefined);
  const { policy, threshold, isExample } = claim;
  if (threshold === REJECT_ALL) return { reason: undefined, threshold: undefined, policy };
  if (!isExample && (threshold === undefined || !trace.isKeptBy(threshold)))
    return withoutClaim(trace, ordinary, policy);
  const reason = isLate && policy.isBudgeted === true ? 'late' : (policy.reason ?? 'policy');
  return { reason, threshold: trace.isKeptWhole ? KEEP_ALL : lower(threshold, ordinary), policy };
}

/** @param refusing The policy that would have kept it without the budget. */
function withoutClaim(
  { isKeptWhole }: PendingTrace,
  ordinary: Outcome,
  refusing: Policy | undefined,
): Outcome {
  // In a trace that is kept whole each span is kept for certain, so that one threshold is that of all.
  if (isKeptWhole)
    return { reason: ordinary.reason ?? 'trace', threshold: KEEP_ALL, policy: ordinary.policy };
  if (ordinary.reason !== undefined || refusing === undefined) return ordinary;
  return { reason: undefined, threshold: undefined, policy: refusing };
}

/** The lower threshold applies if a must-keep and an ordinary policy both have one. An example has none. */
function lower(threshold: Bits56 | undefined, ordinary: Outcome): Bits56 | undefined {
  if (threshold === KEEP_ALL || ordinary.reason === undefined) return threshold;
  if (threshold === undefined || ordinary.threshold === undefined) return ordinary.threshold;
  return compareBits56(ordinary.threshold, threshold) < 0 ? ordinary.threshold : threshold;
}
