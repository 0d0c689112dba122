import type { FacetName, TraceTerm } from '../../../otel/query.ts';
import { isCut, uncut } from './pasted-runs.ts';
import { ASKED_ELSEWHERE, ID_KEY, KEYS, type QueryKey } from './query-keys.ts';
import { quoted, quotedIfNeeded, type QueryToken } from './query-tokens.ts';
import {
  addressCondition,
  ipv6In,
  isAddress,
  isCodePlace,
  isEqual,
  isRoutePattern,
  traceIdIn,
  type Condition,
} from './term-values.ts';
import {
  asWord,
  MAX_QUOTED_CHARS,
  readQuery,
  shown,
  without,
  type WrittenQuery,
  type WrittenTerm,
} from './written-query.ts';

/** A query over kept traces. */
export type TraceQuery = WrittenQuery<TraceTerm>;

const ATTRIBUTE_PREFIX = 'attr.';
const KEY_NAMES: readonly string[] = [...KEYS.map(({ names }) => names[0]), 'attr.name'];

/**
 * Parses a query: terms separated by white space, all of which must hold; `-` before a term negates it. Never throws; linear in its length, of which
 * MAX_QUERY_CHARS and MAX_QUERY_TERMS are read.
 *
 *     term      = ["-"] ( key operator value | address | id | agent | statement | word | phrase )
 *     operator  = ":" | "=" | "==" | "!=" | "~" | "=~" | "*=" | "!~" | ">" | ">=" | "<" | "<=" | ":>" | ":>=" | ":<" | ":<="
 *     agent     = products and comments as pages show them, such as `Mozilla/5.0 (X11; rv:144.0) Gecko/20100101`, cut or not
 *     statement = SQL as pages show it, to the next term
 *     value     = word | phrase            a word that ends with "*" is the beginning of a route, an error type or a path
 *     phrase    = '"' text '"'             \" and \\ within it
 *     key       = "route" | "path" | "status" | "method" | "dur" | "db" | "render" | "error" | "agent" | "version" | "ip" | "type" | "reason" | "id" | "attr." name, or a synonym of KEYS
 *     address   = a path, a URL of any host, or a host with a path; `/posts/:slug` is a route
 *     id        = a trace id, a `traceparent`, or the address of a trace's page
 *
 * A `name=value` whose name has a dot is the attribute of that name, with exactly this value; `name:value` is one that contains it. With any other
 * unknown key, `=` is text. `~`, `=~` and `*=` are `:` where that means *contains*. A text that ends with an ellipsis is one that a page cut: what stands before it is asked for.
 */
export function parseTraceQuery(written: string, basePath = ''): TraceQuery {
  return readQuery(written, (token) => termOf(token, basePath));
}

/** The query with a term added, or without it if it has that. */
export function toggled(query: TraceQuery, source: string): string {
  const same = termsOf(query, source);
  return same.length > 0 ? without(query.text, same) : [query.text, source].filter(Boolean).join(' ');
}

export function hasTerm(query: TraceQuery, source: string): boolean {
  return termsOf(query, source).length > 0;
}

/** The terms of a query that mean what `source` means. */
function termsOf({ terms }: TraceQuery, source: string): readonly WrittenTerm<TraceTerm>[] {
  const wanted = JSON.stringify(parseTraceQuery(source).terms[0]?.term);
  return terms.filter(({ term }) => JSON.stringify(term) === wanted);
}

/** A text as a term, whatever it has in it. */
export function textTerm(text: string): string {
  return quoted(text);
}

/** Exactly this address. */
export function pathTerm(path: string): string {
  return `path:${quoted(path)}`;
}

/** The term for traces in which a span has exactly this value of an attribute; of a cut value, its beginning anywhere. */
export function attributeTerm(key: string, value: string): string {
  return value.endsWith('…')
    ? `${key}:${quotedIfNeeded(value.slice(0, -1))}`
    : `${key}=${quotedIfNeeded(value)}`;
}

/** The term for traces of this version. */
export function versionTerm(version: string): string {
  return `version:${quotedIfNeeded(version)}`;
}

/** The term that a value of a facet adds. */
export function facetTerm(name: FacetName, value: string): string {
  return `${name}:${quotedIfNeeded(value)}`;
}

