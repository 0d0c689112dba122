import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { randomOf, hexOf } from '../otel/sampling/random.ts';
import { BlogProcess } from '../integration/blog-process.ts';
import { CollectorProcess, collectorPath } from '../integration/collector-process.ts';
import { adjustedCount, isSampledAt } from '../integration/made-traces.ts';
import type { ArrivedSpan } from '../integration/otlp-arrivals.ts';
import { bookOf, faultsOf, NO_FAULTS, tracesOf, visit } from '../integration/span-ledger.ts';

const program = collectorPath('no book is compared with a Collector’s.');
const withCollector = program === undefined ? describe.skip : describe;

const PATHS = ['/', '/archive', '/feed.rss', '/tags', '/search?q=glass', '/nowhere'];
const VISITS = Array.from({ length: 240 }, (_, i) => PATHS[i % PATHS.length]!);
const SEED = 20_261_129;
const SERVER = 2;

/** The rate of its local root decides over a trace; of these, all that answer requests are of type http. */
const RATES = [
  { name: 'rate 1', rate: 1, setting: '1' },
  { name: 'rate 0.1', rate: 0.1, setting: '0.1' },
  { name: 'rates by type', rate: 0.5, setting: 'http=0.5,database=0.1,render=0.05' },
] as const;

/** Nothing is slow: on a busy machine something would be, and be exported for it. */
const NEVER_SLOW = {
  METRICS_SLOW_REQUEST_THRESHOLD: '3600',
  METRICS_SLOW_QUERY_THRESHOLD: '3600',
  METRICS_SLOW_RENDER_THRESHOLD: '3600',
  OTEL_BSP_SCHEDULE_DELAY: '50',
};

withCollector('the books of a real blog and of a real Collector', () => {
  let collector: CollectorProcess;
  beforeAll(async () => {
    collector = await CollectorProcess.startWith(program!);
  });
  afterAll(() => collector.end('SIGTERM'));

  const spansOf = (service: string): readonly ArrivedSpan[] =>
    collector.spans().filter(({ resource }) => resource['service.name'] === service);
  const startBlog = (service: string, env: Readonly<Record<string, string>>, folder = temporaryFolder()) =>
    BlogProcess.start(folder, {
      ...NEVER_SLOW,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.endpoint}/v1/traces`,
      OTEL_SERVICE_NAME: service,
      ...env,
    });

  it.each(RATES)('are equal, at $name', async ({ name, rate, setting }) => {
    const blog = await startBlog(name, { METRICS_EXPORT_SAMPLING_RATE: setting });
    const asked = await visit(blog, VISITS);
    const exported = asked.filter((id) => isSampledAt(id, rate));
    // The last of them may be under way.
    await until(
      () => tracesOf(spansOf(name)),
      (ids) => exported.every((id) => ids.has(id)),
    );
    const book = await until(
      () => bookOf(blog),
      ({ sent, queued }) => queued === 0 && sent === spansOf(name).length,
    );
    expect(book).toMatchObject({ failed: 0, dropped: 0, queued: 0 });
    if (rate === 1) expect(book.sent).toBe(book.kept);
    await blog.stop();

    const spans = spansOf(name);
    expect(faultsOf(spans)).toEqual(NO_FAULTS);
    const requests = spans.filter(({ kind }) => kind === SERVER);
    expect(requests.map(({ traceId }) => traceId).toSorted()).toEqual(exported.toSorted());
    for (const span of spans.filter(({ traceId }) => exported.includes(traceId)))
      expect(adjustedCount(span)).toBeCloseTo(1 / rate, 9);
  });

  it('are equal for a caller that samples a quarter: the stricter of both rates decides', async () => {
    const service = 'called';
    const random = randomOf(SEED);
    const callers: { readonly traceId: string; readonly spanId: string }[] = [];
    const blog = await startBlog(service, {
      METRICS_EXPORT_SAMPLING_RATE: '0.5',
      METRICS_TRUSTED_CONTEXT: 'loopback',
    });
    await visit(blog, VISITS, () => {
      const caller = { traceId: hexOf(random, 4), spanId: hexOf(random, 2) };
      callers.push(caller);
      const isSampled = isSampledAt(caller.traceId, 0.25);
      return {
        traceparent: `00-${caller.traceId}-${caller.spanId}-0${isSampled ? 1 : 0}`,
        ...(isSampled && { tracestate: 'ot=th:c' }),
      };
    });
    const book = await bookOf(blog);
    await blog.stop();
    expect(book).toMatchObject({ failed: 0, dropped: 0 });

    const spans = spansOf(service);
    expect(faultsOf(spans, new Set(callers.map(({ spanId }) => spanId)))).toEqual(NO_FAULTS);
    const requests = spans.filter(({ kind }) => kind === SERVER);
    const exported = callers.filter(({ traceId }) => isSampledAt(traceId, 0.25));
    expect(requests.map(({ traceId }) => traceId).toSorted()).toEqual(
      exported.map(({ traceId }) => traceId).toSorted(),
    );
    for (const request of requests) expect(adjustedCount(request)).toBe(4);
  });

  it('are equal if the blog is stopped while it answers', async () => {
    const service = 'stopped';
    const blog = await startBlog(service, {});
    const asked = await visit(blog, VISITS);
    // Nothing is waited for: ending sends what waits.
    expect(await blog.stop()).toBe(0);
    const spans = spansOf(service);
    expect(faultsOf(spans)).toEqual(NO_FAULTS);
    const requests = spans.filter(({ kind }) => kind === SERVER);
    expect(requests.map(({ traceId }) => traceId).toSorted()).toEqual(asked.toSorted());
  });

  it('differ by what waited if the blog is killed; nothing arrives twice or in part after its restart', async () => {
    const service = 'killed';
    const folder = temporaryFolder();
    const killed = await startBlog(service, {}, folder);
    const sent = await visit(killed, VISITS);
    await until(
      () => bookOf(killed),
      (book) => book.sent === book.kept,
    );
    const waiting = await visit(killed, PATHS);
    await killed.stop('SIGKILL');
    const restarted = await startBlog(service, {}, folder);
    const afterwards = await visit(restarted, PATHS);
    await restarted.stop();

    const spans = spansOf(service);
    expect(faultsOf(spans)).toEqual(NO_FAULTS);
    const requests = spans.filter(({ kind }) => kind === SERVER).map(({ traceId }) => traceId);
    expect(requests.filter((id) => !waiting.includes(id)).toSorted()).toEqual(
      [...sent, ...afterwards].toSorted(),
    );
  });
});
