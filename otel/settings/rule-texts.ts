import { InvalidSetting } from './setting-parsers.ts';

/** A quoted value may contain spaces, `;` and quotes, as in JSON. */
export const QUOTED_TEXT = /"(?:[^"\\]|\\.)*"/;
const PART = new RegExp(`${QUOTED_TEXT.source}|[^";\\n]|"`, 'g');

/** The texts of a setting with several rules: split at `;` and line ends outside quotes. */
export function splitRules(text: string): readonly string[] {
  const rules = [''];
  let end = 0;
  for (const { 0: part, index } of text.matchAll(PART)) {
    if (index > end) rules.push('');
    rules[rules.length - 1] += part;
    end = index + part.length;
  }
  return rules.map((rule) => rule.trim()).filter((rule) => rule !== '');
}

const MAX_SHOWN = 60;

/** A rule in a message. */
export function shownRule(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** What is wrong with one rule; `readRules` says which. */
export class RuleProblem extends Error {
  override readonly name = 'RuleProblem';
}

/**
 * Reads each text by `read`, which may throw a RuleProblem. Throws one InvalidSetting that names every problem, a wrong number and repetitions included.
 * @param form What is right. @param noun What one is called: `rule`.
 */
export function readRules<Rule extends { readonly text: string }>(
  texts: readonly string[],
  { form, noun, max }: { readonly form: string; readonly noun: string; readonly max: number },
  read: (text: string) => Rule,
): readonly Rule[] {
  if (texts.length === 0 || texts.length > max)
    throw new InvalidSetting(`${form}; from 1 to ${max} ${noun}s, got ${texts.length}`);
  const problems: string[] = [];
  const rules = texts.flatMap((text, index) => {
    try {
      return [read(text)];
    } catch (error) {
      if (!(error instanceof RuleProblem)) throw error;
      problems.push(`${noun} ${index + 1} (${shownRule(text)}): ${error.message}`);
      return [];
    }
  });
  const twice = rules.find((rule, index) => rules.findIndex((other) => other.text === rule.text) < index);
  if (twice !== undefined) problems.push(`the ${noun} ${twice.text} is there twice`);
  if (problems.length > 0) throw new InvalidSetting(`${form}; ${problems.join('; ')}`);
  return Object.freeze(rules);
}
