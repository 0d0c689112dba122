import { pastedAt, type PastedKind, type PastedRun } from './pasted-runs.ts';

/** One term of a query as it was written. */
export interface QueryToken {
  /** As written, with its minus. */
  readonly source: string;
  readonly isNegated: boolean;
  /** Before the operator, in lower case; undefined for a word or a phrase. */
  readonly key: string | undefined;
  readonly operator: QueryOperator | undefined;
  /** Without its quotation marks. */
  readonly value: string;
  readonly isQuoted: boolean;
  /** `~`, `=~`, `!~` and `*=`: the value contains it, as with `:`, and does not begin with it or equal it. */
  readonly contains?: true;
  /** A user agent or a statement as pages show it. */
  readonly pasted?: PastedKind;
}

/** `:>=` is written `>=` here, `=`, `==` and `~` are `:`. */
export type QueryOperator = ':' | '!=' | '>' | '>=' | '<' | '<=';

const KEY = /^[a-z][\w.-]*/i;
const OPERATOR = /^(?::?(?:>=|<=|>|<)|!==|[!=]=|!~|=~|\*=|~|:|=)/;
const CONTAINS = /^(?:[!=]?~|\*=)$/;

/** Splits a query at white space outside of quotation marks; `\"` and `\\` stand for themselves within them. Linear in its length. */
export function queryTokens(query: string): readonly QueryToken[] {
  const tokens: QueryToken[] = [];
  for (let at = 0; at < query.length;) {
    if (isSpace(query[at])) at++;
    else {
      const pasted = pastedAt(query, at);
      if (pasted !== undefined) {
        tokens.push(pastedToken(query.slice(at, pasted.end), pasted));
        at = pasted.end;
        continue;
      }
      const end = endOfToken(query, at);
      tokens.push(tokenOf(query.slice(at, end)));
      at = end;
    }
  }
  return tokens;
}

function pastedToken(source: string, { kind, value, isNegated }: PastedRun): QueryToken {
  return { source, isNegated, key: undefined, operator: undefined, value, isQuoted: true, pasted: kind };
}

function endOfToken(query: string, start: number): number {
  let isQuoted = false;
  for (let at = start; at < query.length; at++) {
    const character = query[at];
    if (character === '\\' && isQuoted) at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && isSpace(character)) return at;
  }
  return query.length;
}

function tokenOf(source: string): QueryToken {
  const isNegated = source.length > 1 && source.startsWith('-');
  const body = isNegated ? source.slice(1) : source;
  const [key] = KEY.exec(body) ?? [];
  const [written] = (key !== undefined && OPERATOR.exec(body.slice(key.length, key.length + 3))) || [];
  if (key === undefined || written === undefined) {
    const isQuoted = body.startsWith('"');
    const value = isQuoted ? unquoted(body) : body;
    return { source, isNegated, key: undefined, operator: undefined, value, isQuoted };
  }
  const rest = body.slice(key.length + written.length);
  const isQuoted = rest.startsWith('"');
  const value = isQuoted ? unquoted(rest) : rest;
  return {
    source,
    isNegated,
    key: key.toLowerCase(),
    operator: operatorOf(written),
    value,
    isQuoted,
    ...(CONTAINS.test(written) && { contains: true }),
  };
}

function operatorOf(written: string): QueryOperator {
  switch (written.replace(/^:(?=.)/, '')) {
    case '!=':
    case '!==':
    case '!~':
      return '!=';
    case '>':
      return '>';
    case '>=':
      return '>=';
    case '<':
      return '<';
    case '<=':
      return '<=';
    default:
      return ':';
  }
}

/** What stands between the marks; without a closing one, everything after the first. */
function unquoted(text: string): string {
  let plain = '';
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '"') break;
    if (text[at] === '\\' && at + 1 < text.length) at++;
    plain += text[at] === '\n' || text[at] === '\t' ? ' ' : text[at];
  }
  return plain;
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}

/** A value as it is written in a query. */
export function quotedIfNeeded(value: string): string {
  return /^[\w/.:-]+$/.test(value) ? value : quoted(value);
}

export function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
