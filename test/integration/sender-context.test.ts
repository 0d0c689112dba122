import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { decodeThreshold, probabilityOf } from '../../otel/sampling/consistent-threshold.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import type { DecodedSpan } from '../otel/export/decode-otlp.ts';
import { BlogProcess } from './blog-process.ts';
import { becomeOwner } from './signed-in-owner.ts';
import { SpanReceiver } from './span-receiver.ts';

const BASE = '/admin/metrics-dashboard';
const REQUESTS = 100;
const RATE = 0.01;
const TOKEN = 'a-token-of-our-own-services';
const PARENT_ID = 'b7ad6b7169203331';
/** The highest randomness: every rate above 0 keeps it. `th` claims that each stands for a hundred. */
const TRACE_ID = '0af7651916cd43dd84ffffffffffffff';
const CLAIM = {
  traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`,
  tracestate: 'ot=th:fd70a3d70a3d70',
};

function adjustedCount({ traceState }: DecodedSpan): number {
  const th = /th:([0-9a-f]+)/.exec(traceState)?.[1];
  return th === undefined ? 0 : 1 / probabilityOf(decodeThreshold(th)!);
}

describe.each(['own', 'stock'])('the context that a visitor sends to the blog (%s)', (spans) => {
  let blog: BlogProcess;
  let receiver: SpanReceiver;
  beforeAll(async () => {
    receiver = await SpanReceiver.start();
    blog = await BlogProcess.start(temporaryFolder(), {
      ...receiver.environment,
      METRICS_SPANS: spans,
      METRICS_EXPORT_SAMPLING_RATE: String(RATE),
      // What is slow is exported always: on a busy machine, the first request.
      METRICS_SLOW_REQUEST_THRESHOLD: '60',
      METRICS_SLOW_RENDER_THRESHOLD: '60',
      METRICS_SLOW_QUERY_THRESHOLD: '60',
      METRICS_TRUSTED_CONTEXT_TOKEN: TOKEN,
    });
  });
  afterAll(async () => {
    await blog.stop();
    await receiver.stop();
  });
  const exported = (path: string): DecodedSpan[] =>
    receiver.spans.filter(({ kind, attributes }) => kind === 2 && attributes['url.path'] === path);

  it('chooses neither what is exported nor its weight, and is a link on the trace page', async () => {
    const ids = new Set<string>();
    for (let i = 0; i < REQUESTS; i++)
      ids.add((await blog.ask('/archive', { headers: CLAIM })).headers['x-request-id'] as string);
    expect(ids.size).toBe(REQUESTS);
    const counted = (await blog.metrics<MetricsDocument>()).operations.http.count;
    expect(counted).toBeGreaterThanOrEqual(REQUESTS);
    const owner = await becomeOwner(blog);
    for (const id of [...ids].slice(0, 10)) {
      const { text } = await owner.send(`${blog.address}${BASE}/traces/${id}`);
      expect(text).toContain(`trace <code class="id">${TRACE_ID}</code>`);
      expect(text).not.toContain(TOKEN);
    }
    const found = await owner.send(`${blog.address}${BASE}/traces?q=${TRACE_ID}`);
    for (const id of [...ids].slice(-20)) expect(found.text).toContain(id);
    owner.close();
  });

  it('of a trusted service is continued, weight and all', async () => {
    for (let i = 0; i < REQUESTS; i++) {
      const headers = { ...CLAIM, 'x-trace-context-token': TOKEN };
      expect((await blog.ask('/tags', { headers })).headers['x-request-id']).toBe(TRACE_ID);
    }
    expect(
      (await blog.ask('/tags', { headers: { ...CLAIM, 'x-trace-context-token': `${TOKEN}?` } })).headers[
        'x-request-id'
      ],
    ).not.toBe(TRACE_ID);
  });

  it('estimates what was sent from what was exported', async () => {
    await blog.stop();
    const strangers = exported('/archive');
    // Each is exported with probability RATE: one is expected, more than twelve come once in ten billion runs; believed, it were all.
    expect(strangers.length).toBeLessThanOrEqual(12);
    for (const span of strangers) expect(adjustedCount(span)).toBeCloseTo(1 / RATE, 0);
    for (const span of strangers) {
      expect(span).toMatchObject({ parentSpanId: '', links: [{ traceId: TRACE_ID, spanId: PARENT_ID }] });
      expect(span.traceState).not.toContain('fd70a3d70a3d70');
    }
    const services = exported('/tags').filter(({ traceId }) => traceId === TRACE_ID);
    expect(services).toHaveLength(REQUESTS);
    expect(
      services.every(({ parentSpanId, links }) => parentSpanId === PARENT_ID && links.length === 0),
    ).toBe(true);
    expect(services.reduce((all, span) => all + adjustedCount(span), 0)).toBeCloseTo(REQUESTS / RATE, 0);
    expect(JSON.stringify(receiver.spans)).not.toContain(TOKEN);
  });
});
