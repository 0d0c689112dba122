import { describe, expect, it } from '@jest/globals';
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  answerNanosOf,
  isAborted,
  isClientError,
  isFailed,
  operationTypeOf,
  requestTimesOf,
  rowsOf,
  seriesOf,
  slownessOf,
} from '../../../otel/spans/operation-type.ts';

const { SERVER, CLIENT, INTERNAL, PRODUCER } = SpanKind;
const instrumentationScope = { name: 'scope' };
const span = (kind: SpanKind, attributes: Attributes, name = 'name') => ({
  kind,
  attributes,
  name,
  instrumentationScope,
});

describe('operationTypeOf', () => {
  it.each([
    ['instrumentation-http, server', SERVER, { 'http.request.method': 'GET', 'http.route': '/' }, 'http'],
    ['an older http server', SERVER, { 'http.method': 'GET' }, 'http'],
    [
      'instrumentation-http, client',
      CLIENT,
      { 'http.request.method': 'GET', 'server.address': 'example.org' },
      'other',
    ],
    ['a gRPC server', SERVER, { 'rpc.system': 'grpc' }, 'other'],
    ['our SQLite statement', CLIENT, { 'db.system.name': 'sqlite' }, 'database'],
    [
      'instrumentation-pg',
      CLIENT,
      { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT 1' },
      'database',
    ],
    ['an older instrumentation-redis', CLIENT, { 'db.system': 'redis' }, 'database'],
    ['our transaction, which wraps statements', INTERNAL, { 'db.system.name': 'sqlite' }, 'other'],
    ['our render', INTERNAL, { 'render.template': 'post' }, 'render'],
    ['a queue', PRODUCER, { 'messaging.system': 'kafka' }, 'other'],
    ['a name that lies', INTERNAL, { note: 'SELECT' }, 'other'],
  ] as const)('of %s', (_what, kind, attributes, type) => {
    expect(operationTypeOf({ kind, attributes })).toBe(type);
  });
});

describe('seriesOf', () => {
  it.each([
    ['http', span(SERVER, { 'http.request.method': 'GET', 'http.route': '/tags/:tag' }), 'GET /tags/:tag'],
    ['http', span(SERVER, { 'http.request.method': 'GET' }, 'GET'), 'unknown paths'],
    ['database', span(CLIENT, { 'db.query.summary': 'SELECT posts' }), 'SELECT posts'],
    [
      'database',
      span(CLIENT, { 'db.query.summary': 'SELECT t', 'db.query.text': "SELECT *\n FROM t WHERE a = 'x'" }),
      'SELECT * FROM t WHERE a = ?',
    ],
    ['database', span(CLIENT, { 'db.system': 'mysql', 'db.statement': 'SELECT 1' }), 'SELECT ?'],
    ['database', span(CLIENT, { 'db.operation.name': 'BACKUP' }), 'BACKUP'],
    ['database', span(CLIENT, {}, 'GET key'), 'GET key'],
    ['http', span(SERVER, { 'http.method': 'PUT', 'http.route': '/a' }), 'PUT /a'],
    ['render', span(INTERNAL, { 'render.template': 'post' }), 'post'],
    ['other', span(INTERNAL, {}, 'job'), 'scope: job'],
    ['other', span(INTERNAL, {}, 'x'.repeat(500)), `scope: ${'x'.repeat(248)}`],
  ] as const)('of %s %j', (type, named, series) => {
    expect(seriesOf(type, named)).toBe(series);
  });
});

const TTFB = 'operation.time_to_first_byte';
const TYPE = 'http.response.header.content-type';

describe('facts of a span', () => {
  it('reads failure from the status, not from a 4xx', () => {
    expect(isFailed({ status: { code: SpanStatusCode.ERROR } })).toBe(true);
    expect(isFailed({ status: { code: SpanStatusCode.OK } })).toBe(false);
    expect(isClientError(404)).toBe(true);
    expect(isClientError(500)).toBe(false);
    expect(isAborted({ attributes: { 'operation.outcome': 'aborted' } })).toBe(true);
    expect(isAborted({ attributes: {} })).toBe(false);
  });

  it.each<readonly [string, Attributes, slow: number, answered: number]>([
    ['a download of five minutes', { [TTFB]: 0.002 }, 300e9, 2e6],
    ['one whose first byte another clock saw later', { [TTFB]: 300.5 }, 300.5e9, 300.5e9],
    ['one that was never answered', {}, 300e9, 300e9],
    ['the rest of a request that never came', { 'operation.outcome': 'refused' }, 0, 0],
    ['an event stream', { [TTFB]: 0.002, [TYPE]: ['text/event-stream; charset=utf-8'] }, 2e6, 2e6],
    ['an event stream that begins late', { [TTFB]: 9, [TYPE]: ['TEXT/event-stream'] }, 9e9, 9e9],
    ['an event stream whose first byte nobody saw', { [TYPE]: ['text/event-stream'] }, 0, 300e9],
    ['an event stream whose header is no list', { [TTFB]: 0.002, [TYPE]: 'text/event-stream' }, 2e6, 2e6],
    ['something like one', { [TTFB]: 0.002, [TYPE]: ['text/event-streams'] }, 300e9, 2e6],
    ['what is no type at all', { [TTFB]: 0.002, [TYPE]: [7] }, 300e9, 2e6],
  ])('holds against thresholds, of %s: what it took', (_name, attributes, slow, answered) => {
    const times = requestTimesOf({ duration: [300, 0], attributes });
    expect([slownessOf(times), answerNanosOf(times)]).toEqual([slow, answered]);
  });

  it('adds rows returned and rows changed, undefined if the span has neither', () => {
    expect(rowsOf({ attributes: { 'db.response.returned_rows': 3, 'operation.changed_rows': 2 } })).toBe(5);
    expect(rowsOf({ attributes: {} })).toBeUndefined();
  });
});
