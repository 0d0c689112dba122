import type { OperationType } from '../base/operation-types.ts';
import type { TextPattern } from './text-pattern.ts';

/**
 * One thing that has to hold. Route, status, user agent and header are those of the request that the trace began with here; type, duration and
 * attribute are the operation's own.
 */
export type RuleCondition =
  | { readonly key: 'route' | 'user_agent'; readonly name?: undefined; readonly pattern: TextPattern }
  | { readonly key: 'header' | 'attribute'; readonly name: string; readonly pattern: TextPattern }
  /** `404`, or `4` for the class. */
  | { readonly key: 'status'; readonly status: number }
  | { readonly key: 'type'; readonly type: OperationType }
  /** At least. */
  | { readonly key: 'duration'; readonly seconds: number };

/** What is done with an operation: a share of its kind, so many traces per second, or all or nothing whatever comes of it. */
export type RuleAction = { readonly rate: number } | { readonly target: number } | 'always' | 'never';

/** The first whose conditions hold decides. */
export interface SamplingRuleSetting {
  /** As it is counted and shown, and as it could be written. */
  readonly text: string;
  /** None: it matches every operation. */
  readonly conditions: readonly RuleCondition[];
  readonly action: RuleAction;
}

export const NO_RULES: readonly SamplingRuleSetting[] = Object.freeze([]);

/** A text that parses to the same rules. */
export function formatSamplingRules(rules: readonly SamplingRuleSetting[]): string {
  return rules.length === 0 ? 'none' : rules.map(({ text }) => text).join('; ');
}

/** A rule with its text. */
export function samplingRule(conditions: readonly RuleCondition[], action: RuleAction): SamplingRuleSetting {
  const words = conditions.length === 0 ? '*' : conditions.map(wordOf).join(' ');
  return Object.freeze({
    text: `${words}: ${actionWord(action)}`,
    conditions: Object.freeze(conditions),
    action,
  });
}

function wordOf(condition: RuleCondition): string {
  switch (condition.key) {
    case 'status':
      return `status=${condition.status < 10 ? `${condition.status}xx` : condition.status}`;
    case 'type':
      return `type=${condition.type}`;
    case 'duration':
      return `duration>=${condition.seconds}`;
    default: {
      const { key, name, pattern } = condition;
      const value = /[\s";]|^$/.test(pattern.text) ? JSON.stringify(pattern.text) : pattern.text;
      return `${key}${name === undefined ? '' : `.${name}`}${pattern.isPart ? '~' : '='}${value}`;
    }
  }
}

function actionWord(action: RuleAction): string {
  if (typeof action === 'string') return action;
  return 'rate' in action ? String(action.rate) : `target ${action.target}`;
}
