/** A text in which `*` matches any text, the empty one included. */
export interface TextPattern {
  readonly text: string;
  /** True if the value only has to contain it, in any case. */
  readonly isPart: boolean;
}

/** Replaces the `*` of one pattern when it is compared with another; no pattern contains it. */
const ANY_TEXT = '\0';

/** Returns true for values that match the pattern. */
export function matcherOf({ text, isPart }: TextPattern): (value: string) => boolean {
  if (!isPart) return globMatcher(text);
  const matches = globMatcher(`*${text.toLowerCase()}*`);
  return (value) => matches(value.toLowerCase());
}

/** Returns true if every value that `inner` matches also matches `outer`. */
export function covers(outer: TextPattern, inner: TextPattern): boolean {
  const hasCase = outer.text.toLowerCase() !== outer.text.toUpperCase();
  if (inner.isPart && !outer.isPart && hasCase) return false;
  return matcherOf(outer)(globOf(inner).replaceAll('*', ANY_TEXT));
}

/** Returns false if no value matches both; ignores case. */
export function overlap(left: TextPattern, right: TextPattern): boolean {
  const a = globOf(left).toLowerCase();
  const b = globOf(right).toLowerCase();
  // From the ends: whether the rest of `a` and the rest of `b` match a common text.
  let below: boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = [];
    for (let j = b.length; j >= 0; j--) {
      if (i === a.length && j === b.length) row[j] = true;
      else if (a[i] === '*' || b[j] === '*')
        row[j] = (i < a.length && below[j] === true) || (j < b.length && row[j + 1] === true);
      else row[j] = i < a.length && a[i] === b[j] && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

function globOf({ text, isPart }: TextPattern): string {
  return isPart ? `*${text}*` : text;
}

/** In linear time: the parts between the stars, one after the other. */
function globMatcher(glob: string): (value: string) => boolean {
  const [first = '', ...rest] = glob.split('*');
  const last = rest.pop();
  if (last === undefined) return (value) => value === glob;
  const middle = rest.filter((part) => part !== '');
  return (value) => {
    const end = value.length - last.length;
    if (end < first.length || !value.startsWith(first) || !value.endsWith(last)) return false;
    let from = first.length;
    for (const part of middle) {
      const at = value.indexOf(part, from);
      if (at < 0 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}
