import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import {
  AlwaysOnSampler,
  createAlwaysRecordSampler,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { createSamplingProcessor, KEEP_ALL } from '../../../otel/sampler.ts';
import { remoteParent, thOf } from './processor-fixture.ts';
import { randomOf } from './random.ts';

/** Like a network exporter: it calls back later. */
class SlowExporter implements SpanExporter {
  readonly spans: ReadableSpan[] = [];
  concurrent = 0;
  mostAtOnce = 0;
  export(spans: ReadableSpan[], callback: (result: ExportResult) => void): void {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.concurrent);
    setImmediate(() => {
      this.concurrent--;
      this.spans.push(...spans);
      callback({ code: 0 });
    });
  }
  async shutdown(): Promise<void> {}
}

const HTTP = (route: string) => ({
  kind: SpanKind.SERVER,
  attributes: { 'http.request.method': 'POST', 'http.route': route },
});

describe('createSamplingProcessor', () => {
  const start = (options: Parameters<typeof createSamplingProcessor>[0]) => {
    const exporter = new SlowExporter();
    const processor = createSamplingProcessor({ exporter, ...options });
    const sampler = createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() }));
    const provider = new TracerProvider({ sampler, spanProcessors: [processor] });
    return { exporter, processor, provider, tracer: provider.getTracer('app') };
  };

  it('works with a provider of the SDK, with policies and an exporter that receives one batch at a time', async () => {
    const checkouts = {
      name: 'checkouts',
      keep: ({ series }: { series: string }) => (series === 'POST /checkout' ? KEEP_ALL : undefined),
    };
    const { exporter, processor, provider, tracer } = start({ rates: 0, policies: [checkouts] });
    for (let i = 0; i < 2000; i++) {
      const request = tracer.startSpan('POST', HTTP(i % 4 === 0 ? '/checkout' : '/cart'), ROOT_CONTEXT);
      const step = tracer.startSpan('step', {}, trace.setSpan(ROOT_CONTEXT, request));
      if (i % 100 === 1) step.setStatus({ code: SpanStatusCode.ERROR });
      step.end();
      request.end();
    }
    await provider.forceFlush();
    const kept = exporter.spans.map((span) => [span.name, span.attributes['http.route']]);
    expect(kept.filter(([, route]) => route === '/checkout')).toHaveLength(500);
    expect(kept.filter(([, route]) => route === '/cart')).toHaveLength(20);
    expect(kept.filter(([name]) => name === 'step')).toHaveLength(20);
    expect(exporter.mostAtOnce).toBe(1);
    expect(processor.tally().counts()).toMatchObject({ started: 4000, live: 0 });
    await provider.shutdown();
  });

  it('behind a sampler that ignores its parent, exports what the caller did not sample, without a weight', async () => {
    const random = randomOf(7);
    for (const [sampler, exportsUnsampled] of [
      [new AlwaysOnSampler(), true],
      [createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() })), false],
    ] as const) {
      const exporter = new SlowExporter();
      const processor = createSamplingProcessor({ exporter, exportRates: 0.5 });
      const provider = new TracerProvider({ sampler, spanProcessors: [processor] });
      for (let i = 0; i < 2000; i++)
        provider
          .getTracer('app')
          .startSpan('POST', HTTP('/cart'), remoteParent(random, 0.25, true))
          .end();
      await provider.shutdown();
      const weights = exporter.spans.map((span) => thOf(span));
      const known = weights.filter((th) => th !== undefined);
      // The stricter of a quarter and a half.
      expect(new Set(known)).toEqual(new Set(['c']));
      const [estimated, sigma] = [4 * known.length, Math.sqrt(2000 * 0.25 * 0.75) * 4];
      expect(Math.abs(estimated - 2000)).toBeLessThanOrEqual(3 * sigma);
      // Of those that the caller did not sample, with R below 0.75: the third with R >= 0.5.
      const unknown = weights.length - known.length;
      const expected = exportsUnsampled ? 2000 * 0.25 : 0;
      expect(Math.abs(unknown - expected)).toBeLessThanOrEqual(exportsUnsampled ? (3 * sigma) / 4 : 0);
    }
  });

  it('accepts a rate for each type, and rejects an invalid one', async () => {
    expect(() => start({ rates: 2 })).toThrow(RangeError);
    const { exporter, provider, tracer } = start({ rates: { http: 0 }, slowThresholdSeconds: { http: 10 } });
    tracer.startSpan('POST', { ...HTTP('/'), startTime: [1, 0] }).end([10, 0]);
    tracer.startSpan('POST', { ...HTTP('/'), startTime: [1, 0] }).end([11, 0]);
    tracer.startSpan('job').end();
    await provider.shutdown();
    expect(exporter.spans.map(({ name, duration }) => [name, duration[0]])).toEqual([
      ['POST', 10],
      ['job', 0],
    ]);
  });

  it('accepts rules and a target in the syntax of settings, and rejects invalid ones', async () => {
    expect(() => start({ rules: 'rout=/: 1' })).toThrow('did you mean route?');
    expect(() => start({ rules: 'type=http: 1; type=http: 0' })).toThrow(RangeError);
    expect(() => start({ target: -1 })).toThrow(RangeError);
    const { exporter, processor, provider, tracer } = start({
      rates: 0,
      target: 2,
      rules: 'route=/cart: never',
    });
    for (let i = 0; i < 300; i++)
      for (const route of ['/cart', '/checkout']) tracer.startSpan('POST', HTTP(route)).end();
    await provider.shutdown();
    const routes = exporter.spans.map(({ attributes }) => attributes['http.route']);
    expect(new Set(routes)).toEqual(new Set(['/checkout']));
    expect(routes.length).toBeLessThan(100);
    expect(processor.tally().named().get('route=/cart: never')).toEqual({ seen: 300, kept: 0, dropped: 300 });
  });

  it('is used in the README as it is here', () => {
    const readme = readFileSync(
      join(fileURLToPath(new URL('../../../', import.meta.url)), 'otel', 'README.md'),
      'utf8',
    );
    expect(readme).toContain(
      "import { createSamplingProcessor, KEEP_ALL } from 'glasshouse-telemetry/sampler';",
    );
    expect(readme).toContain(
      'const sampler = createAlwaysRecordSampler(new ParentBasedSampler({ root: new AlwaysOnSampler() }));',
    );
  });
});
