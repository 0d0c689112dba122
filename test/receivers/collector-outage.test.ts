import { beforeAll, describe, expect, it } from '@jest/globals';
import { setInterval } from 'node:timers/promises';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { BlogProcess } from '../integration/blog-process.ts';
import { CollectorProcess, collectorPath } from '../integration/collector-process.ts';
import type { ArrivedSpan } from '../integration/otlp-arrivals.ts';
import { bookOf, faultsOf, NO_FAULTS, visit } from '../integration/span-ledger.ts';

const program = collectorPath('no receiver is stopped in the middle.');
const withCollector = program === undefined ? describe.skip : describe;

interface Outage {
  /** Frozen, it takes connections and answers nothing; stopped or killed, nobody listens. */
  readonly how: 'SIGSTOP' | 'SIGTERM' | 'SIGKILL';
  readonly seconds: number;
}
interface Played {
  readonly asked: readonly string[];
  readonly spans: readonly ArrivedSpan[];
  readonly book: Awaited<ReturnType<typeof bookOf>>;
}

const OUTAGES: readonly Outage[] = [
  { how: 'SIGSTOP', seconds: 5 },
  { how: 'SIGTERM', seconds: 5 },
  { how: 'SIGKILL', seconds: 5 },
  { how: 'SIGSTOP', seconds: 20 },
  { how: 'SIGTERM', seconds: 20 },
];
const SERVER = 2;
/** Spans of an export; what is sent twice when an answer is lost is one of them. */
const BATCH = 64;

/** A visitor comes ten times a second: before, while the receiver is away, and after. */
async function play({ how, seconds }: Outage): Promise<Played> {
  const collector = await CollectorProcess.startWith(program!);
  const blog = await BlogProcess.start(temporaryFolder(), {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.endpoint}/v1/traces`,
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: `${BATCH}`,
  });
  try {
    const asked = await visit(blog, ['/', '/archive', '/nowhere']);
    await collector.wrote('traces', (lines) => lines.length > 0);
    if (how === 'SIGSTOP') collector.send(how);
    else await collector.end(how);
    const end = Date.now() + seconds * 1000;
    for await (const _ of setInterval(100)) {
      asked.push(...(await visit(blog, ['/archive'])));
      if (Date.now() >= end) break;
    }
    if (how === 'SIGSTOP') collector.send('SIGCONT');
    else await collector.startAgain();
    asked.push(...(await visit(blog, ['/', '/feed.rss'])));
    const book = await until(
      () => bookOf(blog),
      ({ kept, sent, failed, dropped }) => kept === sent + failed + dropped,
    );
    await blog.stop();
    return { asked, book, spans: (await collector.stop()).spans };
  } finally {
    await blog.stop();
    await collector.end('SIGKILL');
  }
}

withCollector('a Collector that is away while visitors come', () => {
  let played: readonly Played[];
  // All at once: they mostly wait.
  beforeAll(async () => {
    played = await Promise.all(OUTAGES.map(play));
  });

  it.each(OUTAGES.map((outage, i) => ({ ...outage, i })))(
    '($how, $seconds s) gets every kept span afterwards',
    ({ how, i }) => {
      const { asked, spans, book } = played[i]!;
      expect(book).toMatchObject({ sent: book.kept, failed: 0, dropped: 0, queued: 0 });
      const { duplicates, orphans } = faultsOf(spans);
      expect(orphans).toBe(0);
      // What it took and could not acknowledge is sent again.
      if (how === 'SIGTERM') expect(faultsOf(spans)).toEqual(NO_FAULTS);
      else expect(duplicates).toBeLessThanOrEqual(2 * BATCH);
      const requests = new Set(spans.filter(({ kind }) => kind === SERVER).map(({ traceId }) => traceId));
      expect([...requests].toSorted()).toEqual([...asked].toSorted());
    },
  );
});
