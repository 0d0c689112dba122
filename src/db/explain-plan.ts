import type { Database } from 'better-sqlite3';

/** Statements that have a plan. */
const PLANNED = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\b/i;
/** Strings, names and comments, in which a question mark or colon is not a parameter. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
const PARAMETER = /\?(\d*)|[:@$]([A-Za-z_][\w$]*)/g;

interface Step {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/**
 * `EXPLAIN QUERY PLAN` of a parameterised statement, one line per step, indented by depth. Parameters are bound to NULL, and the statement
 * is not run. Throws RangeError for statements without a plan, and SQLite's error for invalid ones.
 */
export function explainPlan(database: Database, statementText: string): readonly string[] {
  if (!PLANNED.test(statementText))
    throw new RangeError('only SELECT, INSERT, UPDATE, DELETE, REPLACE and WITH have a plan');
  if (statementText.endsWith('…'))
    throw new RangeError('the text of this statement was truncated, so it has no plan');
  // better-sqlite3 refuses more than one statement, so EXPLAIN covers all of the text.
  const plan = database.prepare<unknown[], Step>(`EXPLAIN QUERY PLAN ${statementText}`);
  const depths = new Map<number, number>([[0, 0]]);
  return plan.all(...nulls(statementText)).map(({ id, parent, detail }) => {
    const depth = depths.get(parent) ?? 0;
    depths.set(id, depth + 1);
    return `${'  '.repeat(depth)}${detail}`;
  });
}

/** NULL for every parameter, in better-sqlite3's format. */
function nulls(statementText: string): unknown[] {
  const named: Record<string, null> = {};
  const unnamed: null[] = [];
  for (const [, number, name] of statementText.replaceAll(QUOTED, ' ').matchAll(PARAMETER)) {
    if (name !== undefined) named[name] = null;
    else if (number === undefined || number === '') unnamed.push(null);
    else named[number] = null;
  }
  return Object.keys(named).length === 0 ? unnamed : [...unnamed, named];
}
