import { deflateRawSync } from 'node:zlib';
import { SpanKind } from '@opentelemetry/api';
import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import type { HistoryFile } from '../../../otel/store/history-file.ts';
import { toSpanRecord } from '../../../otel/store/span-record.ts';
import { StringInterner } from '../../../otel/store/string-interner.ts';
import { RecordTemplates } from '../../../otel/store/templated-record.ts';
import { packText, unpackText } from '../../../otel/store/trace-body.ts';
import { encodeTrace, NO_TEMPLATES } from '../../../otel/store/trace-json.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { HistoryFolder, openHistoryFile, makeVersion3 } from './history-fixture.ts';
import { keptSpan, traceIdOf, WHOLE } from './kept-span-fixture.ts';

let place: HistoryFolder;
beforeEach(() => {
  place = new HistoryFolder();
});

const open = (): HistoryFile => openHistoryFile(place.path);

function ask<T>(sql: string): T[] {
  const database = new Database(place.path);
  try {
    return database.prepare<[], T>(sql).pluck().all();
  } finally {
    database.close();
  }
}

const strings = new StringInterner();
const templates = new RecordTemplates(strings);

/** A request and statements of these names, each with its own template. */
function traceOf(number: number, names: readonly string[]): TraceRecord {
  const trace = new TraceRecord(traceIdOf(number));
  const statements = names.map((name, i) => {
    const attributes = { 'db.query.text': `SELECT * FROM ${name} WHERE path = ?` };
    const template = { name, kind: SpanKind.CLIENT, attributes };
    const span = keptSpan({ name, type: 'database', series: name, attributes: { ...attributes, rows: i } });
    return templates.record({ ...span, kind: SpanKind.CLIENT, template, ownAttributes: ['rows', i] })!;
  });
  trace.append([toSpanRecord(keptSpan(), strings), ...statements], WHOLE);
  return trace;
}

function plain(trace: TraceRecord | undefined): unknown {
  return trace && { ...trace.summary(), spans: JSON.parse(JSON.stringify(trace.spans)) };
}

describe('spans with templates in the history file', () => {
  it('are restored unchanged, also in another process, and their template is written once', () => {
    const traces = [1, 2, 3].map((i) => traceOf(i, ['posts', 'tags', 'posts']));
    const file = open();
    file.transaction(() => traces.forEach((trace) => file.traces.save(trace)));
    for (const reader of [file, open()])
      for (const trace of traces) {
        expect(plain(reader.traces.get(trace.traceId)?.trace)).toEqual(plain(trace));
        expect(JSON.parse(JSON.stringify(reader.traces.unchecked(trace.traceId)?.spans))).toEqual(
          JSON.parse(JSON.stringify(trace.spans)),
        );
      }
    const texts = ask<string>('SELECT facts FROM span_template').map((text) => JSON.parse(text).name);
    expect(new Set(texts)).toEqual(new Set(['posts', 'tags']));
    for (const body of ask<Buffer>('SELECT body FROM trace_body'))
      expect(unpackText(body)).not.toContain('tags');
  });

  it('of a rolled-back transaction write their template again', () => {
    const file = open();
    const trace = traceOf(1, ['posts']);
    const fail = (): void =>
      file.transaction(() => {
        file.traces.save(trace);
        throw new Error('disk full');
      });
    expect(fail).toThrow('disk full');
    const other = traceOf(2, ['tags']);
    file.transaction(() => file.traces.save(other));
    file.transaction(() => file.traces.save(trace));
    for (const one of [trace, other])
      expect(plain(open().traces.get(one.traceId)?.trace)).toEqual(plain(one));
  });

  it('are written in full beyond the maximum number of templates', () => {
    const file = open();
    const names = Array.from({ length: 2003 }, (_, i) => `table_${i}`);
    const trace = traceOf(1, names);
    file.transaction(() => file.traces.save(trace));
    expect(ask('SELECT count(*) FROM span_template')).toEqual([2000]);
    expect(plain(open().traces.get(trace.traceId)?.trace)).toEqual(plain(trace));
  });

  it('whose templates are lost are skipped, one by one', () => {
    const file = open();
    const [with_, without] = [traceOf(1, ['posts']), traceOf(2, [])];
    file.transaction(() => [with_, without].forEach((trace) => file.traces.save(trace)));
    ask('DELETE FROM span_template RETURNING id');
    const skipped: unknown[] = [];
    const found = [...open().traces.newest('ordinary', false, 0, 10, (error) => skipped.push(error))];
    expect(found.map(({ trace }) => trace.traceId)).toEqual([without.traceId]);
    expect(skipped).toEqual([expect.any(TypeError)]);
  });
});

describe('a file of version 2', () => {
  it('is migrated with its content', () => {
    const trace = traceOf(1, ['posts', 'tags']);
    const file = open();
    file.transaction(() => file.traces.save(trace));
    const text = JSON.stringify({ ...JSON.parse(encodeTrace(trace, NO_TEMPLATES)), format: 1 });
    const database = new Database(place.path);
    database.prepare('UPDATE trace_body SET body = ?').run(deflateRawSync(text, { level: 1 }));
    makeVersion3(database);
    database.exec('DROP TABLE span_template; PRAGMA user_version = 2');
    database.close();
    const { history, guard, ring } = place.start();
    expect(plain(history.saved(trace.traceId)?.trace)).toEqual(plain(trace));
    expect(ring.get(trace.traceId)?.spans).toHaveLength(3);
    expect([guard.faults(), place.messages]).toEqual([[], []]);
    expect(ask('PRAGMA user_version')).toEqual([4]);
  });
});

describe('packText', () => {
  it.each([
    ['nothing', ''],
    ['a short text', '{"a":1}'],
    ['a short text beyond ASCII', 'Glaß \u{1f50d} \0'],
    ['just below the bound', 'x'.repeat(2047)],
    ['just at the bound', 'x'.repeat(2048)],
    ['fewer characters than bytes', 'ß'.repeat(1500)],
    ['a long one', 'panes of glass '.repeat(5000)],
  ])('round-trips %s', (_name, text) => expect(unpackText(packText(text))).toBe(text));

  it('compresses long texts', () => {
    expect(packText('panes of glass '.repeat(5000)).length).toBeLessThan(2048);
    expect(packText('x'.repeat(2000)).length).toBe(2001);
  });
});
