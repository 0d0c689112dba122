import { describe, expect, it } from '@jest/globals';
import { toSpanRow } from '../../../otel/store/span-record.ts';
import type { SpanRecord } from '../../../otel/store/span-record.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { spanIdOf, spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';

const ROOT_ID = spanIdOf(1);

function root(sketch = {}): SpanRecord {
  return spanRecord({ spanId: ROOT_ID, durationMillis: 100, ...sketch });
}

function child(sketch = {}): SpanRecord {
  return spanRecord({
    parentSpanId: ROOT_ID,
    name: 'SELECT posts',
    type: 'database',
    startMillis: START_MILLIS + 10,
    ...sketch,
  });
}

function trace(...fragments: readonly (readonly SpanRecord[])[]): TraceRecord {
  const record = new TraceRecord(traceIdOf(1));
  for (const spans of fragments) record.append(spans, WHOLE);
  return record;
}

describe('TraceRecord', () => {
  it('is summarised by its local root, whatever the order of its spans', () => {
    const attributes = {
      'http.response.status_code': 500,
      'operation.outcome': 'failed',
      'url.path': '/a-post',
    };
    expect(
      trace([child({ failed: true, reason: 'error' }), root({ attributes, reason: 'ancestor' })]).summary(),
    ).toMatchObject({
      traceId: traceIdOf(1),
      name: 'GET /:slug',
      type: 'http',
      series: 'GET /:slug',
      startMillis: START_MILLIS,
      durationMillis: 100,
      spanCount: 2,
      errorCount: 1,
      httpStatusCode: 500,
      path: '/a-post',
      outcome: 'failed',
      keepReason: 'error',
      pinned: false,
    });
  });

  it('without a root is named by its earliest span and lasts from first start to last end', () => {
    const late = child({ name: 'late', startMillis: START_MILLIS + 50, durationMillis: 5 });
    const early = child({ name: 'early', startMillis: START_MILLIS + 20, durationMillis: 5 });
    expect(trace([late, early]).summary()).toMatchObject({
      name: 'early',
      startMillis: START_MILLIS + 20,
      durationMillis: 35,
      httpStatusCode: undefined,
      path: undefined,
      outcome: undefined,
    });
  });

  it('shows its spans as rows, earliest first', () => {
    const detail = trace([child(), root()]).detail((span) => toSpanRow(span, 0.5), []);
    expect(detail.spans.map((span) => [span.name, span.percentile])).toEqual([
      ['GET /:slug', 0.5],
      ['SELECT posts', 0.5],
    ]);
  });

  it.each([
    [['ancestor', 'late'], 'late'],
    [['late', 'probability'], 'probability'],
    [['probability', 'slow'], 'slow'],
    [['slow', 'error', 'ancestor'], 'error'],
    [['ancestor'], 'ancestor'],
  ] as const)('kept for %j was kept for %s', (reasons, strongest) => {
    expect(trace(reasons.map((reason) => child({ reason }))).keepReason).toBe(strongest);
  });

  it('merges late spans: facts so far replace, not add', () => {
    const record = new TraceRecord(traceIdOf(1));
    record.append([root()], { ...WHOLE, droppedSpans: 3 });
    record.append([child({ reason: 'late' })], { ...WHOLE, droppedSpans: 5 });
    expect(record.droppedSpans).toBe(5);
    expect(record.spans).toHaveLength(2);
    expect(record.durationMillis).toBe(100);
  });

  it('merges a second local root: its dropped spans are added, the earlier root names the trace', () => {
    const record = new TraceRecord(traceIdOf(1));
    const remote = { parentSpanId: spanIdOf(99), remote: true };
    record.append([root({ ...remote, name: 'second', startMillis: START_MILLIS + 500 })], {
      ...WHOLE,
      droppedSpans: 3,
      remoteParent: true,
    });
    record.append([root({ ...remote, name: 'first', spanId: spanIdOf(2) })], { ...WHOLE, droppedSpans: 4 });
    record.append([child({ reason: 'late' })], { ...WHOLE, droppedSpans: 6 });
    expect(record.droppedSpans).toBe(9);
    expect(record.head?.name).toBe('first');
    expect(record.remoteParent).toBe(true);
  });

  it('cut to fewer bytes keeps the root and the evidence and counts what was dropped', () => {
    const ordinary = Array.from({ length: 50 }, (_, i) =>
      child({ name: `ordinary ${i}`, durationMillis: i }),
    );
    const failed = child({ name: 'failed', reason: 'error', failed: true });
    const slow = child({ name: 'slow', reason: 'slow' });
    const record = trace([...ordinary, failed, slow, root()]);
    record.cutTo(record.bytes / 5);
    const names = record.spans.map((span) => span.name);
    expect(names).toEqual(expect.arrayContaining(['GET /:slug', 'failed', 'slow', 'ordinary 49']));
    expect(names).not.toContain('ordinary 0');
    expect(record.droppedSpans).toBe(53 - names.length);
    expect(record.truncated).toBe(true);
    expect(record.errorCount).toBe(1);
    expect(record.keepReason).toBe('error');
  });

  it('cut to nothing keeps the one span that matters most', () => {
    const record = trace([child(), root(), child({ reason: 'error' })]);
    record.cutTo(0);
    expect(record.spans.map((span) => span.spanId)).toEqual([ROOT_ID]);
  });

  it('is left alone by a cut it fits into', () => {
    const record = trace([root(), child()]);
    record.cutTo(record.bytes);
    expect(record.spans).toHaveLength(2);
    expect(record.truncated).toBe(false);
  });
});
