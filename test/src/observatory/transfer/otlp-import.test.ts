import { describe, expect, it } from '@jest/globals';
import type { TraceDetail } from '../../../../otel/query.ts';
import { otlpJson } from '../../../../src/observatory/transfer/otlp-json.ts';
import { ATTR_END_NOTE, readOtlpJson } from '../../../../src/observatory/transfer/otlp-import.ts';
import { spanTree } from '../../../../src/observatory/trace/span-tree.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';
const A = '00f067aa0ba902b1';
const B = '00f067aa0ba902b2';
const START = 1_764_000_000_123_456_789n;

const span = (spanId: string, more: object = {}): object => ({
  traceId: ID,
  spanId,
  name: spanId,
  startTimeUnixNano: String(START),
  endTimeUnixNano: String(START + 10_000_000n),
  ...more,
});
const file = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const read = (document: unknown): TraceDetail =>
  readOtlpJson(typeof document === 'string' ? document : JSON.stringify(document))[0]!;
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

describe('an imported span whose end is missing or before its start', () => {
  it('is shown with duration 0 and says so, and the others are read', () => {
    const trace = read(
      file(
        span(A),
        span(B, { parentSpanId: A, endTimeUnixNano: String(START - 500_000n) }),
        span('00f067aa0ba902b3', { parentSpanId: A, endTimeUnixNano: '0' }),
      ),
    );
    expect(trace.spans.map(({ durationMillis }) => durationMillis)).toEqual([10, 0, 0]);
    expect(trace.spans.map(({ attributes }) => attributes[ATTR_END_NOTE])).toEqual([
      undefined,
      'In the file, this span ended 0.5 ms before its start. Its duration is shown as 0.',
      'The file has no end time for this span. Its duration is shown as 0.',
    ]);
    expect(spanTree(trace.spans).every(({ selfMillis }) => selfMillis >= 0)).toBe(true);
  });
});

describe('a span id that occurs twice in a file', () => {
  it('is two spans when they differ, each on the page and in the export', () => {
    const trace = read(file(span(A, { kind: 3 }), span(A, { kind: 2, name: 'other side' })));
    expect(spanTree(trace.spans).map(({ span: { spanId, name } }) => [spanId, name])).toEqual([
      [A, A],
      [`${A}-2`, 'other side'],
    ]);
    expect(JSON.stringify(otlpJson(trace)).match(new RegExp(`"spanId":"${A}"`, 'g'))).toHaveLength(2);
  });

  it('is one span when it was sent twice', () => {
    expect(read(file(span(A), span(A))).spans).toHaveLength(1);
  });
});

describe('links of an imported span', () => {
  const link = {
    traceId: '1bf7651916cd43dd8448eb211c80319d',
    spanId: B,
    attributes: [{ key: 'why', value: { stringValue: 'batched' } }],
  };
  it('are kept, and exported as links', () => {
    const trace = read(file(span(A, { links: [link] })));
    expect(trace.spans[0]!.links).toEqual([{ ...link, attributes: { why: 'batched' } }]);
    expect(otlpJson(trace)).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ links: [link] }] }] }],
    });
  });
});

describe('what other programs write as OTLP JSON', () => {
  const spans = [span(A)];
  it.each([
    ['Tempo’s batches', { batches: file(...spans).resourceSpans }],
    ['Tempo’s trace', { trace: file(...spans) }],
    ['scopes of before OTLP 0.18', { resourceSpans: [{ instrumentationLibrarySpans: [{ spans }] }] }],
    [
      'the protocol’s own field names',
      {
        resource_spans: [
          {
            scope_spans: [
              {
                spans: [
                  {
                    trace_id: ID,
                    span_id: A,
                    name: A,
                    start_time_unix_nano: String(START),
                    end_time_unix_nano: String(START + 10_000_000n),
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
    ['ids in base64', file({ ...span(A), traceId: base64(ID), spanId: base64(A) })],
    ['a byte order mark', `\uFEFF${JSON.stringify(file(...spans))}`],
    ['times as numbers', JSON.stringify(file(...spans)).replace(/UnixNano":"(\d+)"/g, 'UnixNano":$1')],
  ])('is read: %s', (_, document) => {
    expect(read(document)).toEqual({ ...read(file(...spans)), bytes: expect.any(Number) });
  });

  it('keeps 64-bit integers exact, written as numbers or as text', () => {
    const written = (value: string): string =>
      JSON.stringify(file(span(A, { attributes: [{ key: 'n', value: { intValue: 'N' } }] }))).replace(
        '"N"',
        value,
      );
    expect(read(written('9007199254740993')).spans[0]!.attributes).toEqual({ n: '9007199254740993' });
    expect(read(written('"9007199254740993"')).spans[0]!.attributes).toEqual({ n: '9007199254740993' });
    expect(read(written('12')).spans[0]!.attributes).toEqual({ n: 12 });
  });
});
