import { currentAttributeName } from '../base/renamed-attributes.ts';
import { OPERATION_TYPES } from '../base/operation-types.ts';
import { nearestName } from './nearest-name.ts';
import { QUOTED_TEXT, shownRule, splitRules } from './rule-texts.ts';
import { rulesAsText } from './rules-as-json.ts';
import { decimal, InvalidSetting } from './setting-parsers.ts';
import { neverMatches } from './unreachable-rules.ts';
import {
  NO_RULES,
  type RuleAction,
  type RuleCondition,
  samplingRule,
  type SamplingRuleSetting,
} from './sampling-rule.ts';
import type { TextPattern } from './text-pattern.ts';

/** All may be evaluated for an operation; 100 of 256 characters are 25 KB. */
const MAX_RULES = 100;
const MAX_RULE_LENGTH = 256;
export const MAX_TARGET = 1_000_000;
/** One in 100 seconds: at a lower target a kind of operation would be invisible for minutes. */
export const MIN_TARGET = 0.01;
const MAX_SECONDS = 86_400;

const FORM =
  'rules such as `route=/api/* type=http: 0.01; status=5xx: always`, one per line or with `;` between them, or none';
const ACTIONS = `a rate from 0 to 1, target and traces per second from ${MIN_TARGET} to ${MAX_TARGET}, always or never`;
const KEYS = ['route', 'status', 'type', 'duration', 'user_agent', 'header', 'attribute'] as const;
const CONDITION = new RegExp(
  `\\s*(?<key>[A-Za-z_]+)(?:\\.(?<name>[^\\s=~>"]+))?\\s*(?<operator>>=|=|~)\\s*(?<value>${QUOTED_TEXT.source}|[^\\s"]+)(?=\\s|$)`,
  'y',
);

/** Parses rules, as text or JSON, and reports every problem, rules that can never match included. */
export function parseSamplingRules(text: string): readonly SamplingRuleSetting[] {
  if (text.trim() === 'none') return NO_RULES;
  const texts = splitRules(text.trim().startsWith('[') ? rulesAsText(text, FORM) : text);
  if (texts.length > MAX_RULES) throw new InvalidSetting(`at most ${MAX_RULES} rules, got ${texts.length}`);
  const problems: string[] = [];
  const rules = texts.map((ruleText, i) => {
    return readRule(ruleText, (problem) => {
      problems.push(`rule ${i + 1} (${shownRule(ruleText)}): ${problem}`);
      return undefined;
    });
  });
  for (const { number, why } of neverMatches(rules))
    problems.push(`rule ${number} (${shownRule(texts[number - 1]!)}) can never match: ${why}`);
  if (problems.length > 0) throw new InvalidSetting(`${FORM}; ${problems.join('; ')}`);
  return Object.freeze(rules.filter((rule) => rule !== undefined));
}

type Report = (problem: string) => undefined;

/** Returns undefined for an invalid rule, after reporting every problem. */
function readRule(text: string, report: Report): SamplingRuleSetting | undefined {
  if (text.length > MAX_RULE_LENGTH) return report(`a rule has at most ${MAX_RULE_LENGTH} characters`);
  // The action has no colon; routes do.
  const colon = text.lastIndexOf(':');
  const isInQuotes = colon >= 0 && text.slice(colon).includes('"');
  if (colon < 0 || isInQuotes) return report(`it has no action: write \`conditions: ${ACTIONS}\``);
  const action = readAction(text.slice(colon + 1).trim(), report);
  const conditions = readConditions(text.slice(0, colon).trim(), report);
  if (action === undefined || conditions === undefined) return undefined;
  return samplingRule(conditions, action);
}

function readAction(text: string, report: Report): RuleAction | undefined {
  const word = text.toLowerCase();
  if (word === 'always' || word === 'never') return word;
  const [, target] = /^target\s+(\S+)$/.exec(word) ?? [];
  const value = decimal(target ?? word);
  if (value !== undefined && target !== undefined && value >= MIN_TARGET && value <= MAX_TARGET)
    return Object.freeze({ target: value });
  if (value !== undefined && target === undefined && value >= 0 && value <= 1)
    return Object.freeze({ rate: value });
  const nearest = nearestName(word, ['always', 'never', 'target']);
  const hint = nearest === undefined || target !== undefined ? '' : `, did you mean ${nearest}?`;
  return report(`after its last colon it needs ${ACTIONS}, got ${JSON.stringify(text)}${hint}`);
}

