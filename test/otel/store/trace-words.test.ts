import { SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import type { SpanRecord } from '../../../otel/store/span-record.ts';
import { StringInterner } from '../../../otel/store/string-interner.ts';
import { RecordTemplates } from '../../../otel/store/templated-record.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { WordMaker } from '../../../otel/store/trace-words.ts';
import { keptSpan, spanIdOf, spanRecord, traceIdOf, WHOLE } from './kept-span-fixture.ts';
import type { SpanSketch } from './kept-span-fixture.ts';

const templates = new RecordTemplates(new StringInterner());
const TEMPLATES = ['posts', 'Tags'].map((name) => {
  const attributes = { 'db.query.text': `SELECT * FROM ${name}`, 'db.port': 17 };
  return { name: `SELECT ${name}`, kind: SpanKind.CLIENT, attributes };
});

/** A statement with a template, and the same in full. */
function statement(which: number, key: string, rows: number, isChild = true): [SpanRecord, SpanRecord] {
  const template = TEMPLATES[which]!;
  const parent = isChild ? { parentSpanId: spanIdOf(1) } : {};
  const attributes = { ...template.attributes, [key]: rows };
  const span = keptSpan({ ...parent, name: template.name, type: 'database', attributes });
  const record = templates.record({ ...span, template, ownAttributes: [key, rows] })!;
  return [record, JSON.parse(JSON.stringify(record)) as SpanRecord];
}

function request(name: string, attributes: Record<string, unknown>): [SpanRecord, SpanRecord] {
  const record = spanRecord({ name, attributes });
  return [record, record];
}

function traceOf(spans: readonly SpanRecord[]): TraceRecord {
  const trace = new TraceRecord(traceIdOf(1));
  trace.append(spans, WHOLE);
  return trace;
}

describe('WordMaker', () => {
  it('returns the same text as for a trace without templates, whatever it saw before', () => {
    const traces: [SpanRecord, SpanRecord][][] = [
      [request('GET /*path', { path: '/A', code: 200 }), statement(0, 'rows', 3), statement(1, 'rows', 4)],
      [request('GET /*path', { path: '/b', code: 404 }), statement(0, 'rows', 5), statement(1, 'rows', 4)],
      [request('GET /*path', { path: '/b', code: 404 }), statement(0, 'rows', 5)],
      [request('GET /*path', { path: 'SELECT posts', code: 1 }), statement(0, 'changes', 5)],
      [request('GET', { '/*path': '/b' }), statement(0, 'changes', 5)],
      [statement(0, 'rows', 5, false)],
      [statement(0, 'rows', 5, false), statement(0, 'rows', 5)],
      [statement(0, 'rows', 5, false), statement(1, 'rows', 5)],
      [statement(1, 'rows', 5)],
      [request('a', { b: 'x' })],
      [request('a1:b', {})],
    ];
    const maker = new WordMaker();
    for (let round = 0; round < 2; round++)
      for (const spans of traces) {
        const found = maker.wordsOf(traceOf(spans.map(([record]) => record)));
        expect(found).toEqual(new WordMaker().wordsOf(traceOf(spans.map(([, plain]) => plain))));
      }
  });

  it('separates values, messages, frames and numbers', () => {
    const events: SpanSketch['events'] = [
      {
        name: 'exception',
        time: [1, 0],
        attributes: { 'exception.stacktrace': 'Error: No\n    at Here.js' },
      },
    ];
    const head = spanRecord({
      name: 'GET',
      attributes: { path: '/Q', list: ['One', 2, true], get: 'GET' },
      events,
    });
    const child = spanRecord({
      name: 'C',
      parentSpanId: spanIdOf(1),
      attributes: { text: 'Common', n: 0.5 },
    });
    expect(new WordMaker().wordsOf(traceOf([head, child]))).toEqual({
      own: '\n/q\none\nerror: no\n',
      vocabulary: '\n    at here.js\nc\ncommon\nexception\nexception.stacktrace\nget\nlist\nn\npath\ntext\n',
      numbers: '\n2\n0.5\n',
      spanIds: `\n${head.spanId}\n${child.spanId}\n`,
    });
  });

  it('caches a bounded number of kinds', () => {
    const maker = new WordMaker();
    for (let i = 0; i < 1000; i++) {
      const trace = traceOf([spanRecord({ name: `GET /${i}`, attributes: { path: '/' } })]);
      expect(maker.wordsOf(trace).vocabulary).toContain(`get /${i}\n`);
    }
    expect(maker.remembered).toBeLessThanOrEqual(100);
  });
});
