// No library: HAR is one JSON object; packages for it convert or replay recordings of browsers, not spans.
import type { TraceDetail } from '../../../otel/query.ts';
import { shownRequest, type ShownRequest } from './shown-request.ts';

/** Why a response is incomplete, by outcome. */
const ENDED_EARLY: Readonly<Record<string, string>> = {
  aborted: 'the client disconnected before it was complete',
  cut: 'the server stopped before it was complete',
};

/**
 * The requests of a trace, incoming and outgoing, as an HTTP Archive 1.2
 * (http://www.softwareishard.com/blog/har-12-spec/). Headers, cookies and bodies are not recorded and so empty; unknown sizes are -1,
 * as the format defines. Addresses of incoming requests are below `basePath`, at `origin`. Undefined if no span is a request.
 */
export function harOf(trace: TraceDetail, basePath = '', origin?: string): object | undefined {
  const requests = [...trace.spans]
    .sort((a, b) => a.startMillis - b.startMillis)
    .map((span) => shownRequest(span, basePath, origin))
    .filter((request) => request !== undefined);
  if (requests.length === 0) return undefined;
  return {
    log: {
      version: '1.2',
      creator: { name: 'Glasshouse', version: '1' },
      pages: [],
      entries: requests.map((request) => entry(trace, request)),
      comment:
        'Generated from spans: headers, cookies, bodies and credentials are not recorded or are left out.',
    },
  };
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

function entry(trace: TraceDetail, request: ShownRequest): object {
  const { span, method, url, query, removed, queryHidden } = request;
  const leftOut = queryHidden ? 'all of it' : removed.join(', ');
  const { attributes } = span;
  const version = `HTTP/${String(attributes['network.protocol.version'] ?? '1.1')}`;
  const firstByte = numberOf(attributes['operation.time_to_first_byte']);
  const wait = Math.min(
    span.durationMillis,
    firstByte === undefined ? span.durationMillis : firstByte * 1000,
  );
  const receive = Math.max(0, span.durationMillis - wait);
  const bodySize = numberOf(attributes['http.response.body.size']) ?? -1;
  const comment = ENDED_EARLY[String(attributes['operation.outcome'])];
  return {
    startedDateTime: new Date(span.startMillis).toISOString(),
    time: wait + receive,
    request: {
      method,
      url,
      httpVersion: version,
      cookies: [],
      headers: [],
      queryString: query,
      headersSize: -1,
      bodySize: numberOf(attributes['http.request.body.size']) ?? -1,
      ...(leftOut !== '' && { comment: `left out of the query: ${leftOut}` }),
    },
    response: {
      status: numberOf(attributes['http.response.status_code']) ?? 0,
      statusText: '',
      httpVersion: version,
      cookies: [],
      headers: [],
      content: { size: Math.max(0, bodySize), mimeType: 'x-unknown' },
      redirectURL: '',
      headersSize: -1,
      bodySize,
      ...(comment !== undefined && { comment }),
    },
    cache: {},
    timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait, receive },
    _traceId: trace.traceId,
    _spanId: span.spanId,
  };
}
