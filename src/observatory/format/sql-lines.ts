/** Shorter statements stay on one line. */
const MAX_ONE_LINE = 60;
const INDENT = '  ';
/** Strings and quoted names, comments, brackets, words and names of parameters, single characters. */
const TOKEN =
  /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`[^`]*`?|\[[^\]]*\]?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\s+|[@:$#]?[A-Za-z_]\w*|[\s\S]/g;
const CLAUSES = new Set(
  'FROM WHERE GROUP ORDER HAVING LIMIT UNION EXCEPT INTERSECT VALUES SET RETURNING WINDOW'.split(' '),
);
const JOINS = new Set('NATURAL LEFT RIGHT FULL INNER CROSS JOIN'.split(' '));
const CONDITIONS = new Set(['AND', 'OR']);

/** Positions where brackets around a subquery close; other brackets stay on one line. */
function longSelects(tokens: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  const open: { at: number; length: number; selects: boolean }[] = [];
  for (const [at, token] of tokens.entries()) {
    const word = token.toUpperCase();
    for (const each of open) each.length += token.length;
    const inner = open.at(-1);
    if (word === 'SELECT' && inner !== undefined) inner.selects = true;
    if (token === '(') open.push({ at, length: 0, selects: false });
    else if (token === ')') {
      const closed = open.pop();
      if (closed?.selects === true && closed.length > MAX_ONE_LINE) found.add(closed.at).add(at);
    }
  }
  return found;
}

/** Formats a statement with one line per clause; changes only white space outside strings and comments. */
export function sqlLines(text: string): string {
  const sql = text.trim();
  if (sql.length <= MAX_ONE_LINE || sql.includes('\n')) return sql;
  const tokens = sql.match(TOKEN) ?? [];
  const broken = longSelects(tokens);
  let depth = 0;
  /** Number of open brackets whose content stays on one line. */
  let flat = 0;
  let between = false;
  let joining = false;
  let line = '';
  const lines: string[] = [];
  const newLine = (indent: number): void => {
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = INDENT.repeat(indent);
  };
  for (const [at, token] of tokens.entries()) {
    if (/^\s+$/.test(token)) {
      if (line.trim() !== '') line += ' ';
      continue;
    }
    const word = token.toUpperCase();
    if (token === '(' && broken.has(at)) {
      line += token;
      newLine(++depth);
      continue;
    }
    if (token === ')' && broken.has(at)) newLine(--depth);
    else if (token === '(') flat++;
    else if (token === ')') flat = Math.max(0, flat - 1);
    else if (flat === 0) {
      if (JOINS.has(word)) {
        if (!joining) newLine(depth);
        joining = word !== 'JOIN';
      } else if (CLAUSES.has(word)) newLine(depth);
      // The main statement after WITH starts here.
      else if (word === 'SELECT' && line.trimEnd().endsWith(')')) newLine(depth);
      else if (CONDITIONS.has(word) && !between) newLine(depth + 1);
      if (word === 'BETWEEN') between = true;
      else if (word === 'AND') between = false;
    }
    line += token;
  }
  newLine(0);
  return lines.join('\n');
}
