import { describe, expect, it } from '@jest/globals';
import { thresholdOf } from '../../../otel/sampling/consistent-threshold.ts';
import { StringInterner } from '../../../otel/store/string-interner.ts';
import { RecordTemplates, type TemplatedRecord } from '../../../otel/store/templated-record.ts';
import {
  decodeFacts,
  decodeTrace,
  encodeTrace,
  NO_TEMPLATES,
  uncheckedTrace,
} from '../../../otel/store/trace-json.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { keptSpan, spanIdOf, spanRecord, traceIdOf, WHOLE } from './kept-span-fixture.ts';

function sample(): TraceRecord {
  const trace = new TraceRecord(traceIdOf(1));
  trace.append(
    [
      spanRecord({ attributes: { 'http.route': '/', list: ['a', 1, null], yes: true, odd: NaN } }),
      spanRecord({
        parentSpanId: spanIdOf(1),
        failed: true,
        message: 'no',
        reason: 'error',
        events: [{ name: 'exception', time: [1, 5], attributes: { 'exception.type': 'E' } }],
      }),
    ],
    { droppedSpans: 3, truncated: true, remoteParent: true },
  );
  trace.exported = true;
  return trace;
}

describe('encodeTrace and decodeTrace', () => {
  it('round-trip a trace', () => {
    const trace = sample();
    const copy = decodeTrace(
      trace.traceId,
      encodeTrace(trace, NO_TEMPLATES),
      new StringInterner(),
      NO_TEMPLATES,
    );
    expect(copy.spans).toEqual(trace.spans);
    expect(copy.summary()).toEqual(trace.summary());
    expect(copy).toMatchObject({ droppedSpans: 3, truncated: true, remoteParent: true, exported: true });
  });

  it('read attributes of older files by the names that they have now', () => {
    const trace = new TraceRecord(traceIdOf(3));
    const former = { 'http.response.outcome': 'aborted', word: 'http.response.outcome' };
    trace.append([spanRecord({ attributes: former })], WHOLE);
    const own = ['db.response.changed_rows', 3];
    const shared = {
      name: 'BEGIN',
      kind: 'client',
      type: 'database',
      series: 'BEGIN',
      scope: 's',
      attributes: ['db.transaction.mode', 'immediate'],
    };
    const text = encodeTrace(trace, NO_TEMPLATES).replace(
      '"spans":[',
      `"spans":[[1,"${spanIdOf(9)}",null,true,1,2,0,300,${JSON.stringify(own)}],`,
    );
    const book = { idOf: () => 1, factsOf: () => decodeFacts(shared) };
    const now = [
      ['operation.transaction.mode', 'immediate', 'operation.changed_rows', 3],
      ['operation.outcome', 'aborted', 'word', 'http.response.outcome'],
    ];
    const read = decodeTrace(trace.traceId, text, new StringInterner(), book);
    expect(read.spans.map(({ attributes }) => attributes)).toEqual(now);
    expect(uncheckedTrace(text, book).spans.map(({ attributes }) => attributes)).toEqual(now);
  });

  it('round-trip which rule kept a span, and read older rows without it', () => {
    const trace = new TraceRecord(traceIdOf(2));
    const rule = { reason: 'rule', keptBy: 'route=/feed*: 0.5' } as const;
    const [template, own] = [
      { name: 'SELECT', kind: 2, attributes: { 'db.query.text': 'SELECT 1' } },
      ['rows', 1],
    ] as const;
    const templates = new RecordTemplates(new StringInterner());
    const templated = [rule, { reason: 'probability' } as const].map((why) =>
      templates.record({ ...keptSpan(why), template, ownAttributes: own })!,
    );
    trace.append([spanRecord(rule), ...templated], WHOLE);
    const { shared } = templated[0] as TemplatedRecord;
    const book = { idOf: () => 1, factsOf: () => shared };
    const names = (text: string): unknown[] =>
      decodeTrace(trace.traceId, text, new StringInterner(), book).spans.map(({ keptBy }) => keptBy);
    const text = encodeTrace(trace, book);
    expect(names(text)).toEqual([rule.keptBy, rule.keptBy, undefined]);
    const before = text.replaceAll(`,"keptBy":"${rule.keptBy}"`, '').replaceAll(`,"${rule.keptBy}"`, '');
    expect(before).not.toContain(rule.keptBy);
    expect(names(before)).toEqual([undefined, undefined, undefined]);
    expect(uncheckedTrace(text, book).spans.map(({ keptBy }) => keptBy)).toEqual([
      rule.keptBy,
      rule.keptBy,
      undefined,
    ]);
  });

  it('round-trip weights, and read older rows as unknown ones', () => {
    const templates = new RecordTemplates(new StringInterner());
    const template = { name: 'SELECT', kind: 2, attributes: {} };
    const traceOf = (...rates: readonly (number | undefined)[]): TraceRecord => {
      const trace = new TraceRecord(traceIdOf(4));
      const sketches = rates.map((rate) => (rate === undefined ? {} : { threshold: thresholdOf(rate) }));
      const [first, ...others] = sketches;
      const rest = others.map((sketch) => templates.record({ ...keptSpan(sketch), template })!);
      trace.append([spanRecord(first), ...rest], WHOLE);
      return trace;
    };
    const book = { idOf: () => 1, factsOf: () => decodeFacts({ ...sample().spans[0], attributes: [] }) };
    for (const rates of [[0.05, 0.05], [1, 0.25, undefined], [undefined]]) {
      const text = encodeTrace(traceOf(...rates), book);
      const known = rates.map((rate) => rate && 1 / rate);
      const read = (from: string): unknown[][] => [
        decodeTrace(traceIdOf(4), from, new StringInterner(), book).spans.map(({ weight }) => weight),
        uncheckedTrace(from, book).spans.map(({ weight }) => weight),
      ];
      expect(read(text)).toEqual([known, known]);
      const unknown = rates.map(() => undefined);
      expect(read(text.replace(/"weights":(?:\[[^\]]*\]|[^,]*),/, ''))).toEqual([unknown, unknown]);
    }
  });

  const good = JSON.parse(encodeTrace(sample(), NO_TEMPLATES)) as { spans: Record<string, unknown>[] };
  it.each<[string, string]>([
    ['no JSON', '{'],
    ['nothing', 'null'],
    ['a later format', JSON.stringify({ ...good, format: 3 })],
    ['no spans', JSON.stringify({ ...good, spans: [] })],
    ['spans that are none', JSON.stringify({ ...good, spans: [null] })],
    ['a missing name', JSON.stringify({ ...good, spans: [{ ...good.spans[0], name: undefined }] })],
    ['an unknown type', JSON.stringify({ ...good, spans: [{ ...good.spans[0], type: 'ftp' }] })],
    [
      'an object as attribute',
      JSON.stringify({ ...good, spans: [{ ...good.spans[0], attributes: ['a', {}] }] }),
    ],
    [
      'an object in a list',
      JSON.stringify({ ...good, spans: [{ ...good.spans[0], attributes: ['a', [{}]] }] }),
    ],
  ])('reject %s', (_name, text) => {
    expect(() => decodeTrace(traceIdOf(1), text, new StringInterner(), NO_TEMPLATES)).toThrow();
  });
});
