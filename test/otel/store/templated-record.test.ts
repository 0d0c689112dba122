import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import type { KeptSpan, SpanTemplate } from '../../../otel/spans/kept-span.ts';
import { LearnedTemplates } from '../../../otel/store/learned-templates.ts';
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
  for (let i = 0; i < ownAttributes.length; i += 2) own[String(ownAttributes[i])] = ownAttributes[i + 1];
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
  it('equals the record that the span would have without a template', () => {
    const records = new RecordTemplates(new StringInterner());
    for (const span of [templated(), templated(TEMPLATE, []), templated(TEMPLATE, ['a', 1, 'b', true])]) {
      const record = records.record(span)!;
      const alone = toSpanRecord(span, new StringInterner());
      expect(toSpanRow(record, 0.5)).toEqual(toSpanRow(alone, 0.5));
      expect(record.localRoot).toBe(alone.localRoot);
    }
  });

  it('counts the template once, and every record as a fraction of a full one', () => {
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
  ])('stores a span with %s in full', (_what, span) => {
    const records = new RecordTemplates(new StringInterner());
    expect(records.record(span)).toBeUndefined();
    // Also the second time, when the template is cached.
    expect(records.record(span)).toBeUndefined();
    expect(toSpanRecord(span, new StringInterner()).bytes).toBeLessThanOrEqual(MAX_RECORD_BYTES);
  });

  it('learns templates of SDK spans from the second occurrence on', () => {
    const records = new RecordTemplates(new StringInterner());
    const plain = (rows: number, text = TEMPLATE.attributes['db.query.text']): KeptSpan => {
      const attributes = { ...TEMPLATE.attributes, 'db.query.text': text, rows };
      return { ...keptSpan({ type: 'database', name: 'SELECT posts', attributes }), kind: SpanKind.CLIENT };
    };
    expect(records.record(plain(1))).toBeUndefined();
    const [second, third] = [plain(2), plain(3)];
    expect(toSpanRow(records.record(second)!, 0.5)).toEqual(
      toSpanRow(toSpanRecord(second, new StringInterner()), 0.5),
    );
    const strings = new StringInterner();
    toSpanRecord(third, strings);
    expect(records.record(third)!.bytes).toBeLessThan(toSpanRecord(third, strings).bytes * 0.75);
    // No text may be confused with another.
    expect(records.record(plain(4, 'SELECT 1'))).toBeUndefined();
    expect(records.record({ ...plain(5), name: 'SELECT' })).toBeUndefined();
  });

  it.each<readonly [string, Partial<KeptSpan>]>([
    ['a request', { operationType: 'http' }],
    ['one that failed', { status: { code: SpanStatusCode.ERROR } }],
    ['one that said it went well', { status: { code: SpanStatusCode.OK } }],
    ['one with events', { events: [{ name: 'retry', time: [1, 0] }] }],
    ['one with links', { links: [{ context: keptSpan().spanContext() }] }],
    ['one that lost attributes', { droppedAttributesCount: 1 }],
    ['one with words of its own in a list', { attributes: { 'a.list': ['x'] } }],
    ['one whose words are long', { attributes: { text: 'x'.repeat(5_000) } }],
  ])('learns nothing from %s', (_what, said) => {
    const records = new RecordTemplates(new StringInterner());
    const span: KeptSpan = { ...keptSpan({ type: 'database' }), ...said };
    for (let i = 0; i < 3; i++) expect(records.record(span)).toBeUndefined();
  });

  it('keeps templates in use among statements that all differ', () => {
    const learned = new LearnedTemplates();
    const span = (text: string): KeptSpan => keptSpan({ type: 'database', attributes: { text } });
    learned.of(span('SELECT 1'));
    for (let i = 0; i < 5000; i++) {
      learned.of(span(`SELECT ${i} AS a`));
      expect(learned.of(span('SELECT 1'))).toBeDefined();
      if (i % 2 === 0) learned.of(span(`SELECT ${i} AS a`));
    }
    // What was not used meanwhile has to be learned again.
    expect(learned.of(span('SELECT 0 AS a'))).toBeUndefined();
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
