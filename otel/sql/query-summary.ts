import { isMeaningful, type SqlToken, sqlTokens, upperWord as upper } from './sql-tokens.ts';
import { identifier, tableExpressions } from './table-expressions.ts';
import { MAX_SOURCE_LENGTH } from './query-text.ts';

/** Maximum length of `db.query.summary` in characters, per the semantic conventions. */
export const MAX_SUMMARY_LENGTH = 255;
/** Summary of a text without a known operation. */
export const UNKNOWN_SUMMARY = 'unknown';

/** Statements of one or two words whose operands do not matter, or follow directly. */
const PLAIN = new Set([
  'BEGIN',
  'COMMIT',
  'END',
  'ROLLBACK',
  'SAVEPOINT',
  'RELEASE',
  'VACUUM',
  'ANALYZE',
  'REINDEX',
  'ATTACH',
  'DETACH',
]);
const SCHEMA = new Set(['CREATE', 'DROP', 'ALTER']);
const SCHEMA_OBJECTS = new Set(['TABLE', 'INDEX', 'VIEW', 'TRIGGER']);
const SCHEMA_NOISE = new Set(['TEMP', 'TEMPORARY', 'UNIQUE', 'VIRTUAL', 'IF', 'NOT', 'EXISTS']);
/** Words that end a list of tables. */
const AFTER_TABLES = new Set([
  'WHERE',
  'GROUP',
  'ORDER',
  'HAVING',
  'LIMIT',
  'WINDOW',
  'UNION',
  'EXCEPT',
  'INTERSECT',
  'SET',
  'VALUES',
  'RETURNING',
  'DEFAULT',
  'ON',
  'USING',
  'SELECT',
  'WITH',
]);

/**
 * `db.query.summary`: operations and their tables in order of appearance, such as `SELECT posts post_tags`; several statements are joined by `; `.
 * Contains no literals, and the name of a common table expression only if that is all that is read. At most 255 characters; a text without a known operation is `unknown`.
 */
export function querySummary(source: string): string {
  const summaries: string[] = [];
  for (const statement of statementsOf(source.slice(0, MAX_SOURCE_LENGTH))) {
    const summary = summaryOf(statement);
    if (summary !== summaries.at(-1)) summaries.push(summary);
  }
  return cut(summaries.join('; ') || UNKNOWN_SUMMARY);
}

/** Splits at semicolons, except inside the body of a trigger. */
function statementsOf(source: string): readonly (readonly SqlToken[])[] {
  const statements: SqlToken[][] = [];
  let current: SqlToken[] = [];
  for (const token of sqlTokens(source)) {
    if (!isMeaningful(token)) continue;
    if (token.text === ';' && !isOpenTrigger(current)) {
      if (current.length > 0) statements.push(current);
      current = [];
    } else {
      current.push(token);
    }
  }
  if (current.length > 0) statements.push(current);
  return statements;
}

function isOpenTrigger(tokens: readonly SqlToken[]): boolean {
  if (upper(tokens[0]) !== 'CREATE' || upper(tokens.at(-1)) === 'END') return false;
  return (
    tokens.slice(1, 3).some((token) => upper(token) === 'TRIGGER') &&
    tokens.some((token) => upper(token) === 'BEGIN')
  );
}

function summaryOf(tokens: readonly SqlToken[]): string {
  const first = upper(tokens[0]);
  if (first === 'EXPLAIN') {
    const explained = upper(tokens[1]) === 'QUERY' ? tokens.slice(3) : tokens.slice(1);
    return explained.length === 0 ? 'EXPLAIN' : `EXPLAIN ${summaryOf(explained)}`;
  }
  if (first === 'PRAGMA') return ['PRAGMA', nameAt(tokens, 1)?.name].filter(Boolean).join(' ');
  if (SCHEMA.has(first)) return schemaSummary(first, tokens);
  if (PLAIN.has(first)) return first;
  return dataSummary(tokens);
}

function schemaSummary(verb: string, tokens: readonly SqlToken[]): string {
  const parts = [verb];
  for (let i = 1; i < tokens.length; i++) {
    const word = upper(tokens[i]);
    if (SCHEMA_NOISE.has(word)) continue;
    if (parts.length === 1 && SCHEMA_OBJECTS.has(word)) {
      parts.push(word);
      continue;
    }
    const name = parts.length === 2 ? nameAt(tokens, i)?.name : undefined;
    if (name !== undefined) parts.push(name);
    break;
  }
  return parts.join(' ');
}

interface Operation {
  readonly verb: string;
  readonly targets: string[];
  /** Common table expressions that it reads. */
  readonly expressions: string[];
  /** True in the body of a common table expression. */
  readonly isInBody: boolean;
}

/** What is open at a depth of brackets. */
interface Level {
  /** True if a name here is a table. */
  expectsTable: boolean;
  /** True if a comma leads to one. */
  inTables: boolean;
  operation: Operation | undefined;
  /** True if the operation began at this depth: FROM leads to a table; in `extract(year FROM written)`, it does not. */
  hasVerb: boolean;
  readonly isInBody: boolean;
}

