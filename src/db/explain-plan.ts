import type { Database } from 'better-sqlite3';

/** What has a plan. */
const PLANNED = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\b/i;
/** Where a question mark or a colon is no parameter. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
const PARAMETER = /\?(\d*)|[:@$]([A-Za-z_][\w$]*)/g;

interface Step {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/**
 * `EXPLAIN QUERY PLAN` of one parameterised statement, one line a step, indented by depth; parameters are bound to NULL, and nothing
 * is run. Throws a RangeError for what has no plan, and SQLite's own error for what it cannot read.
 */
export function explainPlan(database: Database, statementText: string): readonly string[] {
  if (!PLANNED.test(statementText))
    throw new RangeError('only SELECT, INSERT, UPDATE, DELETE, REPLACE and WITH have a plan');
  if (statementText.endsWith('…'))
    throw new RangeError('the text of this statement was too long to be kept whole, so it cannot be planned');
  // better-sqlite3 refuses more than one statement, and EXPLAIN holds for the whole of one.
  const plan = database.prepare<unknown[], Step>(`EXPLAIN QUERY PLAN ${statementText}`);
  const depths = new Map<number, number>([[0, 0]]);
  return plan.all(...nulls(statementText)).map(({ id, parent, detail }) => {
    const depth = depths.get(parent) ?? 0;
    depths.set(id, depth + 1);
    return `${'  '.repeat(depth)}${detail}`;
  });
}

/** A NULL for every parameter, as better-sqlite3 takes them. */
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
