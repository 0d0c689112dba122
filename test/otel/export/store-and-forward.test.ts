import { describe, expect, it } from '@jest/globals';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { Guard } from '../../../otel/base/guard.ts';
import { readTelemetryConfig } from '../../../otel/config.ts';
import type { ExportPipeline } from '../../../otel/export/export-pipeline.ts';
import { SPAN_KIND } from '../../../otel/export/item-kinds.ts';
import { OtlpDestination } from '../../../otel/export/otlp-destination.ts';
import { SPANS } from '../../../otel/export/otlp-signals.ts';
import { StoredBatches } from '../../../otel/export/stored-batches.ts';
import type { ExportFacts } from '../../../otel/query.ts';
import type { HistoryFile } from '../../../otel/store/history-file.ts';
import { WaitingExports } from '../../../otel/store/waiting-exports.ts';
import { afterThisTest } from '../../fixtures/after-tests.ts';
import { openHistoryFile } from '../store/history-fixture.ts';
import { fakeClock } from '../store/store-fixture.ts';
import { otlpLines, otlpSpans } from '../../fixtures/otlp-lines.ts';
import { decodeSpans } from './decode-otlp.ts';
import { otlpPipeline } from './made-pipelines.ts';
import { makeTrace } from './made-spans.ts';
import { httpReceiver, refusingUrl } from './receivers.ts';

const MIB = 1024 * 1024;
let processes = 0;

/** A process with one pipeline of spans on the history file; earlier ones of the same test are gone. */
function startProcess(
  file: HistoryFile,
  url: string,
  { maxBytes = 64 * MIB, maxQueueItems = 40, env = {} } = {},
) {
  const clock = fakeClock();
  const guard = new Guard();
  const storage = new WaitingExports({ processId: `process-${processes++}`, maxBytes, guard, clock });
  const lines: string[] = [];
  const sent: string[] = [];
  const pipeline = otlpPipeline(
    { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env },
    {
      storage,
      maxQueueItems,
      maxBatchItems: 20,
      scheduledDelayMillis: 5,
      storedItemsPerSecond: 1e6,
      log: (line) => lines.push(line),
      onSent: (traceIds) => sent.push(...traceIds),
    },
  );
  afterThisTest(() => pipeline.shutdown());
  storage.restore(file);
  return { pipeline, storage, lines, sent, guard };
}

function expectBalanced(facts: ExportFacts): void {
  const { accepted, sent, rejected, failed, dropped, queued, stored } = facts;
  const waiting = queued + (stored?.items ?? 0);
  expect(accepted + (stored?.adopted ?? 0)).toBe(
    sent + rejected + failed + dropped + (stored?.dropped ?? 0) + waiting,
  );
}

/** Every span by its id, in the order of export. */
function hand(pipeline: ExportPipeline<ReadableSpan>, traces: number, spans = 4): string[] {
  return Array.from({ length: traces }, () => {
    const trace = makeTrace(spans);
    pipeline.export(trace, () => {});
    return trace.map((span) => span.spanContext().spanId);
  }).flat();
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise(setImmediate);
}

const idsOf = (body: Uint8Array): string[] => decodeSpans(body).map(({ spanId }) => spanId);
const idsIn = (bodies: readonly { readonly body: Uint8Array }[]): string[] =>
  bodies.flatMap(({ body }) => idsOf(body));
const jsonIds = (body: Uint8Array): string[] =>
  otlpSpans(otlpLines(new TextDecoder().decode(body))).map(({ spanId }) => spanId);

