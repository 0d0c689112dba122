import { isIPv6 } from 'node:net';
import type { TraceTerm } from '../../../otel/query.ts';
import type { QueryOperator, QueryToken } from './query-tokens.ts';

/** A term before the minus of its token; `status:ok` is negated by itself. */
export type Condition = TraceTerm;

const ADDRESS = /^(?:[a-z][a-z\d+.-]{0,30}:)?\/\/[^/?#]*/i;
const HOST_AND_PATH = /^(?:localhost|[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,9})(?::\d{1,5})?\//i;
const TRACE_ID = /^[\da-f]{32}$/i;
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/i;
/** A page of this observatory, or of Jaeger. */
const TRACE_PAGE = /\/traces?\/([\da-f]{32})(?:[/?#]|$)/i;
const DURATION = /^(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})(us|µs|μs|ms|s|m|min)?$/i;
const UNIT_MILLIS: Readonly<Record<string, number>> = {
  us: 0.001,
  µs: 0.001,
  μs: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
};
/** Statuses have three digits. */
const MAX_STATUS = 999;

/** Returns true for what can only be an address: a path, a URL, or a host with a path. */
export function isAddress(word: string): boolean {
  return word.startsWith('/') || ADDRESS.test(word) || HOST_AND_PATH.test(word);
}

/** An IPv6 address as pages show it, without brackets and port; undefined for anything else. */
export function ipv6In(word: string): string | undefined {
  const plain = word.replace(/^\[(.*)\](?::\d{1,5})?$/, '$1');
  return isIPv6(plain) ? plain : undefined;
}

/** Returns true for a place in code, as a stack has it: `read.ts:41:7`. */
export function isCodePlace(word: string): boolean {
  return /^[\w./@-]+\.[cm]?[jt]sx?:\d+(?::\d+)?$/.test(word);
}

/** Returns true for a time of day or a date, as pages show them. */
export function isTime(word: string): boolean {
  return /^(?:\d{4}-\d{2}-\d{2}(?:t[\d:.]+z?)?|\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)$/i.test(word);
}

/** Returns true for a route as it is written in lists: `/posts/:slug`. */
export function isRoutePattern(word: string): boolean {
  return /^\/[^?#]*:[a-z]\w*(?:[/?#]|$)/i.test(word) && /\/:[a-z]/i.test(word);
}

/** Of a trace id, a `traceparent`, or the address of a trace's page; undefined for anything else. */
export function traceIdIn(word: string): string | undefined {
  if (TRACE_ID.test(word)) return word.toLowerCase();
  return (TRACEPARENT.exec(word) ?? (isAddress(word) ? TRACE_PAGE.exec(word) : null))?.[1]?.toLowerCase();
}

/**
 * A path, a URL or a host with a path as a condition; `*` at the end is everything below.
 *
 * @param isLiteral A path as it is, that is no pattern and has no host.
 *
 * @param basePath Of the blog: a proxy may remove it before requests are recorded.
 */
export function addressCondition(word: string, basePath: string, isLiteral = false): Condition {
  const isPath = word.startsWith('/') && (isLiteral || !word.startsWith('//'));
  const local = isPath ? word : word.replace(ADDRESS, '').replace(HOST_AND_PATH, '/');
  const hashAt = local.indexOf('#');
  const plain = hashAt < 0 ? local : local.slice(0, hashAt);
  const queryAt = plain.indexOf('?');
  const path = (queryAt < 0 ? plain : plain.slice(0, queryAt)) || '/';
  const query = queryAt < 0 ? '' : plain.slice(queryAt + 1);
  const isBelow = !isLiteral && path.endsWith('/*');
  const whole = isBelow ? path.slice(0, -1) : path;
  const isInBase = basePath !== '' && whole.startsWith(`${basePath}/`);
  return {
    field: 'address',
    paths: isInBase ? [whole, whole.slice(basePath.length)] : [whole],
    ...(isBelow && { below: true }),
    ...(query !== '' && { query }),
  };
}

/** Undefined for a value that is no status. */
export function statusCondition({ operator, value }: QueryToken): Condition | undefined {
  if (/^(?:error|failed)$/i.test(value) && isEqual(operator)) return { field: 'failed' };
  if (/^ok$/i.test(value) && isEqual(operator)) return { field: 'failed', negated: true };
  const [, digit] = /^([1-9])xx$/i.exec(value) ?? [];
  if (digit !== undefined && isEqual(operator)) {
    const min = Number(digit) * 100;
    return { field: 'status', min, max: min + 99 };
  }
  if (!/^\d{3}$/.test(value)) return undefined;
  const status = Number(value);
  switch (operator) {
    case '>':
      return { field: 'status', min: status + 1, max: MAX_STATUS };
    case '>=':
      return { field: 'status', min: status, max: MAX_STATUS };
    case '<':
      return { field: 'status', min: 0, max: status - 1 };
    case '<=':
      return { field: 'status', min: 0, max: status };
    default:
      return { field: 'status', min: status, max: status };
  }
}

/** Undefined without a comparison, or for a value that is no duration. */
export function durationCondition(
  of: 'trace' | 'database' | 'render',
  { operator, value }: QueryToken,
): Condition | undefined {
  const millis = parseMillis(value);
  if (millis === undefined || operator === undefined || isEqual(operator)) return undefined;
  return { field: 'duration', of, comparison: operator, millis };
}

/** Parses `250`, `250ms`, `1.5s`, `2m` or `80us` to milliseconds; undefined if invalid. */
export function parseMillis(value: string): number | undefined {
  const [, digits, unit = 'ms'] = DURATION.exec(value.replaceAll(/\s/g, '')) ?? [];
  const unitMillis = UNIT_MILLIS[unit.toLowerCase()];
  return digits === undefined || unitMillis === undefined ? undefined : Number(digits) * unitMillis;
}

export function isEqual(operator: QueryOperator | undefined): operator is ':' | '!=' | undefined {
  return operator === ':' || operator === '!=' || operator === undefined;
}
