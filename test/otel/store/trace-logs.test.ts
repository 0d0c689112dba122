import { afterEach, describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT, SeverityNumber, trace, TraceFlags } from '@opentelemetry/api';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { Guard } from '../../../otel/base/guard.ts';
import type { LogLine } from '../../../otel/query.ts';
import { LogLineProcessor } from '../../../otel/store/log-line-processor.ts';
import { TraceLogs } from '../../../otel/store/trace-logs.ts';

const line = (message: string): LogLine => ({
  timeMillis: 0,
  spanId: '',
  level: 'info',
  message,
  attributes: {},
});
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

describe('TraceLogs', () => {
  it('holds the last lines of a trace, oldest first', () => {
    const logs = new TraceLogs({ maxLinesPerTrace: 2 });
    for (const message of ['a', 'b', 'c']) logs.add(TRACE_ID, line(message), 10);
    expect(logs.of(TRACE_ID, 0)?.map(({ message }) => message)).toEqual(['b', 'c']);
    expect(logs.bytes).toBe(20);
    expect(logs.of('unknown', 0)).toEqual([]);
  });

  it('is bounded in traces and in bytes, and drops the oldest', () => {
    const byCount = new TraceLogs({ maxTraces: 3 });
    const byBytes = new TraceLogs({ maxBytes: 100 });
    for (let i = 0; i < 50; i++) {
      byCount.add(`trace ${i}`, line('x'), 1);
      byBytes.add(`trace ${i}`, line('x'), 30);
      expect(byCount.traces).toBeLessThanOrEqual(3);
      expect(byBytes.bytes).toBeLessThanOrEqual(100);
    }
    expect(byCount.of('trace 49', 0)).toHaveLength(1);
    expect(byBytes.of('trace 49', 0)).toHaveLength(1);
    expect(byBytes.traces).toBe(3);
  });

  it('leaves out a line that alone exceeds the bound', () => {
    const logs = new TraceLogs({ maxBytes: 100 });
    logs.add('a', line('small'), 50);
    logs.add('b', line('large'), 101);
    expect([logs.of('a', 0)?.length, logs.of('b', 0)?.length, logs.bytes]).toEqual([1, 0, 50]);
  });
});

describe('LogLineProcessor', () => {
  const logs = new TraceLogs();
  const guard = new Guard();
  const provider = new LoggerProvider({ processors: [new LogLineProcessor({ logs, guard })] });
  const logger = provider.getLogger('test');
  const inSpan = trace.setSpanContext(ROOT_CONTEXT, {
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    traceFlags: TraceFlags.NONE,
  });
  afterEach(() => expect(guard.faults()).toEqual([]));

  it('keeps lines written in a span, sampled or not, and nothing else', () => {
    logger.emit({ body: 'outside', context: ROOT_CONTEXT });
    logger.emit({
      body: 'fts query rewritten',
      severityNumber: SeverityNumber.WARN,
      attributes: { term: 'glass', hits: 3, nested: { a: 1 } },
      context: inSpan,
    });
    expect(logs.traces).toBe(1);
    expect(logs.created).toBe(2);
    expect(logs.of(TRACE_ID, 0)).toMatchObject([
      {
        spanId: SPAN_ID,
        level: 'warn',
        message: 'fts query rewritten',
        attributes: { term: 'glass', hits: 3, nested: '{"a":1}' },
      },
    ]);
    expect(context.active()).toBe(ROOT_CONTEXT);
  });

  it('cuts what is too long', () => {
    const attributes = { stack: 's'.repeat(50_000), 'exception.type': 'RangeError' };
    logger.emit({ body: 'm'.repeat(5000), attributes, context: inSpan });
    const last = logs.of(TRACE_ID, 0)?.at(-1);
    expect([last?.message.length, String(last?.attributes['stack']).length]).toEqual([1000, 4000]);
    // A value that was cut leaves room for others.
    expect(last?.attributes['exception.type']).toBe('RangeError');
  });
});