describe('store and forward', () => {
  it('sends everything once after an outage with restarts, far more than the queue holds', async () => {
    const file = openHistoryFile();
    const nobody = await refusingUrl();
    const made: string[] = [];
    for (let run = 0; run < 3; run++) {
      const { pipeline, lines, guard } = startProcess(file, nobody);
      for (let burst = 0; burst < 5; burst++) {
        made.push(...hand(pipeline, 20));
        await pipeline.forceFlush();
        expectBalanced(pipeline.facts());
      }
      await pipeline.shutdown();
      const facts = pipeline.facts();
      expectBalanced(facts);
      expect(facts).toMatchObject({ accepted: 400, sent: 0, failed: 0, dropped: 0, queued: 0 });
      expect(facts.stored).toMatchObject({ items: made.length, dropped: 0 });
      expect(lines[0]).toMatch(/^export of traces to .* fails: nothing listens at /);
      expect(lines.at(-1)).toMatch(new RegExp(`0 spans were not sent, ${made.length} wait on disk$`));
      expect(guard.faults()).toEqual([]);
    }
    await using receiver = await httpReceiver();
    const { pipeline, sent } = startProcess(file, receiver.url);
    expect(pipeline.facts().stored).toMatchObject({ items: 1200, adopted: 1200 });
    const live = hand(pipeline, 3);
    await receiver.received(61);
    await pipeline.shutdown();
    const arrived = idsIn(receiver.bodies);
    expect(arrived.toSorted()).toEqual([...made, ...live].toSorted());
    expect(receiver.maxConcurrent()).toBe(1);
    // What waited came in its order.
    const waited = new Set(made);
    expect(arrived.filter((id) => waited.has(id))).toEqual(made);
    expect(new Set(sent).size).toBe(303);
    expectBalanced(pipeline.facts());
    expect(pipeline.facts()).toMatchObject({ sent: 1212, failed: 0, dropped: 0 });
    expect(file.waiting.bytes).toBe(0);
  });

  it('stays within its bound: the oldest are dropped and counted, and what must be kept last', async () => {
    const file = openHistoryFile();
    const { pipeline, storage } = startProcess(file, await refusingUrl(), { maxBytes: 65_536 });
    let bytes = 0;
    const mustKeep = Object.assign(makeTrace(4), {});
    for (const span of mustKeep) Object.assign(span, { keepReason: 'error' });
    pipeline.export(mustKeep, () => {});
    for (let burst = 0; burst < 60; burst++) {
      hand(pipeline, 10);
      await pipeline.forceFlush();
      bytes = Math.max(bytes, storage.facts('traces')?.bytes ?? 0);
      expectBalanced(pipeline.facts());
    }
    await pipeline.shutdown();
    expectBalanced(pipeline.facts());
    expect(bytes).toBeLessThanOrEqual(65_536);
    expect(pipeline.facts().stored?.dropped).toBeGreaterThan(0);
    expect(pipeline.facts()).toMatchObject({ dropped: 0, queued: 0 });

    await using receiver = await httpReceiver();
    const next = startProcess(file, receiver.url, { maxBytes: 65_536 });
    await until(() => next.pipeline.facts().stored!.items === 0);
    await next.pipeline.shutdown();
    const arrived = new Set(idsIn(receiver.bodies));
    for (const span of mustKeep) expect(arrived).toContain(span.spanContext().spanId);
  });

  it('keeps what it cannot write in the queue, and writes it later', async () => {
    const file = openHistoryFile();
    const { pipeline, guard } = startProcess(file, await refusingUrl());
    const writable = file.transaction;
    file.transaction = () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    };
    hand(pipeline, 2);
    await pipeline.forceFlush();
    expect(pipeline.facts()).toMatchObject({ queued: 8, dropped: 0, stored: { items: 0 } });
    expect(guard.faults()).toMatchObject([{ place: 'export storage' }]);
    file.transaction = writable;
    await pipeline.forceFlush();
    expect(pipeline.facts()).toMatchObject({ queued: 0, dropped: 0, stored: { items: 8 } });
  });

  it('drops and counts stored spans that the receiver refuses for good', async () => {
    const file = openHistoryFile();
    const first = startProcess(file, await refusingUrl());
    hand(first.pipeline, 2);
    await first.pipeline.shutdown();
    await using receiver = await httpReceiver((response) => response.writeHead(400).end());
    const { pipeline } = startProcess(file, receiver.url);
    await receiver.received(1);
    await pipeline.shutdown();
    expectBalanced(pipeline.facts());
    expect(pipeline.facts()).toMatchObject({ failed: 8, stored: { items: 0 } });
  });

  it('does not touch what another process that lives still sends', () => {
    const file = openHistoryFile();
    const other = { signal: 'traces', items: 5, isMustKeep: false, mediaType: 'x', traceIds: [] } as const;
    file.waiting.put('other', { ...other, body: new Uint8Array(10) }, fakeClock().now());
    file.waiting.put('other', { ...other, body: new Uint8Array(10) }, fakeClock().now());
    const kept = file.waiting.totals('other');
    expect(file.waiting.left('this', fakeClock().now(), () => false)).toEqual([]);
    expect(file.waiting.totals('other')).toEqual(kept);
    expect(file.waiting.totals('this')).toEqual([]);
    expect(file.waiting.left('this', fakeClock().now(), () => true)).toEqual(['other']);
    file.waiting.adopt('this', 'other');
    expect(file.waiting.totals('this')).toMatchObject([{ items: 10 }]);
  });
});

