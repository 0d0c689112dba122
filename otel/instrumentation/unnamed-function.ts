/** Longer lines are of code that a program has written. */
const MAX_LINE_CHARS = 1000;
const KEYWORDS: ReadonlySet<string> = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'return']);
/** A function, a class, a variable or a method that begins on a line. */
const DECLARATION =
  /^\s*(?:export )?(?:default )?(?:async )?(?:function\*? ([\w$]+)|(?:abstract )?class ([\w$]+)|(?:const|let|var) ([\w$]+)|(?:(?:static|readonly|private|public|override|async|get|set) )*([#\w$]+)\([^;]*\{\s*$)/;
const ASSIGNED = /([#\w$]+)\s*(?::[^=]*)?=\s*$/;
const PROPERTY = /([#\w$]+):\s*$/;
const ARGUMENT = /([\w$#][\w$.#]*)\((?:(["'`][^"'`]*["'`]), *)?(?:[^()]*, *)?$/;

/**
 * A function without a name is told by what it becomes or is handed to, else by what is around it: `callback of router.get('/posts/:slug')`,
 * `function in serverTiming`. Undefined if neither is known.
 *
 * @param firstLine Of the function, from 1.
 * @param column Of the function, from 0.
 */
export function nameOfUnnamed(
  lines: readonly string[],
  firstLine: number,
  column: number,
): string | undefined {
  const first = lines[firstLine - 1];
  if (first === undefined || first.length > MAX_LINE_CHARS) return undefined;
  const own = nameBefore(first.slice(0, column));
  if (own !== undefined) return own;
  let indent = indentOf(first);
  for (let index = firstLine - 2; index >= 0 && indent > 0; index--) {
    const line = lines[index] ?? '';
    if (line.trim() === '' || line.length > MAX_LINE_CHARS || indentOf(line) >= indent) continue;
    indent = indentOf(line);
    const around = DECLARATION.exec(line)?.slice(1).find(Boolean);
    if (around !== undefined && !KEYWORDS.has(around)) return `function in ${around}`;
    const taker = nameBefore(line);
    if (taker !== undefined) return taker;
  }
  return undefined;
}

function nameBefore(text: string): string | undefined {
  const before = text.replace(/(?:\basync\s*)?(?:\bfunction\*?\s*)?$/, '');
  const named = ASSIGNED.exec(before) ?? PROPERTY.exec(before);
  if (named !== null) return named[1];
  const [, taker, word] = ARGUMENT.exec(before) ?? [];
  return taker === undefined || KEYWORDS.has(taker) ? undefined : `callback of ${taker}(${word ?? ''})`;
}

export const indentOf = (text: string): number => text.search(/\S/);
