import { describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { KeptSpan } from '../../../otel/spans/kept-span.ts';
import {
  ATTR_RECORD_CUT,
  ATTR_SPAN_LINKS,
  MAX_RECORD_BYTES,
  toSpanRecord,
  toSpanRow,
} from '../../../otel/store/span-record.ts';
import { StringInterner } from '../../../otel/store/string-interner.ts';
import { keptSpan, spanIdOf, spanRecord, START_MILLIS, traceIdOf } from './kept-span-fixture.ts';

describe('toSpanRecord', () => {
  it('becomes the row of the span', () => {
    const span = keptSpan({
      spanId: spanIdOf(7),
      parentSpanId: spanIdOf(3),
      name: 'SELECT posts',
      type: 'database',
      series: 'SELECT posts',
      startMillis: START_MILLIS + 0.25,
      durationMillis: 12.5,
      failed: true,
      message: 'database is locked',
      reason: 'error',
      attributes: { 'db.query.summary': 'SELECT posts', 'db.response.returned_rows': 3 },
      events: [
        {
          name: 'exception',
          time: [START_MILLIS / 1000, 5e6],
          attributes: { 'exception.type': 'SqliteError' },
        },
      ],
    });
    expect(toSpanRow(toSpanRecord(span, new StringInterner()), 0.9)).toEqual({
      spanId: spanIdOf(7),
      parentSpanId: spanIdOf(3),
      name: 'SELECT posts',
      kind: 'server',
      type: 'database',
      series: 'SELECT posts',
      scope: 'test',
      startMillis: START_MILLIS + 0.25,
      durationMillis: 12.5,
      status: 'error',
      statusMessage: 'database is locked',
      attributes: { 'db.query.summary': 'SELECT posts', 'db.response.returned_rows': 3 },
      events: [
        { name: 'exception', timeMillis: START_MILLIS + 5, attributes: { 'exception.type': 'SqliteError' } },
      ],
      links: [],
      keepReason: 'error',
      percentile: 0.9,
    });
  });

  it.each<[SpanKind, string]>([
    [SpanKind.INTERNAL, 'internal'],
    [SpanKind.SERVER, 'server'],
    [SpanKind.CLIENT, 'client'],
    [SpanKind.PRODUCER, 'producer'],
    [SpanKind.CONSUMER, 'consumer'],
  ])('names the kind %s %s', (kind, expected) => {
    expect(toSpanRecord({ ...keptSpan(), kind }, new StringInterner()).kind).toBe(expected);
  });

  it.each<[SpanStatusCode, string]>([
    [SpanStatusCode.UNSET, 'unset'],
    [SpanStatusCode.OK, 'ok'],
    [SpanStatusCode.ERROR, 'error'],
  ])('names the status %s %s', (code, expected) => {
    expect(toSpanRecord({ ...keptSpan(), status: { code } }, new StringInterner()).status).toBe(expected);
  });

  it('treats a span with a remote parent as a local root', () => {
    expect(spanRecord().localRoot).toBe(true);
    expect(spanRecord({ parentSpanId: spanIdOf(1), remote: true }).localRoot).toBe(true);
    expect(spanRecord({ parentSpanId: spanIdOf(1) }).localRoot).toBe(false);
  });

  it('keeps the ids of links, at most eight', () => {
    const link = { context: { traceId: traceIdOf(9), spanId: spanIdOf(9), traceFlags: TraceFlags.NONE } };
    const row = toSpanRow(spanRecord({ links: Array.from({ length: 20 }, () => link) }), undefined);
    expect(row.links).toEqual(
      Array.from({ length: 8 }, () => ({ traceId: traceIdOf(9), spanId: spanIdOf(9), attributes: {} })),
    );
    expect(row.attributes).not.toHaveProperty([ATTR_SPAN_LINKS]);
    expect(row.attributes[ATTR_RECORD_CUT]).toBe('12 links left out');
  });

  it('copies: what happens to the attributes afterwards does not show', () => {
    const attributes: Record<string, unknown> = { list: ['a'], text: 'before' };
    const record = spanRecord({ attributes });
    (attributes['list'] as string[]).push('b');
    attributes['text'] = 'after';
    expect(toSpanRow(record, undefined).attributes).toEqual({ list: ['a'], text: 'before' });
  });

  it('takes about half a kilobyte for a plain request, and less with shared strings', () => {
    const request = {
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/:slug',
        'http.response.status_code': 200,
        'http.response.body.size': 20_480,
        'operation.outcome': 'complete',
        'url.path': '/2026/03/glass',
        'url.scheme': 'http',
        'network.protocol.version': '1.1',
        'client.address': '127.0.0.1',
        'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
      },
    };
    const strings = new StringInterner();
    toSpanRecord(keptSpan(request), strings);
    expect(toSpanRecord(keptSpan(request), strings).bytes).toBeLessThanOrEqual(512);
  });
});

