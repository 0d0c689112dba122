import { SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import type { KeptSpan, SpanTemplate } from '../../../otel/spans/kept-span.ts';
import { MAX_RECORD_BYTES, toSpanRecord, toSpanRow } from '../../../otel/store/span-record.ts';
import { StringInterner } from '../../../otel/store/string-interner.ts';
import { RecordTemplates } from '../../../otel/store/templated-record.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { decodeTrace, encodeTrace, NO_TEMPLATES } from '../../../otel/store/trace-json.ts';
import { keptSpan, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const TEMPLATE: SpanTemplate = {
  name: 'SELECT posts',
  kind: SpanKind.CLIENT,
  attributes: { 'db.system.name': 'sqlite', 'db.query.text': 'SELECT * FROM posts WHERE path = ?' },
};

function templated(template = TEMPLATE, ownAttributes: KeptSpan['ownAttributes'] = ['rows', 3]): KeptSpan {
  const own: Record<string, unknown> = {};
  for (let i = 0; i < ownAttributes!.length; i += 2) own[String(ownAttributes![i])] = ownAttributes![i + 1];
  const span = keptSpan({
    name: template.name,
    type: 'database',
    series: template.name,
    parentSpanId: '00000000000000aa',
    durationMillis: 1.25,
    attributes: { ...template.attributes, ...own },
  });
  return { ...span, kind: template.kind, template, ownAttributes };
}

describe('RecordTemplates', () => {
  it('makes the record that the span would have on its own', () => {
    const records = new RecordTemplates(new StringInterner());
    for (const span of [templated(), templated(TEMPLATE, []), templated(TEMPLATE, ['a', 1, 'b', true])]) {
      const record = records.record(span)!;
      const alone = toSpanRecord(span, new StringInterner());
      expect(toSpanRow(record, 0.5)).toEqual(toSpanRow(alone, 0.5));
      expect(record.localRoot).toBe(alone.localRoot);
    }
  });

  it('weighs the template once, and every record a fraction of one that stands for itself', () => {
    const records = new RecordTemplates(new StringInterner());
    const [first, second, third] = [templated(), templated(), templated()].map(
      (span) => records.record(span)!.bytes,
    );
    expect(first).toBeGreaterThan(second! + 'SELECT * FROM posts WHERE path = ?'.length);
    expect(second).toBe(third);
    const strings = new StringInterner();
    toSpanRecord(templated(), strings);
    expect(second).toBeLessThan(toSpanRecord(templated(), strings).bytes * 0.75);
  });

  it.each([
    ['a template that does not fit', templated({ ...TEMPLATE, attributes: { text: 'x'.repeat(5_000) } })],
    ['attributes of its own that may be long', templated(TEMPLATE, ['text', 'x'.repeat(5_000)])],
    ['numbers that JSON has no word for', templated(TEMPLATE, ['rows', NaN])],
    ['no template', keptSpan()],
  ])('leaves a span with %s to stand for itself', (_what, span) => {
    const records = new RecordTemplates(new StringInterner());
    expect(records.record(span)).toBeUndefined();
    // Also the second time, when the template is known.
    expect(records.record(span)).toBeUndefined();
    expect(toSpanRecord(span, new StringInterner()).bytes).toBeLessThanOrEqual(MAX_RECORD_BYTES);
  });

  it('is written to the history file and read back like any record', () => {
    const records = new RecordTemplates(new StringInterner());
    const trace = new TraceRecord(traceIdOf(7));
    trace.append([records.record(templated())!, toSpanRecord(keptSpan(), new StringInterner())], WHOLE);
    const read = decodeTrace(
      trace.traceId,
      encodeTrace(trace, NO_TEMPLATES),
      new StringInterner(),
      NO_TEMPLATES,
    );
    expect(read.detail((span) => toSpanRow(span, undefined), [])).toEqual(
      trace.detail((span) => toSpanRow(span, undefined), []),
    );
  });
});
