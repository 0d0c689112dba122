import type { OperationType } from '../base/operation-types.ts';
import type { TextPattern } from './text-pattern.ts';

/**
 * One condition. Route, status, user agent and header refer to the request that started the trace in this process; type, duration and attribute
 * refer to the operation itself.
 */
export type RuleCondition =
  | { readonly key: 'route' | 'user_agent'; readonly name?: undefined; readonly pattern: TextPattern }
  | { readonly key: 'header' | 'attribute'; readonly name: string; readonly pattern: TextPattern }
  /** `404`, or `4` for the class. */
  | { readonly key: 'status'; readonly status: number }
  | { readonly key: 'type'; readonly type: OperationType }
  /** At least this long. */
  | { readonly key: 'duration'; readonly seconds: number };

/** Action: keep a share, keep this many traces per second, or keep all or nothing whatever the result. */
export type RuleAction = { readonly rate: number } | { readonly target: number } | 'always' | 'never';

/** The first rule whose conditions hold decides. */
export interface SamplingRuleSetting {
  /** As counted, shown and parsed. */
  readonly text: string;
  /** Empty matches every operation. */
  readonly conditions: readonly RuleCondition[];
  readonly action: RuleAction;
}

export const NO_RULES: readonly SamplingRuleSetting[] = Object.freeze([]);

/** A text that parses to the same rules. */
export function formatSamplingRules(rules: readonly SamplingRuleSetting[]): string {
  return rules.length === 0 ? 'none' : rules.map(({ text }) => text).join('; ');
}

/** Builds a rule and its text. */
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
