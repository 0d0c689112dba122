/** What is pasted as pages show it, and is one term although it has spaces, brackets and colons. */
export type PastedKind = 'agent' | 'statement';

/** A run of a query from one place on. */
export interface PastedRun {
  readonly kind: PastedKind;
  readonly end: number;
  readonly isNegated: boolean;
  /** Without the name before it and without the mark of a cut. */
  readonly value: string;
}

/** As much of a user agent as the stores hold. */
const MAX_AGENT_CHARS = 300;
const CUT = /(?:…|\.{3})$/;

const PRODUCT = String.raw`[a-z][\w.!-]*\/[\w.+-]+`;
const COMMENT = String.raw`\((?:[^()…]|\([^()…]*\))*(?:\)|…|$)`;
const NEXT = String.raw`\s+(?:${COMMENT}|${PRODUCT}(?=[\s…]|$)|[\w./+-]*(?:…|\.{3}(?=\s|$))|[a-z]+(?=\s+${PRODUCT}(?:[\s…]|$)|\s+\())`;
/** RFC 9110, 10.1.5: products and comments. One product alone is a word as any other, unless every browser has it. */
const AGENT = new RegExp(
  String.raw`(?:(?:mozilla|opera)\/\d[\w.]*(?:${NEXT})*|${PRODUCT}(?:${NEXT})+|[a-z][\w.-]*\s+\([^()]*(?:;|https?:)[^()]*\))…?`,
  'iy',
);
const AGENT_NAME =
  /(?:(?:attr\.)?(?:user_agent\.original|http\.user_agent)|user-agent|agent|ua)(?::|==?|~)\s*/iy;
/** `text/1 word` is no user agent: of several products each has the number of a version, of one and a comment the one. */
const VERSION = /\/v?\d/;

const STATEMENT =
  /(?:select\s[^]*?\sfrom\s|insert\s+(?:or\s+\w+\s+)?into\s|replace\s+into\s|delete\s+from\s|update\s+\S+\s+set\s|with\s+(?:recursive\s+)?[^\s(]+\s*(?:\([^)]*\)\s*)?as\s*\()/iy;
/** In capitals, one that has a sign of a statement. */
const SHORT_STATEMENT = /(?:SELECT|PRAGMA|CREATE|ALTER|DROP|BEGIN|VACUUM|ANALYZE)\s+\S[^]*?[=?*(,;]/y;
const STATEMENT_NAME = /(?:db\.query\.text|db\.statement|statement|db)(?::|==?|~)\s*/iy;
/** Where the next term begins; a statement has no colon after a letter. */
const TERM_AFTER =
  /\s-?(?:(?:route|path|url|status|method|dur|duration|db|render|error|agent|ua|version|reason|kept|id|trace|attr\.[\w.-]+|[a-z]\w*\.[\w.-]+):|(?:dur|duration|db|render)[<>])\S/i;

/** The run that begins here; undefined for anything else. */
export function pastedAt(query: string, at: number): PastedRun | undefined {
  const isNegated = query[at] === '-';
  const start = isNegated ? at + 1 : at;
  return agentAt(query, start, isNegated) ?? statementAt(query, start, isNegated);
}

/** The text without the mark of what was cut; as it is if nothing is left. */
export function uncut(text: string): string {
  return text.replace(/…$/, '').trimEnd() || text;
}

export function isCut(text: string): boolean {
  return text.length > 1 && text.endsWith('…');
}

function agentAt(query: string, start: number, isNegated: boolean): PastedRun | undefined {
  const from = start + lengthAt(AGENT_NAME, query, start);
  const length = lengthAt(AGENT, query, from);
  if (length === 0) return undefined;
  const text = query.slice(from, from + length);
  if (text.includes('/') && !VERSION.test(text) && !text.includes('(')) return undefined;
  const value = text.slice(0, MAX_AGENT_CHARS).replace(CUT, '').trimEnd();
  return { kind: 'agent', end: from + length, isNegated, value };
}

function statementAt(query: string, start: number, isNegated: boolean): PastedRun | undefined {
  const from = start + lengthAt(STATEMENT_NAME, query, start);
  if (lengthAt(STATEMENT, query, from) + lengthAt(SHORT_STATEMENT, query, from) === 0) return undefined;
  const rest = query.slice(from);
  const next = TERM_AFTER.exec(rest)?.index;
  const text = (next === undefined ? rest : rest.slice(0, next)).trimEnd();
  const value = text.replace(CUT, '').replaceAll(/\s+/g, ' ').trimEnd();
  return { kind: 'statement', end: from + text.length, isNegated, value };
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
