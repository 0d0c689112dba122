import { InvalidSetting } from './setting-parsers.ts';

/** The key of a rule's action; every other key is a condition. */
const ACTION = 'keep';

/**
 * Converts JSON rules to rule text: a list of texts, or of objects such as `{"route": "/api/*", "duration": 0.2, "user_agent~": "bot", "keep":
 * "target 1"}`. The text is then parsed and validated.
 */
export function rulesAsText(json: string, expected: string): string {
  let rules: unknown;
  try {
    rules = JSON.parse(json);
  } catch (error) {
    throw new InvalidSetting(`${expected}, or the same as JSON (${String(error)})`);
  }
  return (rules as readonly unknown[]).map((rule) => ruleText(rule, expected)).join('\n');
}

function ruleText(rule: unknown, expected: string): string {
  if (typeof rule === 'string') return rule.replaceAll('\n', ' ');
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule))
    throw new InvalidSetting(`${expected}; in JSON each rule is a text or an object`);
  const { [ACTION]: action = '', ...conditions } = rule as Readonly<Record<string, unknown>>;
  const words = Object.entries(conditions).map(([key, value]) => {
    const operator = key === 'duration' ? '>=' : key.endsWith('~') ? '' : '=';
    return `${key}${operator}${JSON.stringify(String(value))}`;
  });
  return `${words.length === 0 ? '*' : words.join(' ')}: ${String(action)}`;
}
