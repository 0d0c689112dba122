import { isMeaningful, type SqlToken, sqlTokens } from './sql-tokens.ts';
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
]);

/**
 * `db.query.summary`: operations and their tables in order of appearance, such as `SELECT posts post_tags`; several statements are joined by `; `.
 * Contains no literals and no names of common table expressions. At most 255 characters; a text without a known operation is `unknown`.
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
  /** True if it reads only common table expressions. */
  usedExpressions: boolean;
}

/** Summary of SELECT, INSERT, REPLACE, UPDATE, DELETE and VALUES, with or without WITH. */
function dataSummary(tokens: readonly SqlToken[]): string {
  const expressions = new Set(commonTableExpressions(tokens));
  const operations: Operation[] = [];
  /** By bracket depth: whether a name here is a table, and whether a comma leads to one. */
  const levels: { expectsTable: boolean; inTables: boolean; operation: Operation | undefined }[] = [
    { expectsTable: false, inTables: false, operation: undefined },
  ];

  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const level = levels.at(-1)!;
    if (token.text === '(') {
      levels.push({
        expectsTable: level.expectsTable,
        inTables: level.expectsTable,
        operation: level.operation,
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
    if (isVerb(word, tokens, i)) {
      level.operation = { verb: word, targets: [], usedExpressions: false };
      operations.push(level.operation);
      level.inTables = false;
      level.expectsTable = word === 'UPDATE';
    } else if (isTableKeyword(word, tokens, i)) {
      level.expectsTable = true;
      level.inTables = word === 'FROM' || word === 'JOIN';
    } else if (AFTER_TABLES.has(word)) {
      level.expectsTable = false;
      if (word !== 'ON' && word !== 'USING') level.inTables = false;
    } else if (level.expectsTable && !(word === 'OR' || isConflictWord(word, tokens, i))) {
      const found = nameAt(tokens, i);
      if (found === undefined) continue;
      level.expectsTable = false;
      addTarget(level.operation, found.name, expressions);
      i = found.last;
    }
  }
  const told = operations.filter((operation) => operation.targets.length > 0 || !operation.usedExpressions);
  return folded(told).map(wordsOf).join(' ') || UNKNOWN_SUMMARY;
}

/**
 * Merges consecutive operations of one verb: a query with three subqueries reads `SELECT posts tags`, not `SELECT SELECT posts SELECT SELECT tags`.
 */
function folded(operations: readonly Operation[]): Operation[] {
  const result: Operation[] = [];
  for (const operation of operations) {
    const last = result.at(-1);
    if (last?.verb !== operation.verb) result.push({ ...operation, targets: [...operation.targets] });
    else last.targets.push(...operation.targets.filter((target) => !last.targets.includes(target)));
  }
  return result;
}

function addTarget(operation: Operation | undefined, name: string, expressions: ReadonlySet<string>): void {
  if (operation === undefined) return;
  if (expressions.has(name.toLowerCase())) operation.usedExpressions = true;
  else if (!operation.targets.includes(name)) operation.targets.push(name);
}

function wordsOf({ verb, targets }: Operation): string {
  return [verb, ...targets].join(' ');
}

/** Returns true for a verb: not `DO UPDATE` of an upsert, not the function `replace(...)`, not VALUES after INSERT. */
function isVerb(word: string, tokens: readonly SqlToken[], i: number): boolean {
  switch (word) {
    case 'SELECT':
    case 'DELETE':
    case 'INSERT':
      return upper(tokens[i - 1]) !== '.';
    case 'UPDATE':
      return upper(tokens[i - 1]) !== 'DO';
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

/** Names defined by `WITH name (…) AS (`, lower case. */
function commonTableExpressions(tokens: readonly SqlToken[]): string[] {
  const names: string[] = [];
  if (!tokens.some((token) => upper(token) === 'WITH')) return names;
  for (let i = 0; i < tokens.length; i++) {
    if (upper(tokens[i]) !== 'AS') continue;
    const body = ['NOT', 'MATERIALIZED'].includes(upper(tokens[i + 1]))
      ? tokens.slice(i + 1, i + 4).find((token) => token.text === '(')
      : tokens[i + 1];
    if (body?.text !== '(') continue;
    let before = i - 1;
    if (tokens[before]?.text === ')') {
      while (before > 0 && tokens[before]?.text !== '(') before--;
      before--;
    }
    const name = nameAt(tokens, before)?.name;
    if (name !== undefined) names.push(name.toLowerCase());
  }
  return names;
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

function identifier(token: SqlToken | undefined): string | undefined {
  if (token?.kind === 'word') return token.text;
  if (token?.kind !== 'quoted') return undefined;
  const bare = token.text.slice(1, -1);
  return /^[\p{L}\p{N}_$]+$/u.test(bare) ? bare : token.text;
}

function upper(token: SqlToken | undefined): string {
  return token === undefined || token.kind === 'quoted' || token.kind === 'string'
    ? ''
    : token.text.toUpperCase();
}

/** Cuts at the last whole word that fits. */
function cut(summary: string): string {
  if (summary.length <= MAX_SUMMARY_LENGTH) return summary;
  const end = summary.lastIndexOf(' ', MAX_SUMMARY_LENGTH);
  return summary.slice(0, end > 0 ? end : MAX_SUMMARY_LENGTH);
}