describe('a receiver that comes back', () => {
  it('gets every span once, though it failed in between', async () => {
    await using receiver = await httpReceiver((response, count) =>
      response.writeHead(count % 3 === 0 ? 200 : 503).end(),
    );
    const { pipeline, lines } = startProcess(openHistoryFile(), receiver.url);
    const made = hand(pipeline, 30);
    await until(() => pipeline.facts().sent === made.length);
    const accepted = receiver.bodies.filter((_, at) => (at + 1) % 3 === 0);
    expect(idsIn(accepted).toSorted()).toEqual(made.toSorted());
    expect(pipeline.facts()).toMatchObject({
      failed: 0,
      rejected: 0,
      dropped: 0,
      lastError: { message: expect.stringContaining('overloaded') },
    });
    expect(lines.filter((line) => line.includes(' fails: ')).length).toBe(
      lines.filter((line) => line.includes(' works again: ')).length,
    );
  });

  it('that asks to wait is not asked before, not even at the end', async () => {
    await using receiver = await httpReceiver((response) =>
      response.writeHead(503, { 'Retry-After': '3000' }).end(),
    );
    const { pipeline } = startProcess(openHistoryFile(), receiver.url);
    hand(pipeline, 30);
    await receiver.received(1);
    await pipeline.forceFlush();
    hand(pipeline, 30);
    await pipeline.forceFlush();
    expect(pipeline.facts().pausedUntilMillis).toBeGreaterThan(0);
    await pipeline.shutdown();
    expect(receiver.bodies).toHaveLength(1);
    expect(pipeline.facts()).toMatchObject({ failed: 0, dropped: 0, stored: { items: 240 } });
  });

  it('that finds exports too large gets smaller ones', async () => {
    await using receiver = await httpReceiver((response) => {
      const tooLarge = decodeSpans(receiver.bodies.at(-1)!.body).length > 6;
      response.writeHead(tooLarge ? 413 : 200).end();
    });
    const { pipeline } = startProcess(openHistoryFile(), receiver.url);
    const made = hand(pipeline, 20, 2);
    await until(() => pipeline.facts().sent === made.length);
    expect(pipeline.facts()).toMatchObject({ sent: 40, failed: 0, dropped: 0 });
  });
});

describe('a batch on disk that the receiver finds too large', () => {
  it.each(['http/protobuf', 'http/json'])('is sent in parts, each span once, by %s', async (protocol) => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
    const file = openHistoryFile();
    const first = startProcess(file, await refusingUrl(), { env });
    const made = hand(first.pipeline, 10, 3);
    await first.pipeline.shutdown();

    const read = protocol === 'http/json' ? jsonIds : idsOf;
    const accepted: string[] = [];
    await using receiver = await httpReceiver((response) => {
      const ids = read(receiver.bodies.at(-1)!.body);
      if (ids.length <= 4) accepted.push(...ids);
      response.writeHead(ids.length > 4 ? 413 : 200, { 'Content-Type': 'application/json' }).end();
    });
    const { pipeline, sent } = startProcess(file, receiver.url, { env });
    await until(() => pipeline.facts().stored?.items === 0);
    expect(accepted).toEqual(made);
    expect(new Set(sent).size).toBe(10);
    expectBalanced(pipeline.facts());
    expect(pipeline.facts()).toMatchObject({ sent: 30, failed: 0, rejected: 0, dropped: 0 });
  });

  it('is not sent again in part by the next process', async () => {
    const file = openHistoryFile();
    const first = startProcess(file, await refusingUrl());
    const made = hand(first.pipeline, 5);
    await first.pipeline.shutdown();
    const accepted: string[] = [];
    let isAway = false;
    await using receiver = await httpReceiver((response) => {
      const ids = idsOf(receiver.bodies.at(-1)!.body);
      if (ids.length > 8) return void response.writeHead(413).end();
      if (isAway) return void response.writeHead(503).end();
      accepted.push(...ids);
      isAway = accepted.length < made.length;
      response.end();
    });
    const second = startProcess(file, receiver.url);
    await until(() => second.pipeline.facts().sent > 0);
    await second.pipeline.shutdown();
    expect(second.pipeline.facts().stored?.items).toBe(made.length - accepted.length);
    isAway = false;
    while (accepted.length < made.length) {
      const next = startProcess(file, receiver.url);
      await until(() => next.pipeline.facts().sent > 0);
      await next.pipeline.shutdown();
      isAway = false;
    }
    expect(accepted).toEqual(made);
  });

  it('loses only the span that is too large by itself', async () => {
    const file = openHistoryFile();
    const first = startProcess(file, await refusingUrl());
    const made = hand(first.pipeline, 4, 2);
    await first.pipeline.shutdown();
    const accepted: string[] = [];
    await using receiver = await httpReceiver((response) => {
      const ids = idsOf(receiver.bodies.at(-1)!.body);
      const isRefused = ids.length > 4 || ids.includes(made[4]!);
      if (!isRefused) accepted.push(...ids);
      response.writeHead(isRefused ? 413 : 200).end();
    });
    const { pipeline } = startProcess(file, receiver.url);
    await until(() => pipeline.facts().stored?.items === 0);
    expect(accepted).toEqual(made.filter((_, at) => at !== 4));
    expectBalanced(pipeline.facts());
    expect(pipeline.facts()).toMatchObject({ sent: 7, failed: 1 });
  });

  it('that cannot be read has failed, and the next one is sent', async () => {
    const file = openHistoryFile();
    const first = startProcess(file, await refusingUrl());
    const other = { signal: 'traces', items: 5, isMustKeep: false, mediaType: 'x', traceIds: [] } as const;
    first.storage.put([{ ...other, body: new Uint8Array(10) }]);
    const made = hand(first.pipeline, 2);
    await first.pipeline.shutdown();
    await using receiver = await httpReceiver();
    const { pipeline } = startProcess(file, receiver.url);
    await until(() => pipeline.facts().stored?.items === 0);
    expect(idsIn(receiver.bodies)).toEqual(made);
    expect(pipeline.facts()).toMatchObject({ sent: 8, failed: 5 });
  });
});

