import { AGENT_FAMILIES, KEEP_REASONS, type OperationType } from '../../../otel/query.ts';
import { REASON_WORDS } from '../format/reason-words.ts';
import { isCut, uncut } from './pasted-runs.ts';
import type { QueryToken } from './query-tokens.ts';
import {
  addressCondition,
  durationCondition,
  ipv6In,
  isAddress,
  isEqual,
  statusCondition,
  traceIdIn,
  type Condition,
} from './term-values.ts';

/** A key of the grammar, its synonyms, and what it takes, for the page and for sentences about wrong values. */
export interface QueryKey {
  readonly names: readonly [string, ...string[]];
  readonly examples: string;
  read(token: QueryToken, basePath: string): Condition | undefined;
}

/** As pages, links and file names have them. */
const TYPE_NAMES: ReadonlyMap<string, OperationType> = new Map([
  ['http', 'http'],
  ['request', 'http'],
  ['requests', 'http'],
  ['database', 'database'],
  ['statement', 'database'],
  ['statements', 'database'],
  ['db', 'database'],
  ['render', 'render'],
  ['renders', 'render'],
  ['other', 'other'],
]);

export const ID_KEY: QueryKey = {
  names: ['id', 'trace', 'trace_id', 'traceid', 'traceparent', 'request', 'request_id', 'x-request-id'],
  examples: 'id:4bf92f3577b34da6a3ce929d0e0e4736',
  read: (token) => textOf(token, (text) => ({ field: 'text', text: traceIdIn(text) ?? text })),
};

export const KEYS: readonly QueryKey[] = [
  {
    names: ['route'],
    examples: 'route:/posts/:slug or route:/api/*',
    read: (token) => named('route', token),
  },
  {
    names: ['path', 'url', 'uri', 'address'],
    examples: 'path:/2026/hello or path:/2026/*',
    read: ({ operator, value, isQuoted, contains }, basePath) =>
      isEqual(operator) && value !== '' && contains !== true
        ? addressCondition(isAddress(value) ? value : `/${value}`, basePath, isQuoted)
        : undefined,
  },
  {
    names: ['status', 'code', 'status_code'],
    examples: 'status:404, status:4xx, status:>=500 or status:error',
    read(token) {
      // Errors have codes, too: ENOENT, SQLITE_BUSY.
      if (token.key === 'code' && /^[a-z]+_|^E[A-Z]{3}/i.test(token.value))
        return textOf(token, (text) => ({ field: 'text', text }));
      return token.contains === true ? undefined : statusCondition(token);
    },
  },
  {
    names: ['method', 'verb'],
    examples: 'method:POST',
    read: (token) => (/^[a-z_]+\*?$/i.test(token.value) ? named('method', token) : undefined),
  },
  {
    names: ['dur', 'duration', 'took', 'latency', 'elapsed'],
    examples: 'dur>250ms or dur<=1.5s',
    read: (token) => durationCondition('trace', token),
  },
  {
    names: ['db', 'database', 'statement', 'query', 'sql'],
    examples: 'db:"SELECT posts" or db>5ms',
    read: (token) =>
      isEqual(token.operator)
        ? textOf(token, (text) => ({ field: 'statement', text }))
        : durationCondition('database', token),
  },
  { names: ['render'], examples: 'render>50ms', read: (token) => durationCondition('render', token) },
  {
    names: ['error', 'exception'],
    examples: 'error:TypeError, error:Sqlite* or error:*',
    read(token) {
      const isPlain = !token.isQuoted && isEqual(token.operator);
      if (isPlain && /^(?:\*|true|yes|1)?$/i.test(token.value)) return { field: 'failed' };
      if (isPlain && /^(?:false|no|0)$/i.test(token.value)) return { field: 'failed', negated: true };
      return named('error', token);
    },
  },
  {
    names: ['agent', 'ua', 'user-agent', 'user_agent', 'useragent', 'browser'],
    examples: `agent:bot, agent:firefox or agent:"curl/8"; families are ${AGENT_FAMILIES.join(', ')}`,
    read: (token) => textOf(token, (text) => ({ field: 'agent', text })),
  },
  {
    names: ['version', 'service.version', 'release'],
    examples: 'version:3.1 or version:3.*',
    read: (token) => named('version', token),
  },
  {
    names: ['ip', 'client', 'client_ip', 'remote_addr'],
    examples: 'ip:203.0.113.9 or ip:203.0.113.*, and agent:firefox for what a client calls itself',
    read: clientCondition,
  },
  {
    names: ['type'],
    examples: 'type:request, type:statement, type:render, type:other, or the type of an error',
    read(token) {
      const type = TYPE_NAMES.get(token.value.toLowerCase());
      if (type === undefined) return named('error', token);
      return isEqual(token.operator) ? { field: 'type', type } : undefined;
    },
  },
  {
    names: ['reason', 'kept'],
    examples: KEEP_REASONS.map((reason) => `reason:${reason}`).join(', '),
    read({ operator, value }) {
      const written = value.toLowerCase();
      // Pages show the words.
      const reason = KEEP_REASONS.find((each) => each === written || REASON_WORDS[each] === written);
      return reason !== undefined && isEqual(operator) ? { field: 'reason', reason } : undefined;
    },
  },
  ID_KEY,
];