/** A term; a sentence if it is not understood; undefined for nothing. */
function termOf(token: QueryToken, basePath: string): TraceTerm | string | undefined {
  const { key, value } = token;
  if (token.pasted !== undefined) return negatedIf(token, { field: token.pasted, text: value });
  const word = asWord(token);
  if (key !== undefined && (ipv6In(word.value) !== undefined || isCodePlace(word.value)))
    return negatedIf(word, wordOf(word, basePath));
  if (key === undefined)
    return value === '' || value === '-' ? undefined : negatedIf(token, wordOf(token, basePath));
  if (isAddress(token.source) || (token.isNegated && isAddress(token.source.slice(1))))
    return negatedIf(token, wordOf(word, basePath));
  const known = KEYS.find(({ names }) => names.includes(key));
  if (known !== undefined) {
    // The name of a pasted header, which its id follows.
    if (known === ID_KEY && value === '') return undefined;
    // A message has such words, too: `query: SELECT`.
    if (value === '' && token.operator === ':' && key !== known.names[0])
      return negatedIf(token, wordOf(word, basePath));
    const condition = known.read(token, basePath);
    return condition === undefined ? wrongValue(token, known) : negatedIf(token, condition);
  }
  if (key.startsWith(ATTRIBUTE_PREFIX)) return attributeOf(token, key.slice(ATTRIBUTE_PREFIX.length));
  // As pages print an attribute: `client.address:127.0.0.1`.
  if (key.includes('.') && value !== '' && isEqual(token.operator)) return attributeOf(token, key);
  const mayBeMeant =
    token.contains !== true &&
    !/^-?[^:<>!=]*=/.test(token.source) &&
    value !== '' &&
    (isEqual(token.operator) || /^\d/.test(value));
  return mayBeMeant ? unknownKey(token, key) : negatedIf(token, wordOf(word, basePath));
}

function attributeOf(token: QueryToken, key: string): TraceTerm | string {
  const { value } = token;
  return key === '' || value === '' || !isEqual(token.operator)
    ? `${shown(token)} was not understood: write attr.name:value, such as attr.http.route:/search.`
    : negatedIf(token, {
        field: 'attribute',
        key,
        text: uncut(value),
        ...(isEquation(token) && !isCut(value) && { whole: true }),
      });
}

/** True for `key=value` and `key!=value`. */
function isEquation({ source, contains }: QueryToken): boolean {
  return contains !== true && /^-?[^:<>=]*=/.test(source);
}

function wordOf({ value, isQuoted }: QueryToken, basePath: string): Condition {
  if (isQuoted || isCut(value)) return { field: 'text', text: uncut(value) };
  const ipv6 = ipv6In(value);
  if (ipv6 !== undefined) return { field: 'text', text: ipv6 };
  const traceId = traceIdIn(value);
  if (traceId !== undefined) return { field: 'text', text: traceId };
  if (isRoutePattern(value)) return { field: 'route', text: value };
  return isAddress(value) ? addressCondition(value, basePath) : { field: 'text', text: value };
}

/** `!=` negates, too. */
function negatedIf({ isNegated, operator }: QueryToken, condition: Condition): TraceTerm {
  const { negated = false, ...plain } = condition;
  const turned = [negated, isNegated, operator === '!='].filter(Boolean).length % 2 === 1;
  return turned ? { ...plain, negated: true } : plain;
}

function wrongValue(token: QueryToken, { examples }: QueryKey): string {
  const anywhere =
    token.contains === true && token.value !== ''
      ? `, or ${quotedIfNeeded(token.value)} alone for that text anywhere`
      : '';
  return `${shown(token)} was not understood: write ${examples}${anywhere}.`;
}

function unknownKey(token: QueryToken, key: string): string {
  const instead = ASKED_ELSEWHERE.find(([words]) => words.includes(key))?.[1];
  if (instead !== undefined)
    return `${shown(token)} was not understood: ${instead}. Text with a colon stands in quotation marks.`;
  const near = KEYS.flatMap(({ names }) => names).find(
    (name) => name.startsWith(key.slice(0, 3)) || key.startsWith(name.slice(0, 3)),
  );
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  return `${shown(token)} was not understood: there is no key ${key.slice(0, MAX_QUOTED_CHARS)}.${meant} Keys are ${KEY_NAMES.join(', ')}; text with a colon stands in quotation marks.`;
}
