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
