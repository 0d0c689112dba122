import { LOG_LEVELS, type LogLevel, type LogTerm } from '../../../otel/query.ts';
import { quoted, type QueryOperator, type QueryToken } from './query-tokens.ts';
import { isEqual, traceIdIn } from './term-values.ts';
import { asWord, readQuery, shown, without, type WrittenQuery } from './written-query.ts';

/** A query over stored log lines. */
export type LogQuery = WrittenQuery<LogTerm>;

/** Names of other loggers. */
const LEVEL_NAMES: Readonly<Record<string, LogLevel>> = { warning: 'warn', err: 'error', critical: 'fatal' };
const LEVEL_EXAMPLES = `level:warn, level:>=warn or level:warn,error; levels are ${LOG_LEVELS.join(', ')}`;
/** A shorter beginning would be that of too many words. */
const MIN_BEGINNING = 3;
const LETTERS = /[\p{L}\p{N}]/gu;
/** A pattern of many pieces is found by the first few. */
const MAX_PIECES = 4;

/**
 * Parses a query over log lines: terms separated by white space, all of which must hold; `-` before a term negates it.
 *
 *     term  = ["-"] ( "level" operator level {"," level} | "trace:" id | "process:" pid | id | word | word "*" | phrase )
 *
 * Whatever else has a colon is text, as messages often have one.
 */
export function parseLogQuery(written: string): LogQuery {
  return readQuery(written, termOf);
}

function termOf(token: QueryToken): LogTerm | string | undefined {
  const { key, value, isQuoted } = token;
  if (key === 'level') return levelOf(token);
  if (key === 'process' || key === 'pid' || key === 'process.pid') return processOf(token);
  if (key === 'trace' || key === 'traceparent' || key === 'id') return traceOf(token);
  if (key === undefined && (value === '' || value === '-')) return undefined;
  const word = key === undefined ? token : asWord(token);
  const traceId = isQuoted ? undefined : traceIdIn(word.value);
  return traceId === undefined ? textOf(word) : negatedIf(word, { field: 'trace', traceId });
}

function levelOf(token: QueryToken): LogTerm | string {
  const named = token.value.split(',').map((name) => levelNamed(name));
  const known = named.filter((level) => level !== undefined);
  const [level] = known;
  if (level === undefined || known.length < named.length || (known.length > 1 && !isEqual(token.operator)))
    return `${shown(token)} was not understood: write ${LEVEL_EXAMPLES}.`;
  const levels = known.length > 1 ? known : levelsFrom(level, token.operator);
  return negatedIf(token, { field: 'level', levels });
}

function levelNamed(name: string): LogLevel | undefined {
  const lower = name.toLowerCase();
  return LOG_LEVELS.find((level) => level === lower) ?? LEVEL_NAMES[lower];
}

function levelsFrom(level: LogLevel, operator: QueryOperator | undefined): readonly LogLevel[] {
  const at = LOG_LEVELS.indexOf(level);
  switch (operator) {
    case '>':
      return LOG_LEVELS.slice(at + 1);
    case '>=':
      return LOG_LEVELS.slice(at);
    case '<':
      return LOG_LEVELS.slice(0, at);
    case '<=':
      return LOG_LEVELS.slice(0, at + 1);
    default:
      return [level];
  }
}

function traceOf(token: QueryToken): LogTerm | string | undefined {
  // The name of a pasted header, which its id follows.
  if (token.value === '') return undefined;
  const traceId = traceIdIn(token.value);
  return traceId === undefined || !isEqual(token.operator)
    ? `${shown(token)} was not understood: write trace:4bf92f3577b34da6a3ce929d0e0e4736, or paste the address of the trace.`
    : negatedIf(token, { field: 'trace', traceId });
}

function processOf(token: QueryToken): LogTerm | string {
  return /^\d{1,10}$/.test(token.value) && isEqual(token.operator)
    ? negatedIf(token, { field: 'process', pid: Number(token.value) })
    : `${shown(token)} was not understood: write process:1234, the id of a process.`;
}

function textOf(token: QueryToken): LogTerm | string {
  const { value } = token;
  const begins = !token.isQuoted && value.endsWith('*');
  const letters = value.match(LETTERS)?.length ?? 0;
  if (letters === 0) return `${shown(token)} has no letter and no digit to search for.`;
  if (begins && letters < MIN_BEGINNING)
    return `${shown(token)} is too short: a beginning has at least ${MIN_BEGINNING} letters or digits.`;
  return negatedIf(token, { field: 'text', text: value, ...(begins && { begins }) });
}

/** `!=` negates, too. */
function negatedIf({ isNegated, operator }: QueryToken, term: LogTerm): LogTerm {
  return isNegated === (operator === '!=') ? term : { ...term, negated: true };
}

/** The query with one level in place of those it has; without any, if that is the one. */
export function withLevel({ text, terms }: LogQuery, level: LogLevel): string {
  const levels = terms.filter(({ term }) => term.field === 'level');
  const rest = without(text, levels);
  return isOnlyLevel({ terms }, level) ? rest : [rest, `level:${level}`].filter(Boolean).join(' ');
}

export function isOnlyLevel({ terms }: Pick<LogQuery, 'terms'>, level: LogLevel): boolean {
  const levels = terms.flatMap(({ term }) =>
    term.field === 'level' && term.negated !== true ? term.levels : [],
  );
  return levels.length === 1 && levels[0] === level;
}

/** A query for lines of a pattern: its level, and what stands between its numbers. */
export function patternQuery(level: LogLevel, pattern: string): string {
  const pieces = pattern
    .split(/["'`]?#["'`]?|…$/)
    .map((piece) => piece.trim())
    .filter((piece) => piece.search(LETTERS) >= 0);
  return [`level:${level}`, ...pieces.slice(0, MAX_PIECES).map((piece) => quoted(piece))].join(' ');
}

export function traceQuery(traceId: string): string {
  return `trace:${traceId}`;
}

/** How a term was understood. */
export function logTermWords(term: LogTerm): string {
  return `${term.negated === true ? 'not: ' : ''}${wordsOf(term)}`;
}

function wordsOf(term: LogTerm): string {
  if (term.field === 'level')
    return term.levels.length === 0 ? 'no level' : `level ${term.levels.join(', ')}`;
  if (term.field === 'process') return `process ${term.pid}`;
  if (term.field === 'trace') return `trace ${term.traceId}`;
  return term.begins === true ? `contains a word that begins ${term.text}` : `contains ${term.text}`;
}
