import { describe, expect, it } from '@jest/globals';
import { anyText, fc } from '../../../fixtures/properties.ts';
import type { TraceDetail } from '../../../../otel/query.ts';
import { otlpJson } from '../../../../src/observatory/transfer/otlp-json.ts';
import { ImportError } from '../../../../src/observatory/transfer/import-error.ts';
import { readOtlpJson } from '../../../../src/observatory/transfer/otlp-import.ts';
import { failingTrace, searchTrace, sketchTrace } from '../../../fixtures/trace-sketches.ts';

const ID = '5f0c27b1a8d94e6f8a3b2c1d0e9f9a41';
const NOW = Date.UTC(2026, 10, 23, 13, 41, 7, 312);

/** Pinning, export and size belong to the process that holds it. */
function asKept({ pinned: _pinned, exported: _exported, bytes: _bytes, ...trace }: TraceDetail): unknown {
  return trace;
}
const there = (trace: TraceDetail): string => JSON.stringify(otlpJson(trace));
const andBack = (trace: TraceDetail): TraceDetail => readOtlpJson(there(trace))[0]!;

describe('OTLP JSON', () => {
  it.each([
    ['a slow search', searchTrace(ID, NOW)],
    ['a failed page', failingTrace(ID, NOW)],
    [
      'a trace with lines of the log, cut and continued',
      {
        ...searchTrace(ID, NOW),
        logs: [
          {
            timeMillis: NOW + 9,
            spanId: searchTrace(ID, NOW).spans[2]!.spanId,
            level: 'warn' as const,
            message: 'fts query rewritten',
            attributes: { term: 'glass', tries: 2, ratio: 0.5, whole: true },
          },
        ],
        droppedSpans: 3,
        truncated: true,
        remoteParent: true,
      },
    ],
  ])('of %s is imported equal', (_, trace) => {
    expect(asKept(andBack(trace))).toEqual(asKept(trace));
  });

  it('keeps every attribute, time and name equal', () => {
    const scalar = fc.oneof(anyText(), fc.boolean(), fc.double({ noNaN: true }), fc.integer());
    const attributes = fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => !key.startsWith('glasshouse.')),
      fc.oneof(scalar, fc.array(scalar)),
    );
    const nanos = fc.integer({ min: 0, max: 10_000_000_000 }).map((value) => value / 1e6);
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.string(), at: nanos, millis: nanos, attributes }), {
          minLength: 1,
          maxLength: 6,
        }),
        (spans) => {
          const trace = sketchTrace(
            ID,
            NOW,
            spans.map((span) => ({
              ...span,
              attributes: span.attributes as never,
              type: 'other' as const,
              parent: 0,
            })),
          );
          const back = andBack(trace);
          expect(back.spans).toEqual(trace.spans);
          expect(there(back)).toEqual(there(trace));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('follows the protocol: hexadecimal ids, nanoseconds and integers as text, kinds as numbers', () => {
    const [resource] = (
      otlpJson(searchTrace(ID, NOW)) as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] }
    ).resourceSpans;
    const database = resource!.scopeSpans.flatMap(({ spans }) => spans)[2]!;
    expect(resource!.scopeSpans[0]!.spans[0]).toMatchObject({
      traceId: ID,
      name: 'GET /search',
      kind: 2,
      startTimeUnixNano: `${NOW}000000`,
      endTimeUnixNano: `${NOW + 1040}000000`,
      status: { code: 0 },
    });
    expect(JSON.stringify(database)).not.toContain('undefined');
    expect(there(searchTrace(ID, NOW))).toContain(
      '{"key":"http.response.status_code","value":{"intValue":"200"}}',
    );
  });

  it('of another program is classified as the conventions suggest', () => {
    const span = (more: object): object => ({
      traceId: ID.toUpperCase(),
      startTimeUnixNano: '1',
      endTimeUnixNano: '2',
      ...more,
    });
    const [trace] = readOtlpJson(
      JSON.stringify({
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  span({
                    spanId: '00000000000000a1',
                    name: 'GET /shop',
                    kind: 'SPAN_KIND_SERVER',
                    attributes: [
                      { key: 'http.request.method', value: { stringValue: 'GET' } },
                      { key: 'http.route', value: { stringValue: '/shop' } },
                      { key: 'big', value: { intValue: '9223372036854775807' } },
                      { key: 'map', value: { kvlistValue: { values: [] } } },
                    ],
                  }),
                  span({
                    spanId: '00000000000000a2',
                    parentSpanId: '00000000000000a1',
                    name: 'q',
                    kind: 3,
                    attributes: [{ key: 'db.system.name', value: { stringValue: 'postgresql' } }],
                    status: { code: 'STATUS_CODE_ERROR', message: 'gone' },
                  }),
                ],
              },
            ],
          },
        ],
      }),
    );
    expect(trace).toMatchObject({
      traceId: ID,
      name: 'GET /shop',
      series: 'GET /shop',
      errorCount: 1,
      keepReason: 'imported',
    });
    expect(trace!.spans.map(({ type, kind }) => [type, kind])).toEqual([
      ['http', 'server'],
      ['database', 'client'],
    ]);
    expect(trace!.spans[0]!.attributes).toMatchObject({ big: '9223372036854775807' });
  });

  it('may come one document per line, as a Collector writes it', () => {
    const other = searchTrace('ab'.repeat(16), NOW);
    const text = `${there(searchTrace(ID, NOW))}\n${there(other)}\n`;
    expect(readOtlpJson(text).map(({ traceId }) => traceId)).toEqual([ID, other.traceId]);
  });

  const one = (span: object): string =>
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  const times = { startTimeUnixNano: '5', endTimeUnixNano: '9' };
  it.each([
    ['', 'The text is empty.'],
    ['{', 'Invalid JSON: '],
    ['[]', 'OTLP JSON must be an object'],
    ['{}', 'The file contains no spans.'],
    ['{"resourceSpans":5}', 'resourceSpans is not a list.'],
    ['{"resourceSpans":[null]}', 'resourceSpans[0] is not an object.'],
    [one({}), 'resourceSpans[0].scopeSpans[0].spans[0].traceId is not 32 hexadecimal digits: it is missing.'],
    [one({ traceId: '0'.repeat(32), spanId: '1', ...times }), 'traceId is not 32 hexadecimal digits'],
    [one({ traceId: ID, spanId: 'xyz', ...times }), 'spans[0].spanId is not 16 hexadecimal digits: "xyz".'],
    [one({ traceId: ID, spanId: 'a'.repeat(16) }), 'startTimeUnixNano is not a number of nanoseconds'],
    [`${'['.repeat(5000)}${']'.repeat(5000)}`, 'nested deeper than 64 levels'],
    [
      '{"data":[{"traceID":"4fad4dd4cf61528f","spans":[]}]}',
      'This is a file of Jaeger’s own format ("data", "traceID"). Expected OTLP JSON',
    ],
    ['[{"traceId":"4fad4dd4cf61528f","id":"1","timestamp":1}]', 'This is a Zipkin file'],
  ])('that is wrong says where: %s', (text, message) => {
    expect(() => readOtlpJson(text)).toThrow(ImportError);
    expect(() => readOtlpJson(text)).toThrow(message);
  });

  it('is bounded', () => {
    const span = (index: number, traceId = ID): object => ({
      traceId,
      spanId: (index + 1).toString(16).padStart(16, '0'),
      ...times,
    });
    const of = (spans: object[]): string => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    expect(() => readOtlpJson(of(Array.from({ length: 10_001 }, (_, index) => span(index))))).toThrow(
      'more than 10,000 spans',
    );
    expect(() =>
      readOtlpJson(
        of(Array.from({ length: 21 }, (_, index) => span(0, (index + 1).toString(16).padStart(32, '0')))),
      ),
    ).toThrow('21 traces; the limit is 20');
  });

  it('cannot reach prototypes', () => {
    const [trace] = readOtlpJson(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${ID}","spanId":"${'a'.repeat(16)}","startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[{"key":"__proto__","value":{"stringValue":"x"}}]}]}]}]}`,
    );
    expect(Object.getPrototypeOf(trace!.spans[0]!.attributes)).toBe(Object.prototype);
    expect(Object.keys(trace!.spans[0]!.attributes)).toEqual(['__proto__']);
  });
});
