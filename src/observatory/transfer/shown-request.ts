import { isSecretName } from '../../../otel/kit.ts';
import type { AttributeMap, SpanRow, TraceDetail } from '../../../otel/query.ts';
import { withoutBasePath } from '../../http/base-path.ts';

/** A request that is safe to show: its address without credentials, and what was removed. */
export interface ShownRequest {
  readonly span: SpanRow;
  readonly method: string;
  readonly url: string;
  readonly query: readonly { readonly name: string; readonly value: string }[];
  readonly userAgent: string | undefined;
  /** Names of query parameters whose values were removed. */
  readonly removed: readonly string[];
  /** True if the whole query was not recorded, as for a sign-in link. */
  readonly queryHidden: boolean;
  /** False if the span has no host. */
  readonly hostKnown: boolean;
}

/** Recorded in place of a query that is a credential as a whole. */
const HIDDEN_QUERY = 'REDACTED';

const textOf = (attributes: AttributeMap, ...keys: readonly string[]): string | undefined => {
  for (const key of keys) {
    const value = attributes[key];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
};

/**
 * The incoming or outgoing request of a span; undefined for other spans. Incoming requests are shown below `basePath`, even if a proxy
 * removed it, and at `origin` if known, as the span's host is what the visitor sent.
 */
export function shownRequest(span: SpanRow, basePath = '', origin?: string): ShownRequest | undefined {
  const { attributes } = span;
  const method = textOf(attributes, 'http.request.method_original', 'http.request.method', 'http.method');
  if (method === undefined || !/^[A-Za-z_-]{1,32}$/.test(method)) return undefined;
  const full = textOf(attributes, 'url.full', 'http.url');
  const known = full !== undefined && URL.canParse(full) ? new URL(full) : undefined;
  const host = textOf(attributes, 'server.address', 'net.host.name');
  const url = known ?? assembled(attributes, host);
  const home = known === undefined && span.kind === 'server' ? origin : undefined;
  if (known === undefined && span.kind === 'server')
    url.pathname = basePath + withoutBasePath(url.pathname, basePath);
  if (home !== undefined) moveTo(url, new URL(home));
  url.username = '';
  url.password = '';
  url.hash = '';
  const queryHidden = url.search === `?${HIDDEN_QUERY}`;
  if (queryHidden) url.search = '';
  const removed = [...new Set(url.searchParams.keys())].filter(isSecretName);
  for (const name of removed) url.searchParams.delete(name);
  return {
    span,
    method: method.toUpperCase(),
    url: url.href,
    query: [...url.searchParams].map(([name, value]) => ({ name, value })),
    userAgent: textOf(attributes, 'user_agent.original', 'http.user_agent'),
    removed,
    queryHidden,
    hostKnown: (known ?? host ?? home) !== undefined,
  };
}

function moveTo(url: URL, { protocol, hostname, port }: URL): void {
  url.protocol = protocol;
  url.hostname = hostname;
  url.port = port;
}

function assembled(attributes: AttributeMap, host: string | undefined): URL {
  const scheme = textOf(attributes, 'url.scheme', 'http.scheme') === 'https' ? 'https' : 'http';
  const port = Number(textOf(attributes, 'server.port', 'net.host.port') ?? '');
  const name = host !== undefined && host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const url = URL.parse(`${scheme}://${name ?? 'localhost'}`) ?? new URL(`${scheme}://localhost`);
  if (Number.isInteger(port) && port > 0 && port < 65_536) url.port = String(port);
  const target = textOf(attributes, 'http.target') ?? '/';
  const [path, query] = target.split('?', 2);
  url.pathname = textOf(attributes, 'url.path') ?? path ?? '/';
  url.search = textOf(attributes, 'url.query') ?? query ?? '';
  return url;
}

/** The incoming request of a trace: that of its first server span. */
export function requestOf(trace: TraceDetail, basePath = '', origin?: string): ShownRequest | undefined {
  const root = [...trace.spans]
    .filter((span) => span.type === 'http' || span.kind === 'server')
    .sort((a, b) => a.startMillis - b.startMillis)[0];
  return root === undefined ? undefined : shownRequest(root, basePath, origin);
}