function readConditions(text: string, report: Report): readonly RuleCondition[] | undefined {
  if (text === '*') return [];
  if (text === '') return report('it has no condition; `*` matches every operation');
  const conditions: (RuleCondition | undefined)[] = [];
  CONDITION.lastIndex = 0;
  for (let at = 0; at < text.length; at = CONDITION.lastIndex) {
    const { groups } = CONDITION.exec(text) ?? {};
    if (groups === undefined)
      return report(`${JSON.stringify(text.slice(at).trim())} is not a condition; write \`key=value\``);
    conditions.push(readCondition(groups, report));
  }
  return conditions.every((condition) => condition !== undefined) ? conditions : undefined;
}

/** `groups`: of `CONDITION`. */
function readCondition(
  groups: Readonly<Record<string, string | undefined>>,
  report: Report,
): RuleCondition | undefined {
  const { key: written = '', name, operator = '', value: quoted = '' } = groups;
  const key = KEYS.find((known) => known === written.toLowerCase());
  if (key === undefined) {
    const nearest = nearestName(written, KEYS);
    const hint = nearest === undefined ? `the conditions are ${KEYS.join(', ')}` : `did you mean ${nearest}?`;
    return report(`unknown condition ${JSON.stringify(written)}; ${hint}`);
  }
  const takesName = key === 'header' || key === 'attribute';
  if (takesName !== (name !== undefined))
    return report(takesName ? `${key} needs a name: ${key}.NAME` : `${key} takes no name`);
  const operators = OPERATORS[key];
  if (!operators.includes(operator)) return report(`${key} takes ${operators.join(' or ')}`);
  const value = unquoted(quoted);
  if (value === undefined) return report(`${quoted} is not a valid quoted text`);
  return conditionOf(key, name ?? '', { text: value, isPart: operator === '~' }, report);
}

const TEXT_OPERATORS: readonly string[] = ['=', '~'];
const OPERATORS: Readonly<Record<(typeof KEYS)[number], readonly string[]>> = {
  route: TEXT_OPERATORS,
  status: ['='],
  type: ['='],
  duration: ['>='],
  user_agent: TEXT_OPERATORS,
  header: TEXT_OPERATORS,
  attribute: TEXT_OPERATORS,
};

function conditionOf(
  key: (typeof KEYS)[number],
  name: string,
  pattern: TextPattern,
  report: Report,
): RuleCondition | undefined {
  const { text } = pattern;
  switch (key) {
    case 'status':
      return /^[1-5](?:\d\d|xx)$/i.test(text)
        ? { key, status: /x/i.test(text) ? Number(text[0]) : Number(text) }
        : report(`a status is a code such as 404 or a class such as 4xx, got ${JSON.stringify(text)}`);
    case 'type': {
      const type = OPERATION_TYPES.find((known) => known === text.toLowerCase());
      if (type !== undefined) return { key, type };
      const nearest = nearestName(text, OPERATION_TYPES);
      const hint =
        nearest === undefined ? `the types are ${OPERATION_TYPES.join(', ')}` : `did you mean ${nearest}?`;
      return report(`unknown type ${JSON.stringify(text)}; ${hint}`);
    }
    case 'duration': {
      const seconds = decimal(text);
      const isFit = seconds !== undefined && seconds >= 0 && seconds <= MAX_SECONDS;
      return isFit
        ? { key, seconds }
        : report(`a duration is seconds from 0 to ${MAX_SECONDS}, got ${JSON.stringify(text)}`);
    }
    case 'header':
      return { key, name: name.toLowerCase(), pattern };
    case 'attribute':
      return { key, name: currentAttributeName(name), pattern };
    default:
      return { key, pattern };
  }
}

/** Undefined for invalid JSON text and for control characters. */
function unquoted(written: string): string | undefined {
  try {
    const value: unknown = written.startsWith('"') ? JSON.parse(written) : written;
    // eslint-disable-next-line no-control-regex
    return typeof value === 'string' && !/[\0-\x1f]/.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
