import { expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { Guard } from '../../../otel/base/guard.ts';
import { LogLineProcessor } from '../../../otel/store/log-line-processor.ts';
import { TraceLogs } from '../../../otel/store/trace-logs.ts';
import { processorsOfEachTest } from '../sampling/processor-fixture.ts';
import { randomOf } from '../sampling/random.ts';

const start = processorsOfEachTest();

/** Clocks as they are: a wall clock of whole milliseconds, and a monotonic one. */
function program() {
  const run = start({ rates: 1, spans: 'own' });
  const now = (): number => Math.floor(run.clock.millis);
  Object.assign(run.clock, { now });
  const guard = new Guard();
  const logs = new TraceLogs();
  const logger = new LoggerProvider({ processors: [new LogLineProcessor({ logs, guard })] }).getLogger('app');
  return { ...run, now, logs, logger, guard };
}

it('a log line and the exceptions of its span have the order in which they happened', () => {
  const { clock, tracer, local, now, logs, logger, guard } = program();
  const words = randomOf(11);
  const pass = (): void => {
    clock.millis += 0.05 + ((words() / 2 ** 32) * 2) ** 3;
  };
  const happened: string[][] = [];
  for (let request = 0; request < 200; request++) {
    pass();
    const span = tracer.startSpan('GET /guestbook');
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const order = Array.from({ length: 6 }, (_, at) => `${words() % 2 === 0 ? 'line' : 'exception'} ${at}`);
    for (const what of order) {
      pass();
      if (what.startsWith('line')) logger.emit({ body: what, timestamp: now(), context });
      else span.recordException(new Error(what));
    }
    pass();
    span.end();
    happened.push(order);
  }
  const told = local.spans.map((span) => {
    const events = span.events.map(({ time, attributes }) => ({
      at: hrTimeToMilliseconds(time),
      what: String(attributes?.['exception.message']),
    }));
    const lines = (logs.of(span.spanContext().traceId, 0) ?? []).map(({ timeMillis: at, message: what }) => ({
      at,
      what,
    }));
    return [...events, ...lines].toSorted((a, b) => a.at - b.at).map(({ what }) => what);
  });
  expect(told).toEqual(happened);
  expect(guard.faults()).toEqual([]);
});

it('a line that is written later, or has a finer time, keeps its own', () => {
  const { clock, tracer, now, logs, logger } = program();
  const span = tracer.startSpan('GET /');
  const context = trace.setSpan(ROOT_CONTEXT, span);
  const earlier = now();
  clock.millis += 40.5;
  logger.emit({ body: 'late', timestamp: earlier, context });
  logger.emit({ body: 'fine', timestamp: [1_773_489_600, 250_000], context });
  const times = logs.of(span.spanContext().traceId, 0)?.map(({ timeMillis }) => timeMillis);
  expect(times).toEqual([earlier, 1_773_489_600_000.25]);
});
