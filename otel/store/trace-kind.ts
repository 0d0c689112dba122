import { agentFamily } from '../aggregate/agent-family.ts';
import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_USER_AGENT_ORIGINAL,
} from '../base/semconv.ts';
import type { AgentFamily } from '../base/trace-term.ts';
import { routeOf } from '../spans/operation-type.ts';
import { attributeOf, cutText } from './attribute-copy.ts';
import { canonicalPath, canonicalQuery } from './canonical-address.ts';
import type { SpanRecord } from './span-record.ts';
import type { TraceRecord } from './trace-record.ts';
import { withoutNul } from './trace-words.ts';

/** Names of instrumentations before the stable conventions. */
const ATTR_HTTP_METHOD = 'http.method';
const ATTR_HTTP_USER_AGENT = 'http.user_agent';
/** Of a trace; further ones are left out. */
const MAX_ERRORS = 8;
const MAX_STATEMENTS = 64;
const MAX_ERROR_CHARS = 100;
const MAX_AGENT_CHARS = 300;

/** What traces have in common that searches ask for and facets count; most traces of a route are of a few kinds. */
export interface TraceKind {
  readonly route: string | undefined;
  readonly method: string | undefined;
  readonly statusCode: number | undefined;
  /** Undefined if no request began the trace. */
  readonly agent: AgentFamily | undefined;
  /** Types of errors and exceptions of failed spans, sorted; status codes only if there is nothing else. */
  readonly errors: readonly string[];
  /** Series of its statements, sorted. */
  readonly statements: readonly string[];
  /** Of the service; undefined if unknown. */
  readonly version?: string | undefined;
}

/** What its request alone has, in lower case; undefined without a request. */
export interface AskedFacts {
  readonly userAgent: string | undefined;
  readonly path: string | undefined;
  readonly query: string | undefined;
}

export function kindOf({ head, spans, errorCount, version }: TraceRecord): TraceKind {
  const request = head?.type === 'http' ? head : undefined;
  const statusCode = request && attributeOf(request.attributes, ATTR_HTTP_RESPONSE_STATUS_CODE);
  return {
    route: request && routeOf(request.series),
    method: request && textOf(request, ATTR_HTTP_REQUEST_METHOD, ATTR_HTTP_METHOD),
    statusCode: typeof statusCode === 'number' ? statusCode : undefined,
    agent: request && agentFamily(userAgentOf(request)),
    errors: errorCount === 0 ? [] : errorsOf(spans),
    statements: statementsOf(spans),
    version,
  };
}

export function askedFacts({ head }: Pick<TraceRecord, 'head'>): AskedFacts {
  const request = head?.type === 'http' ? head : undefined;
  const path = request && textOf(request, ATTR_URL_PATH);
  const query = request && textOf(request, ATTR_URL_QUERY);
  const userAgent = request && userAgentOf(request);
  return {
    userAgent: userAgent && withoutNul(cutText(userAgent, MAX_AGENT_CHARS).toLowerCase()),
    path: path && canonicalPath(path),
    query: query && canonicalQuery(query),
  };
}

function errorsOf(spans: readonly SpanRecord[]): readonly string[] {
  const errors = new Set<string>();
  for (const span of spans) {
    if (span.status !== 'error') continue;
    for (const value of [
      attributeOf(span.attributes, ATTR_ERROR_TYPE),
      ...span.events.map(({ attributes }) => attributeOf(attributes, ATTR_EXCEPTION_TYPE)),
    ])
      if (value !== undefined && value !== '') errors.add(cutText(String(value), MAX_ERROR_CHARS));
  }
  const all = [...errors];
  const named = all.filter((error) => !/^\d+$/.test(error));
  return (named.length > 0 ? named : all).sort().slice(0, MAX_ERRORS);
}

function statementsOf(spans: readonly SpanRecord[]): readonly string[] {
  const statements = new Set<string>();
  for (const { type, series } of spans) if (type === 'database') statements.add(series);
  return [...statements].sort().slice(0, MAX_STATEMENTS);
}

function userAgentOf(request: SpanRecord): string | undefined {
  return textOf(request, ATTR_USER_AGENT_ORIGINAL, ATTR_HTTP_USER_AGENT);
}

function textOf({ attributes }: SpanRecord, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = attributeOf(attributes, key);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
