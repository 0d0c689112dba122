import { LOG_LEVELS, type LogLevel, type LogTerm } from '../query.ts';

const MAX_TERMS = 20;

/** A search in the words of FTS5's grammar, made of quoted strings alone: nothing that was typed is an operator of it. */
export interface LogMatch {
  /** The levels that the terms leave. */
  readonly levels: readonly LogLevel[];
  /** Of the other terms; undefined without any. */
  readonly words: string | undefined;
}

export function logMatchOf(terms: readonly LogTerm[]): LogMatch {
  let levels: readonly LogLevel[] = LOG_LEVELS;
  const wanted: string[] = [];
  const unwanted: string[] = [];
  for (const term of terms.slice(0, MAX_TERMS)) {
    const { negated = false } = term;
    if (term.field === 'level') levels = levels.filter((level) => term.levels.includes(level) !== negated);
    else (negated ? unwanted : wanted).push(phraseOf(term));
  }
  if (wanted.length + unwanted.length === 0) return { levels, words: undefined };
  const all = wanted.length === 0 ? levelWords(LOG_LEVELS) : wanted.join(' AND ');
  return { levels, words: unwanted.reduce((left, right) => `(${left}) NOT ${right}`, all) };
}

/** The same with a choice of levels; the words of a line have its level. */
export function withLevels(words: string | undefined, levels: readonly LogLevel[]): string {
  const chosen = levelWords(levels);
  if (words === undefined) return chosen;
  return levels.length === LOG_LEVELS.length ? words : `${chosen} AND (${words})`;
}

/** The words of a level, a trace and a process in the index. */
export function factWords(level: LogLevel, traceId: string | undefined, pid: number | undefined): string {
  return [levelWord(level), traceId, pid === undefined ? undefined : processWord(pid)]
    .filter((word) => word !== undefined)
    .join(' ');
}

function processWord(pid: number): string {
  return `pid${pid}`;
}

function levelWord(level: LogLevel): string {
  return `level${level}`;
}

function levelWords(levels: readonly LogLevel[]): string {
  return `facts : (${levels.map((level) => `"${levelWord(level)}"`).join(' OR ')})`;
}

function phraseOf(term: Exclude<LogTerm, { readonly field: 'level' }>): string {
  if (term.field === 'process') return `facts : ${quoted(processWord(term.pid))}`;
  if (term.field === 'trace') return `facts : ${quoted(term.traceId.toLowerCase())}`;
  return `text : ${quoted(term.text)}${term.begins === true ? ' *' : ''}`;
}

/** SQLite reads a text up to its first NUL. */
function quoted(text: string): string {
  return `"${text.replaceAll('\0', ' ').replaceAll('"', '""')}"`;
}