/** Summary of SELECT, INSERT, REPLACE, UPDATE, DELETE and VALUES, with or without WITH. */
function dataSummary(tokens: readonly SqlToken[]): string {
  const { names, bodies } = tableExpressions(tokens);
  const operations: Operation[] = [];
  const levels: Level[] = [
    { expectsTable: false, inTables: false, operation: undefined, hasVerb: false, isInBody: false },
  ];

  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const level = levels.at(-1)!;
    if (token.text === '(') {
      levels.push({
        expectsTable: level.expectsTable,
        inTables: level.expectsTable,
        operation: level.operation,
        hasVerb: false,
        isInBody: level.isInBody || bodies.has(i),
      });
      level.expectsTable = false;
      continue;
    }
    if (token.text === ')') {
      if (levels.length > 1) levels.pop();
      continue;
    }
    if (token.text === ',') {
      level.expectsTable = level.inTables;
      continue;
    }
    const word = upper(token);
    if (isVerb(word, tokens, i) || isMainValues(word, tokens, level)) {
      level.operation = { verb: word, targets: [], expressions: [], isInBody: level.isInBody };
      level.hasVerb = true;
      operations.push(level.operation);
      level.inTables = false;
      level.expectsTable = word === 'UPDATE';
    } else if (isTableKeyword(word, tokens, i) && (level.hasVerb || word !== 'FROM')) {
      level.expectsTable = true;
      level.inTables = word === 'FROM' || word === 'JOIN';
    } else if (AFTER_TABLES.has(word)) {
      level.expectsTable = false;
      if (word !== 'ON' && word !== 'USING') level.inTables = false;
    } else if (level.expectsTable && !(word === 'OR' || isConflictWord(word, tokens, i))) {
      const found = nameAt(tokens, i);
      if (found === undefined) continue;
      level.expectsTable = false;
      addTarget(level.operation, found.name, names);
      i = found.last;
    }
  }
  return folded(told(operations)).map(wordsOf).join(' ') || UNKNOWN_SUMMARY;
}

/**
 * The operations to name. Those in the body of a common table expression are, if they have a table; then what reads the expression says nothing
 * new. If none has one, as in a row of numbers, the expression itself is the source.
 */
function told(operations: readonly Operation[]): readonly Operation[] {
  const readsTable = operations.some(({ isInBody, targets }) => isInBody && targets.length > 0);
  const named = operations.filter(
    ({ targets, expressions, isInBody }) =>
      targets.length > 0 || (!isInBody && (expressions.length === 0 || !readsTable)),
  );
  return named.length > 0 ? named : operations;
}

/**
 * Merges consecutive operations of one verb: a query with three subqueries reads `SELECT posts tags`, not `SELECT SELECT posts SELECT SELECT tags`.
 */
function folded(operations: readonly Operation[]): Operation[] {
  const result: Operation[] = [];
  for (const operation of operations) {
    const last = result.at(-1);
    if (last?.verb !== operation.verb) {
      const { targets, expressions } = operation;
      result.push({ ...operation, targets: [...targets], expressions: [...expressions] });
    } else {
      addNew(last.targets, operation.targets);
      addNew(last.expressions, operation.expressions);
    }
  }
  return result;
}

function addTarget(operation: Operation | undefined, name: string, expressions: ReadonlySet<string>): void {
  if (operation === undefined) return;
  const isExpression = expressions.has(name.toLowerCase());
  addNew(isExpression ? operation.expressions : operation.targets, [name]);
}

function addNew(names: string[], more: readonly string[]): void {
  names.push(...more.filter((name) => !names.includes(name)));
}

function wordsOf({ verb, targets, expressions }: Operation): string {
  return [verb, ...(targets.length > 0 ? targets : expressions)].join(' ');
}

/** True for `WITH … VALUES (…)`. */
function isMainValues(
  word: string,
  tokens: readonly SqlToken[],
  { operation, isInBody }: Pick<Level, 'operation' | 'isInBody'>,
): boolean {
  return word === 'VALUES' && operation === undefined && !isInBody && upper(tokens[0]) === 'WITH';
}

/** Returns true for a verb: not `DO UPDATE` of an upsert, not `FOR UPDATE` of a lock, not the function `replace(...)`, not VALUES after INSERT. */
function isVerb(word: string, tokens: readonly SqlToken[], i: number): boolean {
  switch (word) {
    case 'SELECT':
    case 'DELETE':
    case 'INSERT':
      return upper(tokens[i - 1]) !== '.';
    case 'UPDATE':
      return !['DO', 'FOR', 'KEY'].includes(upper(tokens[i - 1]));
    case 'REPLACE':
      return tokens[i + 1]?.text !== '(' && upper(tokens[i - 1]) !== 'OR';
    case 'VALUES':
      return i === 0;
    default:
      return false;
  }
}

/** INTO, FROM and JOIN lead to a table; `IS DISTINCT FROM` does not. */
function isTableKeyword(word: string, tokens: readonly SqlToken[], i: number): boolean {
  if (word === 'FROM') return upper(tokens[i - 1]) !== 'DISTINCT';
  return word === 'INTO' || word === 'JOIN';
}

/** The word after OR in `UPDATE OR IGNORE posts`. */
function isConflictWord(word: string, tokens: readonly SqlToken[], i: number): boolean {
  return upper(tokens[i - 1]) === 'OR' && ['ROLLBACK', 'ABORT', 'REPLACE', 'FAIL', 'IGNORE'].includes(word);
}

/** `name` or `schema.name` at a position, with the index of its last token; undefined without an identifier. */
function nameAt(
  tokens: readonly SqlToken[],
  i: number,
): { readonly name: string; readonly last: number } | undefined {
  const first = identifier(tokens[i]);
  if (first === undefined) return undefined;
  const second = tokens[i + 1]?.text === '.' ? identifier(tokens[i + 2]) : undefined;
  return second === undefined ? { name: first, last: i } : { name: `${first}.${second}`, last: i + 2 };
}

/** Cuts at the last whole word that fits. */
function cut(summary: string): string {
  if (summary.length <= MAX_SUMMARY_LENGTH) return summary;
  const end = summary.lastIndexOf(' ', MAX_SUMMARY_LENGTH);
  return summary.slice(0, end > 0 ? end : MAX_SUMMARY_LENGTH);
}
