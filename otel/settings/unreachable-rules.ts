import type { RuleCondition, SamplingRuleSetting } from './sampling-rule.ts';
import { covers, overlap } from './text-pattern.ts';

export interface UnreachableRule {
  /** From 1. */
  readonly number: number;
  /** Completes "it can never match: …". */
  readonly why: string;
}

/**
 * Rules that no operation can reach: two of their conditions exclude each other, or an earlier rule matches everything they match. A rule covered
 * only by several earlier ones together is not found. Undefined stands for an invalid rule.
 */
export function neverMatches(
  rules: readonly (SamplingRuleSetting | undefined)[],
): readonly UnreachableRule[] {
  return rules.flatMap((rule, i) => {
    if (rule === undefined) return [];
    const why = contradiction(rule.conditions) ?? shadow(rule, rules.slice(0, i));
    return why === undefined ? [] : [{ number: i + 1, why }];
  });
}

function contradiction(conditions: readonly RuleCondition[]): string | undefined {
  for (const [i, one] of conditions.entries())
    for (const other of conditions.slice(i + 1))
      if (exclude(one, other)) return `no operation has both conditions on its ${one.key}`;
  return undefined;
}

function shadow(
  { conditions }: SamplingRuleSetting,
  earlier: readonly (SamplingRuleSetting | undefined)[],
): string | undefined {
  const at = earlier.findIndex((rule) =>
    rule?.conditions.every((condition) => conditions.some((own) => implies(own, condition))),
  );
  return at < 0 ? undefined : `rule ${at + 1} comes first and matches everything it would`;
}

/** Returns true if nothing can satisfy both. Headers and attributes may be lists, of which one matching entry is enough. */
function exclude(one: RuleCondition, other: RuleCondition): boolean {
  if (one.key === 'type') return other.key === 'type' && one.type !== other.type;
  if (one.key === 'status')
    return (
      other.key === 'status' && !isOfStatus(one.status, other.status) && !isOfStatus(other.status, one.status)
    );
  if (one.key !== 'route' && one.key !== 'user_agent') return false;
  return other.key === one.key && !overlap(one.pattern, other.pattern);
}

/** Returns true if whatever satisfies the first satisfies the second too. */
function implies(one: RuleCondition, other: RuleCondition): boolean {
  if (one.key === 'type') return other.key === 'type' && one.type === other.type;
  if (one.key === 'status') return other.key === 'status' && isOfStatus(one.status, other.status);
  if (one.key === 'duration') return other.key === 'duration' && one.seconds >= other.seconds;
  if (other.key !== one.key || !('pattern' in other)) return false;
  return one.name === other.name && covers(other.pattern, one.pattern);
}

/** Compares a status code or class with another code or class. */
export function isOfStatus(status: number, among: number): boolean {
  return status === among || (among < 10 && Math.floor(status / 100) === among);
}
