import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { otlpLines, otlpSpans, type OtlpSpan } from '../fixtures/otlp-lines.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { findReceiver } from './find-receiver.ts';
import { BlogProcess, START_ARGUMENTS } from '../integration/blog-process.ts';
import { JaegerProcess, type JaegerSpan } from './jaeger-process.ts';
import { visit } from '../integration/span-ledger.ts';

const program = findReceiver('jaeger', 'what Jaeger has of a trace is not looked at.');
const withJaeger = program === undefined ? describe.skip : describe;

/** The demo's server has a page that fails. */
const DEMO_ARGUMENTS = [...START_ARGUMENTS.slice(0, -1), 'src/demo/serve.ts'];
const PATHS = ['/', '/archive', '/feed.rss', '/search?q=index', '/demo/guestbook', '/nowhere'];
const VISITS = Array.from({ length: 60 }, (_, i) => PATHS[i % PATHS.length]!);

/** What both sides say of a span, times in microseconds. */
interface Line {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string;
  readonly name: string;
  readonly start: number;
  readonly duration: number;
  readonly attributes: Readonly<Record<string, string>>;
}
const micros = (nanos: string): bigint => BigInt(nanos) / 1000n;
const ofOurs = (span: OtlpSpan): Line => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parent: span.parentSpanId ?? '',
  name: span.name,
  start: Number(micros(span.startTimeUnixNano)),
  duration: Number((BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1000n),
  attributes: Object.fromEntries(
    (span.attributes ?? []).map(({ key, value }) => [key, String(Object.values(value)[0])]),
  ),
});
/** Jaeger adds tags of its own: kind, status, scope. */
const ofJaeger = ({ tags, references, ...span }: JaegerSpan, wanted: ReadonlySet<string>): Line => ({
  traceId: span.traceID,
  spanId: span.spanID,
  parent: references.find(({ refType }) => refType === 'CHILD_OF')?.spanID ?? '',
  name: span.operationName,
  start: span.startTime,
  duration: span.duration,
  attributes: Object.fromEntries(
    tags.filter(({ key }) => wanted.has(key)).map(({ key, value }) => [key, String(value)]),
  ),
});
const byId = (a: Line, b: Line): number => (a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1);

withJaeger('what Jaeger has, with the configuration of deploy/', () => {
  let jaeger: JaegerProcess;
  let asked: readonly string[];
  let sent: readonly OtlpSpan[];

  beforeAll(async () => {
    jaeger = await JaegerProcess.start(program!);
    const dataDir = temporaryFolder();
    const folder = join(dataDir, 'otlp');
    const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: jaeger.endpoint, METRICS_OTLP_FOLDER: folder };
    const blog = await BlogProcess.start(dataDir, env, DEMO_ARGUMENTS);
    asked = await visit(blog, VISITS);
    await blog.stop();
    sent = otlpSpans(otlpLines(readFileSync(join(folder, 'traces.jsonl'), 'utf8')));
  });
  afterAll(() => jaeger.end());

  it('is what was sent, span by span: ids, parents, names, times, attributes', async () => {
    const ours = sent.map(ofOurs).toSorted(byId);
    const keys = new Map(ours.map((line) => [line.spanId, new Set(Object.keys(line.attributes))]));
    const traces = await Promise.all(
      [...new Set(sent.map(({ traceId }) => traceId))].map((id) => jaeger.trace(id)),
    );
    const theirs = traces
      .flat()
      .flatMap(({ spans }) => spans)
      .map((span) => ofJaeger(span, keys.get(span.spanID) ?? new Set()))
      .toSorted(byId);
    expect(theirs).toEqual(ours);
    expect(ours.length).toBeGreaterThan(2 * VISITS.length);
  });

  it('is found by its search: every request, and by its route those that failed', async () => {
    const found = await jaeger.search('glasshouse');
    const ids = new Set(found.map(({ traceID }) => traceID));
    expect(asked.filter((id) => !ids.has(id))).toEqual([]);
    const tags = JSON.stringify({ 'http.route': '/demo/guestbook', 'http.response.status_code': '500' });
    const failed = await jaeger.search('glasshouse', { tags });
    const guestbook = asked.filter((_, i) => VISITS[i] === '/demo/guestbook');
    expect(failed.map(({ traceID }) => traceID).toSorted()).toEqual(guestbook.toSorted());
  });
});
