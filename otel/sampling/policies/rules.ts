import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { ATTR_USER_AGENT_ORIGINAL } from '../../base/semconv.ts';
import type { RuleCondition, SamplingRuleSetting } from '../../settings/sampling-rule.ts';
import { type TextPattern, matcherOf } from '../../settings/text-pattern.ts';
import { isOfStatus } from '../../settings/unreachable-rules.ts';
import { routeOf } from '../../spans/operation-type.ts';
import type { EndedSpan } from '../../spans/operation.ts';
import type { ArrivalRate, ArrivalRates } from '../arrival-rates.ts';
import { type Bits56, KEEP_ALL, REJECT_ALL, thresholdOf } from '../consistent-threshold.ts';
import type { Policy, TraceView } from '../policy.ts';

type Test = (operation: EndedSpan) => boolean;

/** Legacy name that instrumentations before the stable conventions use. */
const ATTR_USER_AGENT = 'http.user_agent';
const HEADER_PREFIX = 'http.request.header.';

/** A compiled rule. */
export interface Rule {
  readonly name: string;
  /** Condition on the request that started the trace; undefined for none. */
  readonly matchesRequest: Test | undefined;
  /** Condition on the operation itself; undefined for none. */
  readonly matchesOwn: Test | undefined;
  /** Asked before failed and slow: it keeps all or nothing, whatever the operation's result. */
  readonly isAbsolute: boolean;
  /** For a target: matches per second, and how many of them to keep. */
  readonly target: { readonly arrivals: ArrivalRate; readonly perSecond: number } | undefined;
  /** Its rejection threshold; for a target a different one per trace. */
  readonly threshold: Bits56;
}

const REQUEST_KEYS: ReadonlySet<RuleCondition['key']> = new Set(['route', 'status', 'user_agent', 'header']);

export function ruleOf({ text, conditions, action }: SamplingRuleSetting, rates: ArrivalRates): Rule {
  const ofRequest = conditions.filter(({ key }) => REQUEST_KEYS.has(key)).map(testOf);
  const own = conditions.filter(({ key }) => !REQUEST_KEYS.has(key)).map(testOf);
  const isTarget = typeof action === 'object' && 'target' in action;
  return {
    name: text,
    matchesRequest:
      ofRequest.length === 0 ? undefined : (root) => root.type === 'http' && all(ofRequest, root),
    matchesOwn: own.length === 0 ? undefined : (operation) => all(own, operation),
    isAbsolute: typeof action === 'string',
    target: isTarget ? { arrivals: rates.ofRule(text), perSecond: action.target } : undefined,
    threshold:
      action === 'always' || isTarget ? KEEP_ALL : action === 'never' ? REJECT_ALL : thresholdOf(action.rate),
  };
}

/** Policies compiled from rules, in three lists; in each the first match decides. */
export interface RulePolicies {
  readonly absolute: readonly Policy[];
  readonly ordinary: readonly Policy[];
  readonly exported: readonly Policy[];
}

/** @param rules Rules whose conditions on the request are met, with one threshold each. */
export function rulePolicies(rules: readonly Rule[], thresholds: readonly Bits56[]): RulePolicies {
  const policies = rules.map((rule, i) => policyOf(rule, rules.slice(0, i), thresholds[i]!));
  return {
    absolute: policies.filter((_, i) => rules[i]!.isAbsolute),
    ordinary: policies.filter((_, i) => !rules[i]!.isAbsolute),
    exported: policies,
  };
}

/** Each list stops at its first match, so a rule needs to check only those before it in the other lists. */
function policyOf(
  { name, matchesOwn, isAbsolute, target }: Rule,
  before: readonly Rule[],
  threshold: Bits56,
): Policy {
  const elsewhere = before.filter((rule) => rule.isAbsolute !== isAbsolute);
  const isFirst = (operation: EndedSpan): boolean => {
    if (matchesOwn !== undefined && !matchesOwn(operation)) return false;
    for (const rule of elsewhere)
      if (rule.matchesOwn === undefined || rule.matchesOwn(operation)) return false;
    return true;
  };
  const keep =
    target === undefined
      ? (operation: EndedSpan): Bits56 | undefined => (isFirst(operation) ? threshold : undefined)
      : (operation: EndedSpan, trace: TraceView): Bits56 | undefined => {
          if (!isFirst(operation)) return undefined;
          target.arrivals.count(trace, threshold);
          return threshold;
        };
  return { name, reason: 'rule', isFinal: true, keep };
}

function all(tests: readonly Test[], operation: EndedSpan): boolean {
  for (const test of tests) if (!test(operation)) return false;
  return true;
}

function testOf(condition: RuleCondition): Test {
  switch (condition.key) {
    case 'type':
      return ({ type }) => type === condition.type;
    case 'duration':
      return ({ durationNanos }) => durationNanos >= condition.seconds * 1e9;
    case 'status':
      return ({ statusCode }) => statusCode !== undefined && isOfStatus(statusCode, condition.status);
    case 'route': {
      const matches = matcherOf(condition.pattern);
      return ({ series }) => matches(routeOf(series));
    }
    case 'user_agent':
      return attributeTest([ATTR_USER_AGENT_ORIGINAL, ATTR_USER_AGENT], condition.pattern);
    case 'header':
      return attributeTest([HEADER_PREFIX + condition.name], condition.pattern);
    case 'attribute':
      return attributeTest([condition.name], condition.pattern);
  }
}

/** For a list value, one matching entry is enough. */
function attributeTest(names: readonly string[], pattern: TextPattern): Test {
  const matches = matcherOf(pattern);
  const isMatch = (value: AttributeValue | undefined): boolean => {
    if (value === undefined) return false;
    return Array.isArray(value) ? value.some((each) => matches(String(each))) : matches(String(value));
  };
  return ({ span }) => {
    const attributes: Attributes = span.attributes;
    for (const name of names) if (isMatch(attributes[name])) return true;
    return false;
  };
}
