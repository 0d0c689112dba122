import { InvalidSetting } from './setting-parsers.ts';

/** What a rule of JSON does; all else in it is a condition. */
const ACTION = 'keep';

/**
 * The text of rules in JSON: a list of texts, or of objects as `{"route": "/api/*", "duration": 0.2, "user_agent~": "bot", "keep": "target 1"}`.
 * What they say is read, and found wrong, as text.
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