describe('the pace of what waited', () => {
  it('counts spans, not batches, in at most 100 exports a second', async () => {
    await using receiver = await httpReceiver();
    const storage = new WaitingExports({
      processId: 'this',
      maxBytes: 64 * MIB,
      guard: new Guard(),
      clock: fakeClock(),
    });
    storage.restore(openHistoryFile());
    const { traceExport } = readTelemetryConfig({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
    const encoding = new OtlpDestination(traceExport!, SPANS.protobuf);
    const stored = new StoredBatches({ storage, encoding, kind: SPAN_KIND, itemsPerSecond: 2500 });
    const pauses: number[] = [];
    for (const spans of [500, 100, 3]) stored.put([SPAN_KIND.bundle(makeTrace(spans))]);
    for (let part = await stored.oldest(); part !== undefined; part = await stored.oldest()) {
      await part.send(new AbortController().signal);
      part.remove();
      pauses.push(stored.pauseMillis);
    }
    expect(pauses).toEqual([200, 40, 10]);
    expect(idsIn(receiver.bodies)).toHaveLength(603);
  });
});

describe('the line about an export that works again', () => {
  it('counts what the bound of the storage removed', async () => {
    let isUp = false;
    await using receiver = await httpReceiver((response) => response.writeHead(isUp ? 200 : 503).end());
    const { pipeline, lines } = startProcess(openHistoryFile(), receiver.url, { maxBytes: 65_536 });
    while ((pipeline.facts().stored?.dropped ?? 0) === 0) {
      hand(pipeline, 10);
      await pipeline.forceFlush();
    }
    isUp = true;
    hand(pipeline, 1);
    await pipeline.forceFlush();
    const { dropped } = pipeline.facts().stored!;
    expect(lines.at(-1)).toMatch(new RegExp(` works again: \\d+ spans wait, ${dropped} were lost$`));
  });
});

describe('an export that is switched off', () => {
  it('keeps what waits, drops and counts what comes, and goes on when it is switched on', async () => {
    await using receiver = await httpReceiver();
    const { pipeline } = startProcess(openHistoryFile(), receiver.url);
    const before = hand(pipeline, 2);
    pipeline.switch(false);
    hand(pipeline, 3);
    await pipeline.forceFlush();
    expect(receiver.bodies).toEqual([]);
    expect(pipeline.facts()).toMatchObject({ isOn: false, queued: 8, droppedBy: { off: 12 } });
    pipeline.switch(true);
    const after = hand(pipeline, 1);
    await pipeline.forceFlush();
    expect(idsIn(receiver.bodies).toSorted()).toEqual([...before, ...after].toSorted());
    expectBalanced(pipeline.facts());
  });
});
