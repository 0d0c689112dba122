import { afterEach, describe, expect, it } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { InstrumentationBase } from '@opentelemetry/instrumentation';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { KEEP_ALL, type KeptSpan, type Policy, type Sink } from '../../otel/sampler.ts';
import { activeTelemetry, startTelemetry } from '../../otel/telemetry.ts';

afterEach(() => activeTelemetry().shutdown());

class RecordingInstrumentation extends InstrumentationBase {
  readonly calls: string[] = [];

  constructor() {
    super('recording', '1.0.0', { enabled: false });
  }

  protected override init(): undefined {}

  override enable(): void {
    // Also called by the base class, before there is a list.
    this.calls?.push(`enable, ${this.tracer.startSpan('made').isRecording()}`);
  }

  override disable(): void {
    this.calls.push('disable');
  }
}

describe.each(['own', 'stock'])('options of startTelemetry, with METRICS_SPANS=%s', (mode) => {
  const env = { METRICS_SPANS: mode };

  it('processors see every span, at rate 0 too, and end with telemetry', async () => {
    const exporter = new InMemorySpanExporter();
    const processor = new SimpleSpanProcessor({ exporter });
    const telemetry = await startTelemetry({
      env: { ...env, METRICS_SAMPLING_RATE: '0' },
      serviceName: 'notes',
      resource: { 'deployment.environment.name': 'here' },
      spanProcessors: [processor],
    });
    trace.getTracer('test').startSpan('work').end();
    telemetry.render('page', () => '');
    await processor.forceFlush();
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name)).toEqual(['work', 'render page']);
    expect(spans[0]!.resource.attributes).toMatchObject({
      'service.name': 'notes',
      'deployment.environment.name': 'here',
    });
    expect(telemetry.query.traces().total).toBe(0);
    await telemetry.shutdown();
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('instrumentations receive the tracer, and are disabled at the end', async () => {
    const instrumentation = new RecordingInstrumentation();
    const telemetry = await startTelemetry({ env, instrumentations: [instrumentation] });
    await telemetry.shutdown();
    // NodeSDK enables instrumentations before it has a provider.
    expect(instrumentation.calls).toEqual([mode === 'own' ? 'enable, true' : 'enable, false', 'disable']);
  });

  it('policies are obeyed at rate 0, and sinks receive what is kept', async () => {
    const kept: KeptSpan[] = [];
    const sink: Sink = { rates: 'local', take: (spans) => void kept.push(...spans) };
    const special: Policy = {
      name: 'special',
      keep: ({ span }) => (span.attributes['special'] === true ? KEEP_ALL : undefined),
    };
    const telemetry = await startTelemetry({
      env: { ...env, METRICS_SAMPLING_RATE: '0' },
      policies: [special],
      sinks: [sink],
    });
    const tracer = trace.getTracer('test');
    tracer.startSpan('ordinary').end();
    tracer.startSpan('special', { attributes: { special: true } }).end();
    await telemetry.flush();
    expect(kept.map(({ name }) => name)).toEqual(['special']);
    expect(telemetry.query.traces().rows.map(({ name }) => name)).toEqual(['special']);
  });
});
