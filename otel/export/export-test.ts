import { randomBytes } from 'node:crypto';
import { type Attributes, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Destination } from './destination.ts';
import { describeError } from './export-books.ts';
import { untraced } from '../base/untraced.ts';

/** An owner waits for it. */
const TIMEOUT_MILLIS = 5000;

/** Sends items that are in no book, and notes what came of it. Never rejects. */
export async function sendTest<Item>(
  destination: Destination<Item>,
  items: Item[],
  nanos: () => number,
  outcome: { fault: string | undefined; millis: number },
): Promise<void> {
  const startNanos = nanos();
  try {
    await untraced(() => destination.send(items, AbortSignal.timeout(TIMEOUT_MILLIS)));
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    outcome.fault = isLate ? `no response within ${TIMEOUT_MILLIS} ms` : describeError(error);
  }
  outcome.millis = (nanos() - startNanos) / 1e6;
}

/** A span of no duration in a trace of its own, to be looked for at the receiver. */
export function testSpan(resource: Readonly<Attributes>): ReadableSpan {
  const now = millisToHrTime(Date.now());
  const spanContext = {
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    traceFlags: TraceFlags.SAMPLED,
  };
  return {
    name: 'export test',
    kind: SpanKind.INTERNAL,
    spanContext: () => spanContext,
    startTime: now,
    endTime: now,
    duration: [0, 0],
    ended: true,
    status: { code: SpanStatusCode.UNSET },
    attributes: {},
    links: [],
    events: [],
    resource: resourceFromAttributes({ ...resource }),
    instrumentationScope: { name: 'operations' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