/** Words that are no keys, and what is asked instead. */
export const ASKED_ELSEWHERE: readonly (readonly [words: readonly string[], instead: string])[] = [
  [
    ['time', 'date', 'from', 'to', 'since', 'until', 'before', 'after', 'at'],
    'the range above the page says when',
  ],
  [
    ['level', 'severity', 'log', 'logger'],
    'the page Logs searches log lines; here "text" alone finds those of traces',
  ],
  [
    ['user', 'username', 'session', 'cookie'],
    'who is signed in is not recorded; ip: and agent: tell clients apart',
  ],
  [
    ['referrer', 'referer', 'ref'],
    'pages that refer to others are listed on the page of a route, and on Not found',
  ],
  [['host', 'domain'], 'write server.address:name'],
  [['service', 'app'], 'every trace is of this blog; version: tells its versions apart'],
  [['name', 'span', 'operation'], 'write the name alone, route:/search or db:"SELECT posts"'],
  [['slow', 'slower'], 'write dur>250ms, db>5ms or reason:slow'],
];

/** `status: code, status_code; …`: what a key may be called, too. */
export const SYNONYMS = KEYS.filter(({ names }) => names.length > 1)
  .map(({ names: [first, ...others] }) => `${first}: ${others.join(', ')}`)
  .join('; ');

/** An address of a client, or its beginning. */
function clientCondition({ operator, value, contains }: QueryToken): Condition | undefined {
  const plain = ipv6In(value) ?? value;
  const [, start = '', star = ''] = /^([\da-f.:]+)(\*?)$/i.exec(plain) ?? [];
  if (!isEqual(operator) || start === '' || !/[.:]/.test(start)) return undefined;
  const isPart = star !== '' || contains === true;
  return { field: 'attribute', key: 'client.address', text: start, ...(!isPart && { whole: true }) };
}

function named(
  field: 'route' | 'method' | 'error' | 'version',
  { operator, value, isQuoted, contains }: QueryToken,
): Condition | undefined {
  if (!isEqual(operator) || value === '' || contains === true) return undefined;
  const begins = isCut(value) || (!isQuoted && value.length > 1 && value.endsWith('*'));
  const text = begins ? value.slice(0, -1) : value;
  // As a series is written: a route with its method.
  const plain = field === 'route' ? text.replace(/^[A-Z]{3,7} (?=\/)/, '') : text;
  return { field, text: plain, ...(begins && { begins }) };
}

function textOf({ operator, value }: QueryToken, make: (text: string) => Condition): Condition | undefined {
  return isEqual(operator) && value !== '' ? make(uncut(value)) : undefined;
}