describe('a record of a hostile span', () => {
  const hostile: Readonly<Record<string, Parameters<typeof keptSpan>[0]>> = {
    'one huge value': { attributes: { body: 'x'.repeat(5_000_000) } },
    'thousands of attributes': {
      attributes: Object.fromEntries(
        Array.from({ length: 5000 }, (_, i) => [`key.${i}`, `value ${i} `.repeat(20)]),
      ),
    },
    'huge keys': { attributes: { ['k'.repeat(1_000_000)]: 1 } },
    'huge names': {
      name: 'я'.repeat(100_000),
      series: 'ж'.repeat(100_000),
      failed: true,
      message: 'ю'.repeat(100_000),
      attributes: { a: 'я'.repeat(5000) },
      events: [
        { name: 'э'.repeat(10_000), time: [1, 0], attributes: { 'exception.type': 'э'.repeat(10_000) } },
      ],
    },
    'thousands of events': {
      events: Array.from({ length: 5000 }, (_, i) => ({
        name: `event ${i}`,
        time: [i, 0] as [number, number],
        attributes: { text: `text ${i} `.repeat(100) },
      })),
    },
    'huge lists': { attributes: { list: Array.from({ length: 100_000 }, () => 'y'.repeat(1000)) } },
    'everything at once': {
      attributes: Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [`key.${i}`, 'z'.repeat(2000 + i)]),
      ),
      events: Array.from({ length: 100 }, () => ({
        name: 'exception',
        time: [1, 0] as [number, number],
        attributes: {
          'exception.type': 'Error',
          'exception.stacktrace': 'at f (file.ts:1:1)\n'.repeat(1000),
        },
      })),
      links: Array.from({ length: 100 }, () => ({
        context: { traceId: traceIdOf(1), spanId: spanIdOf(1), traceFlags: TraceFlags.NONE },
      })),
    },
  };

  it.each(Object.keys(hostile))('with %s stays within its bytes and records what is missing', (name) => {
    const record = spanRecord(hostile[name]);
    expect(record.bytes).toBeLessThanOrEqual(MAX_RECORD_BYTES);
    // The estimate is realistic: the text alone cannot be bigger.
    expect(JSON.stringify(record).length).toBeLessThan(MAX_RECORD_BYTES * 1.5);
    expect(toSpanRow(record, undefined).attributes[ATTR_RECORD_CUT]).toMatch(/shortened|left out/);
  });

  it('shortens long values before it drops an attribute', () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`key.${i}`, `${i}`.repeat(1024)]),
    );
    const row = toSpanRow(spanRecord({ attributes }), undefined);
    expect(Object.keys(row.attributes)).toEqual([...Object.keys(attributes), ATTR_RECORD_CUT]);
    expect(row.attributes[ATTR_RECORD_CUT]).toBe('10 values shortened');
  });

  it('keeps the exception if there are too many events, in order of time', () => {
    const events = [
      ...Array.from({ length: 40 }, (_, i) => ({ name: `step ${i}`, time: [i, 0] as [number, number] })),
      { name: 'exception', time: [99, 0] as [number, number], attributes: { 'exception.type': 'TypeError' } },
    ];
    const row = toSpanRow(spanRecord({ events }), undefined);
    expect(row.events).toHaveLength(16);
    expect(row.events.at(-1)?.attributes).toEqual({ 'exception.type': 'TypeError' });
    expect(row.attributes[ATTR_RECORD_CUT]).toBe('25 events left out');
  });

  it('keeps a stack trace beside long attributes', () => {
    const stack = 'at f (file.ts:1:1)\n'.repeat(40);
    const row = toSpanRow(
      spanRecord({
        attributes: { query: 'q'.repeat(10_000), other: 'o'.repeat(10_000), more: 'm'.repeat(10_000) },
        events: [
          {
            name: 'exception',
            time: [1, 0],
            attributes: { 'exception.type': 'E', 'exception.stacktrace': stack },
          },
        ],
      }),
      undefined,
    );
    expect(row.events[0]?.attributes['exception.stacktrace']).toBe(stack);
  });
});

describe('what a record retains', () => {
  it('is neither the span, nor its attributes, nor the huge text it cut', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { record, refs } = recordAndRefs();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined, undefined]);
    expect(record.name).toBe('GET /:slug');
  });

  it('is not the megabytes of which it shows a kilobyte', () => {
    const program = fileURLToPath(new URL('./cut-text-program.ts', import.meta.url));
    const answer = execFileSync(process.execPath, ['--expose-gc', '--no-warnings', program], {
      encoding: 'utf8',
    });
    expect(JSON.parse(answer)).toMatchObject({ ofRecords: 0, ofOneHeld: 1, records: 40 });
  });
});

function recordAndRefs(): { record: ReturnType<typeof toSpanRecord>; refs: WeakRef<object>[] } {
  const span: KeptSpan = keptSpan({
    attributes: { list: ['a', 'b'] },
    events: [{ name: 'e', time: [1, 0] }],
  });
  const refs = [
    new WeakRef<object>(span),
    new WeakRef<object>(span.attributes),
    new WeakRef<object>(span.events),
  ];
  return { record: toSpanRecord(span, new StringInterner()), refs };
}
